using System.Security.Cryptography;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Who this process is where it takes a lease: the instance that people know, and what no other process draws, were it given the same instance by mistake.
/// </summary>
public static class LeaseOwner
{
    public static string Draw(Installation installation, FillRandom? random = null)
    {
        Span<byte> drawn = stackalloc byte[8];
        (random ?? RandomNumberGenerator.Fill)(drawn);
        return $"{installation.Instance}/{Convert.ToHexStringLower(drawn)}";
    }
}

using System.Security.Cryptography;
using System.Text;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>
/// Chains entries of a log by keyed hashes: whoever can write to the database but has not the installation's key can neither change an entry, nor take one out, nor add one
/// without the chain showing it.
/// </summary>
/// <param name="chain">Which log; each has a key of its own.</param>
public sealed class ChainSeal(KeyRing keys, string chain)
{
    private readonly byte[] _key = keys.Master.Derive($"chain/{chain}");

    /// <summary>64 hex digits over what stood before and this entry's content.</summary>
    public string Next(string previous, string content) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{previous}\n{content}")));
}

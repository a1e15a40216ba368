using System.Net;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>What counts as one visitor: an IPv4 address, or the /64 of an IPv6 one, out of which whoever is given it takes as many addresses as it likes.</summary>
internal static class Visitor
{
    private const int Ipv6Prefix = 64;

    public static string Of(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (bytes.Length == 4)
            return address.ToString();
        bytes.AsSpan(Ipv6Prefix / 8).Clear();
        return $"{new IPAddress(bytes)}/{Ipv6Prefix}";
    }
}

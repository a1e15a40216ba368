using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ClaimsTransfer.Prisme.Transport;

/// <summary>
/// The host keys of one server, from a file in OpenSSH's <c>known_hosts</c> format: names and patterns, <c>[host]:port</c>, hashed names, revoked keys. Keys that vouch
/// for others (<c>@cert-authority</c>) are passed over: SSH.NET is not asked for certificates.
/// </summary>
internal sealed class KnownHosts
{
    private const int DefaultPort = 22;
    private const string Revoked = "@revoked";

    private readonly List<KnownKey> keys;

    private KnownHosts(List<KnownKey> keys) => this.keys = keys;

    /// <summary>Types of the keys that are known; a server may hold several keys, and shows the one whose type it is asked for first.</summary>
    public IEnumerable<string> Types => keys.Where(k => !k.IsRevoked).Select(k => k.Type);

    /// <summary>As OpenSSH does it, a server on another port may stand in the file without its port, unless it also stands there with it.</summary>
    public static KnownHosts Of(string path, string host, int port)
    {
        var lines = File.ReadAllLines(path);
        var exact = port == DefaultPort ? [] : KeysOf(lines, $"[{host}]:{port}");
        return new KnownHosts(exact.Count > 0 ? exact : KeysOf(lines, host));
    }

    /// <summary>Null: it is the server's key. Else why it is not believed.</summary>
    public string? FaultOf(byte[] shown)
    {
        var same = keys.Where(k => k.Key.AsSpan().SequenceEqual(shown)).ToList();
        if (same.Exists(k => k.IsRevoked))
            return "which is revoked";
        if (same.Count > 0)
            return null;
        var known = keys.Where(k => !k.IsRevoked).Select(k => FingerprintOf(k.Key)).ToList();
        return known.Count == 0 ? "and none is known" : $"and only {string.Join(", ", known)} is known";
    }

    public static string FingerprintOf(byte[] key) => $"SHA256:{Convert.ToBase64String(SHA256.HashData(key)).TrimEnd('=')}";

    private static List<KnownKey> KeysOf(string[] lines, string name)
    {
        var found = new List<KnownKey>();
        foreach (var line in lines)
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            var revoked = words is [Revoked, ..];
            var entry = revoked ? words[1..] : words;
            if (entry is [var names, var type, var text, ..] && names[0] is not ('#' or '@') && Matches(names, name) && Bytes(text) is { } key)
                found.Add(new KnownKey(type, key, revoked));
        }

        return found;
    }

    private static bool Matches(string names, string name)
    {
        if (names.Split('|') is ["", "1", var salt, var hash])
            return Bytes(salt) is { } key && Convert.ToBase64String(HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(name))) == hash;
        var patterns = names.Split(',');
        return patterns.Any(p => Fits(p, name)) && !patterns.Any(p => p.StartsWith('!') && Fits(p[1..], name));
    }

    private static byte[]? Bytes(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    private static bool Fits(string pattern, string name) => Regex.IsMatch(
        name, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    private sealed record KnownKey(string Type, byte[] Key, bool IsRevoked);
}

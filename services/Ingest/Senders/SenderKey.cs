using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ClaimsTransfer.Ingest.Senders;

/// <summary>A sender's key: <c>claims_ID_SECRET</c>. The id finds it; of the secret, 256 random bits, only the hash is kept.</summary>
internal sealed partial record SenderKey(string Id, string Secret)
{
    private const string Prefix = "claims_";

    /// <summary>The secret is as random as the hash is long: there is nothing to guess, so nothing to slow down.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Secret)));

    public string Text => $"{Prefix}{Id}_{Secret}";

    public static SenderKey Make() => new(RandomNumberGenerator.GetHexString(12, lowercase: true), RandomNumberGenerator.GetHexString(64, lowercase: true));

    public static SenderKey? TryParse(string? text) =>
        text is not null && Form().Match(text) is { Success: true } match ? new SenderKey(match.Groups["id"].Value, match.Groups["secret"].Value) : null;

    public bool Is(string hash) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash), Encoding.ASCII.GetBytes(hash));

    /// <summary>Not the secret, whoever writes it down.</summary>
    public override string ToString() => $"{Prefix}{Id}_…";

    [GeneratedRegex($@"\A{Prefix}(?<id>[0-9a-f]{{12}})_(?<secret>[0-9a-f]{{64}})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}

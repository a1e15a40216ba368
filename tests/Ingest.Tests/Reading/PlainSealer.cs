using System.Security.Cryptography;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Tests.Reading;

/// <summary>For tests of reading, where nothing is sealed.</summary>
internal sealed class PlainSealer : ISealer
{
    public SealedIdentity Seal(string municipality, OpenIdentity identity) => throw new NotSupportedException("Reading seals nothing");

    public string Ref(OpenIdentity identity) => throw new NotSupportedException("Reading seals nothing");

    public string Fingerprint(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}

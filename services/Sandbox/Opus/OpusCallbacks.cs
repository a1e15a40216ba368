using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Xml.Linq;
using ClaimsTransfer.Defaults.Access;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>Where each municipality takes what is pushed, and the pushing itself.</summary>
internal sealed class OpusCallbacks(IHttpClientFactory clients)
{
    public const string Client = "sandbox-opus-receipts";

    private readonly ConcurrentDictionary<string, string> addresses = new(StringComparer.Ordinal);

    /// <summary>By municipality.</summary>
    public IReadOnlyDictionary<string, string> All => addresses;

    /// <summary>A municipality's newest address: after a restart on another port older things are brought there too.</summary>
    /// <returns>Whether it is another than before.</returns>
    public bool Learn(string municipality, string address)
    {
        if (addresses.TryGetValue(municipality, out var known) && known == address)
            return false;
        addresses[municipality] = address;
        return true;
    }

    /// <summary>What was known in an earlier life; whatever is learned wins over it.</summary>
    public void Recall(string municipality, string address) => addresses.TryAdd(municipality, address);

    public string? AddressOf(string municipality) => addresses.GetValueOrDefault(municipality);

    /// <param name="municipality">As whose debtor system it signs in.</param>
    /// <param name="isCut">Breaks off in the middle.</param>
    /// <returns>Null when it was taken; else why not.</returns>
    public async Task<string?> SendAsync(string municipality, string address, XElement document, CancellationToken cancellation, bool isCut = false)
    {
        try
        {
            var envelope = OpusXml.Write(OpusXml.Envelope(document));
            using var content = new ByteArrayContent(envelope, 0, isCut ? envelope.Length / 2 : envelope.Length);
            content.Headers.ContentType = new MediaTypeHeaderValue("text/xml", "utf-8");
            using var client = clients.CreateClient(Client);
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
            using var response = await client.SendAsync(request.SignInAt(municipality), cancellation);
            return response.StatusCode == HttpStatusCode.OK ? null : $"HTTP {(int)response.StatusCode}";
        }
        catch (CredentialsException unread)
        {
            return unread.Message;
        }
        catch (HttpRequestException unreached)
        {
            return unreached.HttpRequestError.ToString();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }
}

using ClaimsTransfer.Defaults.Access;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>Opens a list at another system.</summary>
/// <param name="client">By which client it is asked: FBS's, or our own services'.</param>
internal sealed class Http(IHttpClientFactory clients, string client, ReconciliationOptions options, TimeProvider time)
{
    public const string Fbs = "reconciliation-fbs";
    public const string Connectors = "reconciliation-connectors";

    /// <param name="list">Whose list it is, for messages.</param>
    public async Task<HttpResponseMessage> GetAsync(string list, Uri address, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.ReadPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await clients.CreateClient(client).GetAsync(address, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ReadingFailed($"{list}: no answer from {address.GetLeftPart(UriPartial.Authority)} in {options.ReadPatience.TotalSeconds:0} s.");
        }
        catch (CredentialsException unread)
        {
            throw new ReadingFailed($"{list}: {unread.Message}", unread);
        }
        catch (HttpRequestException failure)
        {
            throw new ReadingFailed($"{list} could not be had from {address.GetLeftPart(UriPartial.Authority)} ({failure.HttpRequestError}).", failure);
        }
    }
}

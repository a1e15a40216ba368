namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>Opens a list at another system.</summary>
internal sealed class Http(IHttpClientFactory clients, ReconciliationOptions options, TimeProvider time)
{
    public const string Client = "reconciliation";

    /// <param name="list">Whose list it is, for messages.</param>
    public async Task<HttpResponseMessage> GetAsync(string list, Uri address, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.ReadPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await clients.CreateClient(Client).GetAsync(address, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ReadingFailed($"{list}: no answer from {address.GetLeftPart(UriPartial.Authority)} in {options.ReadPatience.TotalSeconds:0} s.");
        }
        catch (HttpRequestException failure)
        {
            throw new ReadingFailed($"{list} could not be had from {address.GetLeftPart(UriPartial.Authority)} ({failure.HttpRequestError}).", failure);
        }
    }
}

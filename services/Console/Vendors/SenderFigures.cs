using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Overview;

namespace ClaimsTransfer.OperationsConsole.Vendors;

/// <summary>Who was not believed, as the services that listen to vendors have counted it.</summary>
public sealed record SendersNow(IReadOnlyList<SenderRefusalCount> Refusals, IReadOnlyList<AwayService> Away);

/// <summary>Asks Routing and Payments whom they do not believe; once for all who look.</summary>
public sealed class SenderFigures
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);
    private readonly ServiceClient _client;
    private readonly Recent<SendersNow> _recent;

    public SenderFigures(ServiceClient client, TimeProvider time)
    {
        _client = client;
        _recent = new Recent<SendersNow>(AskAsync, GoodFor, time);
    }

    public Task<SendersNow> ReadAsync(CancellationToken cancellation) => _recent.ReadAsync(cancellation);

    public void Forget() => _recent.Forget();

    private async Task<SendersNow> AskAsync()
    {
        var asked = await Task.WhenAll(
            Asked.OfAsync("Routing", stop => _client.GetAsync<SendersView>("Routing", "routing/senders", stop)),
            Asked.OfAsync("Payments", stop => _client.GetAsync<SendersView>("Payments", "payments/senders", stop)));
        return new SendersNow([.. asked.SelectMany(one => one.Answer?.Refusals ?? [])], [.. asked.Select(one => one.Away).OfType<AwayService>()]);
    }
}

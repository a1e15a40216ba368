using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Overview;

namespace ClaimsTransfer.OperationsConsole.Vendors;

/// <summary>Who was not believed, as the services that listen to vendors have counted it.</summary>
public sealed record SendersNow(IReadOnlyList<SenderRefusalCount> Refusals, IReadOnlyList<AwayService> Away);

/// <summary>Asks Routing, Payments and the connectors, which are called back, whom they do not believe; once for all who look.</summary>
public sealed class SenderFigures
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);
    private readonly ServiceClient _client;
    private readonly IMunicipalities _municipalities;
    private readonly Recent<SendersNow> _recent;

    public SenderFigures(ServiceClient client, IMunicipalities municipalities, TimeProvider time)
    {
        (_client, _municipalities) = (client, municipalities);
        _recent = new Recent<SendersNow>(AskAsync, GoodFor, time);
    }

    public Task<SendersNow> ReadAsync(CancellationToken cancellation) => _recent.ReadAsync(cancellation);

    public void Forget() => _recent.Forget();

    private async Task<SendersNow> AskAsync()
    {
        // A vendor that no municipality has need not run; a connector that others wrote need not be called back.
        var connectors = _municipalities.All.Select(municipality => municipality.Vendor).Distinct().Select(vendor =>
            Asked.MaybeAsync($"{vendor}", stop => _client.GetAsync<SendersView>($"{vendor}", $"connectors/{vendor}/senders", stop)));
        var asked = await Task.WhenAll(
        [
            Asked.OfAsync("Routing", stop => _client.GetAsync<SendersView>("Routing", "routing/senders", stop)),
            Asked.OfAsync("Payments", stop => _client.GetAsync<SendersView>("Payments", "payments/senders", stop)), .. connectors,
        ]);
        return new SendersNow([.. asked.SelectMany(one => one.Answer?.Refusals ?? [])], [.. asked.Select(one => one.Away).OfType<AwayService>()]);
    }
}

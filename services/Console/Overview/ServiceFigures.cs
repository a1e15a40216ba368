using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Overview;

/// <summary>What the services say at one moment; absent: that one could not be asked.</summary>
/// <param name="Connectors">By municipality, from the connectors that answered.</param>
/// <param name="Queues">What waits on each queue.</param>
/// <param name="Unready">Services that answer, and say that they cannot do their work.</param>
public sealed record FiguresNow(
    DateTimeOffset At, IngestBooks? Ingest, RoutingBooks? Routing, PaymentsBooks? Payments, IReadOnlyDictionary<string, ConnectorStanding> Connectors,
    IReadOnlyDictionary<string, long>? Queues, IReadOnlyList<AwayService> Away, IReadOnlyList<UnreadyService> Unready)
{
    public bool IsAway(string service) => Away.Any(away => away.Service == service);
}

/// <summary>Asks every service at once how it stands. One that is away, or slow, is named and left out: the others are shown all the same.</summary>
public sealed class ServiceFigures
{
    public const string Broker = "Broker";

    /// <summary>A page does not wait longer for anybody.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);
    private readonly ServiceClient _client;
    private readonly ServiceUrls _urls;
    private readonly IQueues _queues;
    private readonly IMunicipalities _municipalities;
    private readonly TimeProvider _time;
    private readonly Recent<FiguresNow> _recent;

    public ServiceFigures(ServiceClient client, ServiceUrls urls, IQueues queues, IMunicipalities municipalities, TimeProvider time)
    {
        (_client, _urls, _queues, _municipalities, _time) = (client, urls, queues, municipalities, time);
        _recent = new Recent<FiguresNow>(AskAsync, GoodFor, time);
    }

    public Task<FiguresNow> ReadAsync(CancellationToken cancellation) => _recent.ReadAsync(cancellation);

    public void Forget() => _recent.Forget();

    private async Task<FiguresNow> AskAsync()
    {
        var ingest = Asked.OfAsync("Ingest", stop => _client.GetAsync<IngestBooks>("Ingest", "ingest/accounting?live=true", stop));
        var routing = Asked.OfAsync("Routing", stop => _client.GetAsync<RoutingBooks>("Routing", "routing/accounting", stop));
        var payments = Asked.OfAsync("Payments", stop => _client.GetAsync<PaymentsBooks>("Payments", "payments/accounting", stop));
        // A vendor that no municipality has need not run.
        var connectors = _municipalities.All.Select(municipality => municipality.Vendor).Distinct().Order().Select(vendor =>
            Asked.OfAsync($"{vendor}", stop => _client.GetAsync<IReadOnlyList<ConnectorStanding>>($"{vendor}", $"connectors/{vendor}", stop))).ToList();
        var unready = UnreadyAsync();
        var queues = Asked.OfAsync<IReadOnlyList<QueueDepth>>(Broker, async stop => await _queues.ListAsync(stop));
        var lanes = await Task.WhenAll(connectors);
        AwayService?[] away = [(await ingest).Away, (await routing).Away, (await payments).Away, .. lanes.Select(asked => asked.Away), (await queues).Away];
        return new FiguresNow(
            _time.GetUtcNow(), (await ingest).Answer, (await routing).Answer, (await payments).Answer,
            lanes.SelectMany(asked => asked.Answer ?? []).GroupBy(lane => lane.Municipality, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal),
            (await queues).Answer?.ToDictionary(queue => queue.Queue, queue => queue.Messages, StringComparer.Ordinal), [.. away.OfType<AwayService>()], await unready);
    }

    /// <summary>Each process once. One that does not answer is away, and told of as that.</summary>
    private async Task<IReadOnlyList<UnreadyService>> UnreadyAsync()
    {
        var services = (string[])["Ingest", "Routing", "Payments", .. _municipalities.All.Select(municipality => $"{municipality.Vendor}").Distinct().Order(StringComparer.Ordinal)];
        var asked = await Task.WhenAll(services.GroupBy(_urls.Of).Where(process => process.Key is not null).Select(async process =>
            (Name: process.Count() == 1 ? process.Single() : "All",
                Said: (await Asked.MaybeAsync(process.First(), async stop => await _client.ReadinessAsync(process.First(), stop))).Answer)));
        return
        [
            .. from service in asked
               where service.Said is { Status: not "Healthy", Checks: not null }
               select new UnreadyService(
                   service.Name, [.. service.Said.Checks!.Values.Where(check => check is { Status: not "Healthy", Description.Length: > 0 }).Select(check => check.Description!)]),
        ];
    }
}

/// <summary>An answer, or who could not give it and why.</summary>
public sealed record Asked<T>(T? Answer, AwayService? Away)
    where T : class;

public static class Asked
{
    /// <summary>Waits <see cref="ServiceFigures.Within"/> at most; what the service lacks (404) counts as not answered.</summary>
    public static async Task<Asked<T>> OfAsync<T>(string service, Func<CancellationToken, Task<T?>> ask, CancellationToken cancellation = default)
        where T : class
    {
        var asked = await MaybeAsync(service, ask, cancellation);
        return asked is { Answer: null, Away: null } ? new Asked<T>(null, new AwayService(service, ServiceNotes.AnswersNot(service))) : asked;
    }

    /// <summary>As <see cref="OfAsync"/>; an answer of nothing (404) is one.</summary>
    public static async Task<Asked<T>> MaybeAsync<T>(string service, Func<CancellationToken, Task<T?>> ask, CancellationToken cancellation = default)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ServiceFigures.Within);
        try
        {
            return new Asked<T>(await ask(patience.Token), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Asked<T>(null, new AwayService(service, ServiceNotes.NoAnswer(service, ServiceFigures.Within.TotalSeconds), IsSlow: true));
        }
        catch (ServiceAwayException away)
        {
            return new Asked<T>(null, new AwayService(service, away.Notes[0]));
        }
        catch (ServiceRefusedException refused)
        {
            return new Asked<T>(null, new AwayService(service, refused.Notes[0]));
        }
        catch (TransientException broker)
        {
            return new Asked<T>(null, new AwayService(service, ServiceNotes.Failed(service, broker.Message)));
        }
    }
}

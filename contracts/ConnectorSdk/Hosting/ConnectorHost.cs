using System.Collections.Concurrent;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConnectorSdk.Hosting;

/// <summary>Turns a vendor's <see cref="IConnector"/> into a running service: a lane for each of its municipalities, and a sweep over all.</summary>
internal sealed partial class ConnectorHost : IHostedService, IHealthCheck
{
    private readonly Vendor _vendor;
    private readonly ConnectorOptions _options;
    private readonly Loops _loops;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly InstructionHandler _handler;
    private readonly EntryHandler _entries;
    private readonly IMunicipalities _municipalities;
    private readonly Func<Lane, LaneRunner> _runnerOf;
    private readonly ConcurrentDictionary<string, LaneRunner> _runners;
    private readonly Dictionary<string, Task> _changing = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private IReadOnlyDictionary<string, long> _unpublished = new Dictionary<string, long>();
    private Task _sweeping = Task.CompletedTask;

    public ConnectorHost(
        Vendor vendor, IConnector connector, ConnectorOptions options, Func<Municipality, Installation, Uri?> endpoint, Installation installation,
        IMunicipalities municipalities, IStores stores, ITransport transport, IErrorQueues errors, IUnsealer unsealer, OwnFaults faults, Loops loops,
        TimeProvider time, ILogger<ConnectorHost> logger)
    {
        _vendor = vendor;
        var capabilities = CapabilityFaults.CapabilitiesOf(connector, vendor.ToString());
        Extract = connector as IAccountExtract;
        _options = options;
        _loops = loops;
        _time = time;
        _logger = logger;
        _municipalities = municipalities;
        var store = stores.Open(SchemaOf(vendor));
        _entries = new EntryHandler(vendor.ToString(), new SqlEntryLog(store), transport, options, time, logger);
        _handler = new InstructionHandler(
            connector, new SqlInstructionLog(store), transport, errors, unsealer, Served, municipality => endpoint(municipality, installation),
            options, time, logger, LeaseOwner.Draw(installation), _entries);
        _runnerOf = lane => new LaneRunner(vendor.ToString(), lane, _handler, transport, options, capabilities, loops, time, logger, faults.Met);
        _runners = new(_handler.Lanes.ToDictionary(lane => lane.Code, _runnerOf), StringComparer.Ordinal);
        ConnectorTelemetry.Observe(
            vendor.ToString(), () => _runners.Values.Select(runner => (runner.Lane.Code, runner.Lane.Breaker, runner.Depth, time.GetUtcNow())),
            () => _runners.Keys.Select(code => (code, _entries.Refusals.Count(refusal => refusal.Municipality == code))));
    }

    /// <summary>Null: this vendor's debtor systems cannot list the claims they hold.</summary>
    public IAccountExtract? Extract { get; }

    private IEnumerable<Municipality> Served => _municipalities.All.Where(municipality => municipality.Vendor == _vendor && municipality.Stage != Stage.Planned);

    public bool Serves(string municipality) => _runners.ContainsKey(municipality);

    public IReadOnlyList<LaneStanding> Standing()
    {
        var now = _time.GetUtcNow();
        var refusals = _entries.Refusals.ToLookup(refusal => refusal.Municipality, StringComparer.Ordinal);
        return [.. _runners.Values.OrderBy(runner => runner.Lane.Code, StringComparer.Ordinal).Select(runner => new LaneStanding(
            runner.Lane.Code, runner.Lane.Municipality.Name, runner.Lane.StateAt(now), runner.Lane.Breaker, runner.Lane.UnavailableSince,
            runner.Depth?.InHand ?? 0, runner.Depth?.OldestAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, runner.IsWell, runner.IsHeld,
            _unpublished.GetValueOrDefault(runner.Lane.Code), runner.Lane.WaitsFor(now),
            [.. refusals[runner.Lane.Code]], runner.Lane.UnreadSince))];
    }

    /// <summary>Null: no endpoint is configured.</summary>
    public DebtorSystem? SystemOf(string municipality) => _handler.SystemOf(municipality);

    public Task PauseAsync(string municipality, bool paused, CancellationToken cancellation) => _handler.PauseAsync(municipality, paused, cancellation);

    public Task TakeInAsync(string municipality, IReadOnlyList<Receipt> receipts, CancellationToken cancellation) =>
        _handler.ReceiptsAsync(municipality, receipts, cancellation);

    public Task TakeInAsync(string municipality, IReadOnlyList<DebtorEntry> entries, string? documentId, CancellationToken cancellation) =>
        _entries.TakeInAsync(municipality, entries, documentId, cancellation);

    public Task RefuseAsync(string municipality, RefusedDocument document, CancellationToken cancellation) => _entries.RefuseAsync(municipality, [document], cancellation);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _handler.StartAsync(cancellationToken);
        await Task.WhenAll(_runners.Values.Select(runner => runner.StartAsync(cancellationToken)));
        _sweeping = SweepAsync(_stopping.Token);
        Log.Started(_logger, _vendor, _runners.Count);
        if (_runners.IsEmpty)
            Log.ServesNobody(_logger, _vendor, WhyNobody());
        foreach (var code in _runners.Keys.Order(StringComparer.Ordinal).Where(code => SystemOf(code) is null))
            Log.Nowhere(_logger, _vendor, code);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _sweeping;
        await Task.WhenAll(_changing.Values);
        await Task.WhenAll(_runners.Values.Select(runner => runner.DisposeAsync().AsTask()));
        _stopping.Dispose();
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var silent = _runners.Values.Where(runner => !runner.IsWell).Select(runner => runner.Lane.Code).Order(StringComparer.Ordinal).ToList();
        return Task.FromResult(silent.Count == 0
            ? HealthCheckResult.Healthy($"{_runners.Count} municipalities")
            : HealthCheckResult.Unhealthy($"Nobody consumes the instructions of {string.Join(", ", silent)}."));
    }

    internal static string SchemaOf(Vendor vendor) => $"connector_{vendor.ToString().ToLowerInvariant()}";

    private async Task SweepAsync(CancellationToken cancellation)
    {
        try
        {
            await _loops.EveryAsync($"{_vendor} sweep", _options.SweepInterval, SweepOnceAsync, TellOfSweep, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopping; what is due is due at the next start.
        }
    }

    /// <summary>
    /// Brings the lanes in line with the municipalities in force. Each changes on its own: one whose debtor system hangs, and whose calls are waited for, keeps nobody waiting.
    /// </summary>
    private void FollowMunicipalities(CancellationToken cancellation)
    {
        var served = Served.ToDictionary(municipality => municipality.Code, StringComparer.Ordinal);
        foreach (var code in _runners.Keys.Union(served.Keys).ToList())
        {
            var (before, after) = (_runners.GetValueOrDefault(code)?.Lane.Municipality, served.GetValueOrDefault(code));
            if (OfTheLane(before) != OfTheLane(after) && _changing.GetValueOrDefault(code) is not { IsCompleted: false })
                _changing[code] = ChangeAsync(code, after, cancellation);
        }
    }

    /// <summary>Policy is Routing's; a lane that only differs there runs on.</summary>
    private static Municipality? OfTheLane(Municipality? municipality) =>
        municipality is null ? null : municipality with { Cutover = default, MinorPolicy = default, ChildMaxAge = 0, MinimumAmountOre = 0, PaymentsToFbs = default };

    /// <summary>The old lane ends before the new one begins: never are there two with limits of their own. What fails is found different again by the next sweep.</summary>
    private async Task ChangeAsync(string code, Municipality? after, CancellationToken cancellation)
    {
        try
        {
            if (_runners.TryGetValue(code, out var leaving))
            {
                await leaving.LeaveAsync(cancellation);
                _handler.Leave(code);
                _runners.TryRemove(code, out _);
            }

            if (after is not null)
                await EnterAsync(after, cancellation);

            Log.Changed(_logger, _vendor, code, after is null ? "is not served any more" : leaving is null ? "is served from now on" : "is served as its entry says now");
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Stopping: the next start reads the file.
        }
        catch (Exception failure)
        {
            Log.ChangeFailed(_logger, _vendor, code, PersonalData.Mask($"{failure.GetType().Name}: {failure.Message}", 300));
        }
    }

    private async Task EnterAsync(Municipality municipality, CancellationToken cancellation)
    {
        var entering = _runnerOf(await _handler.ServeAsync(municipality, cancellation));
        try
        {
            await entering.StartAsync(cancellation);
        }
        catch
        {
            await entering.DisposeAsync();
            _handler.Leave(municipality.Code);
            throw;
        }

        _runners[municipality.Code] = entering;
        if (SystemOf(municipality.Code) is null)
            Log.Nowhere(_logger, _vendor, municipality.Code);
    }

    /// <summary>No fault that ends the start: the file may change while it runs. But somebody who has misspelt a vendor would wait for ever.</summary>
    private string WhyNobody()
    {
        var planned = _municipalities.All.Where(municipality => municipality.Vendor == _vendor).Select(municipality => municipality.Code).Order(StringComparer.Ordinal).ToList();
        return planned.Count == 0
            ? $"no municipality in municipalities.yaml has 'vendor: {_vendor}'"
            : $"all of its municipalities have 'stage: Planned' ({string.Join(", ", planned.Take(5))}{(planned.Count > 5 ? ", …" : "")}); with Test or Live their instructions are taken";
    }

    private async Task SweepOnceAsync(CancellationToken cancellation)
    {
        FollowMunicipalities(cancellation);
        var depths = (await _handler.SweepAsync(cancellation)).ToDictionary(depth => depth.Municipality);
        foreach (var (code, runner) in _runners)
            runner.Wake(depths.GetValueOrDefault(code));
        _unpublished = (await _entries.SweepAsync(cancellation)).ToDictionary(depth => depth.Municipality, depth => depth.Unpublished);
    }

    private void TellOfSweep(Exception failure) => Log.SweepFailed(_logger, _vendor, PersonalData.Mask($"{failure.GetType().Name}: {failure.Message}", 300));

    private static partial class Log
    {
        [LoggerMessage(3030, LogLevel.Information, "{Vendor}: {Count} municipalities are served")]
        public static partial void Started(ILogger logger, Vendor vendor, int count);

        [LoggerMessage(3034, LogLevel.Warning, "{Vendor} serves no municipality: {Why}. A changed file is followed while it runs; Claims:Municipalities (environment CLAIMS_MUNICIPALITIES) says which file")]
        public static partial void ServesNobody(ILogger logger, Vendor vendor, string why);

        [LoggerMessage(3035, LogLevel.Warning, "{Vendor}: municipality {Municipality} has no endpoint, so its instructions wait. Say in municipalities.yaml where its debtor system answers, 'endpoint: https://debtor.example.dk/base', or give AddConnector a rule of your own")]
        public static partial void Nowhere(ILogger logger, Vendor vendor, string municipality);

        [LoggerMessage(3031, LogLevel.Warning, "{Vendor}: a sweep failed and will be tried again: {Failure}")]
        public static partial void SweepFailed(ILogger logger, Vendor vendor, string failure);

        [LoggerMessage(3032, LogLevel.Information, "{Vendor}: municipality {Municipality} {What}")]
        public static partial void Changed(ILogger logger, Vendor vendor, string municipality, string what);

        [LoggerMessage(3033, LogLevel.Warning, "{Vendor}: municipality {Municipality} could not be changed and will be tried again: {Failure}")]
        public static partial void ChangeFailed(ILogger logger, Vendor vendor, string municipality, string failure);
    }
}

/// <summary>How one municipality's connector stands, as <c>GET /connectors/VENDOR</c> tells it.</summary>
/// <param name="State">flowing, paused, closed (opening hours), breakerOpen, givingUp.</param>
/// <param name="InHand">Instructions in the log that the connector goes on with.</param>
/// <param name="Oldest">When the oldest of them was taken.</param>
/// <param name="Consuming">Its queue is consumed, or left alone on purpose.</param>
/// <param name="Held">Its queue is left alone on purpose: the backlog stays on the broker.</param>
/// <param name="UnpublishedEntries">Entries of the debtor system that the broker has not confirmed yet.</param>
/// <param name="Refused">Documents of which nothing counts, until they are settled.</param>
/// <param name="UnreadSince">Since when its receipts and entries could not be read; null: the last reading was answered, or it brings them itself.</param>
/// <param name="WaitsFor">Keys that are not here, and what brings them: the instructions that need them wait.</param>
public sealed record LaneStanding(
    string Municipality, string Name, LaneState State, BreakerState Breaker, DateTimeOffset? UnavailableSince, long InHand, DateTimeOffset? Oldest, bool Consuming, bool Held,
    long UnpublishedEntries, IReadOnlyList<Note> WaitsFor, IReadOnlyList<Refusal> Refused, DateTimeOffset? UnreadSince);

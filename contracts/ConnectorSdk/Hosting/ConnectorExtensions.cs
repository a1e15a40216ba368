using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.ConnectorSdk.Erasing;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Defaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConnectorSdk.Hosting;

public static class ConnectorExtensions
{
    /// <summary>
    /// Makes a vendor's connector a running service. Several vendors may be added to one process. <see cref="IReceiptInbox"/> and
    /// <see cref="IEntryInbox"/> can be asked for from then on.
    /// </summary>
    /// <param name="vendor">As in <c>municipalities.yaml</c>: KmdOpus, Prisme or OesIndsigt.</param>
    /// <param name="endpoint">
    /// Where a municipality's debtor system answers; null: the municipality's own endpoint, else the sandbox's. Its own result of null means nowhere: the
    /// municipality's instructions wait.
    /// </param>
    public static IHostApplicationBuilder AddConnector<TConnector>(
        this IHostApplicationBuilder builder, string vendor, Func<Municipality, Installation, Uri?>? endpoint = null)
        where TConnector : class, IConnector
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!Enum.GetNames<Vendor>().Contains(vendor, StringComparer.Ordinal))
        {
            throw new ArgumentException(
                $"AddConnector<{typeof(TConnector).Name}>(\"{vendor}\"): there is no such vendor. It is {string.Join(", ", Enum.GetNames<Vendor>())}, spelt as in municipalities.yaml: "
                + $"builder.AddConnector<{typeof(TConnector).Name}>(\"KmdOpus\").", nameof(vendor));
        }

        if (IsAdded(builder.Services, vendor))
        {
            throw new ArgumentException(
                $"AddConnector<{typeof(TConnector).Name}>(\"{vendor}\"): a connector was added for {vendor} before. A municipality's instructions go to one connector: add one for each vendor.", nameof(vendor));
        }

        var which = Enum.Parse<Vendor>(vendor);
        builder.AddDefaults(vendor.ToLowerInvariant());
        var options = ConnectorOptions.Read(builder.Configuration, vendor);

        builder.Services.AddKeyedSingleton<IConnector, TConnector>(vendor);
        builder.Services.AddKeyedSingleton(vendor, (services, _) => ActivatorUtilities.CreateInstance<ConnectorHost>(
            services, which, services.GetRequiredKeyedService<IConnector>(vendor), options, endpoint ?? SandboxUnlessConfigured));
        builder.Services.AddSingleton(services => services.GetRequiredKeyedService<ConnectorHost>(vendor));
        builder.Services.AddSingleton<IHostedService>(services => services.GetRequiredKeyedService<ConnectorHost>(vendor));
        builder.Services.TryAddSingleton<IReceiptInbox, ReceiptInbox>();
        builder.Services.TryAddSingleton<IEntryInbox, EntryInbox>();
        builder.Services.AddKeyedSingleton(vendor, (services, _) => new SenderRefusals(
            services.GetRequiredService<IStores>().Open(ConnectorHost.SchemaOf(which)), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddKeyedSingleton<ICallerRefusals>(vendor, (services, _) => new CallerRefusals(
            vendor, services.GetRequiredKeyedService<SenderRefusals>(vendor), services.GetRequiredService<IMunicipalities>(),
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<CallerRefusals>>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"connector-{vendor}", services => services.GetRequiredKeyedService<ConnectorHost>(vendor), null, ["ready"]));
        return builder;
    }

    /// <summary>
    /// <c>GET /connectors/VENDOR</c> (how each municipality stands), <c>POST /connectors/VENDOR/municipalities/CODE/pause|resume</c>,
    /// <c>GET /connectors/VENDOR/senders</c> (who called back for whom in vain),
    /// <c>GET /connectors/VENDOR/municipalities/CODE/accounts</c> (the claims its debtor system holds), <c>GET /connectors/VENDOR/waiting</c> and
    /// <c>POST /connectors/VENDOR/messages/recorded</c> (what the log says of instructions), <c>POST /connectors/VENDOR/erase</c> (claims past their
    /// retention).
    /// </summary>
    public static WebApplication MapConnector(this WebApplication app, string vendor)
    {
        ArgumentNullException.ThrowIfNull(app);
        var host = app.Services.GetKeyedService<ConnectorHost>(vendor) ?? throw new InvalidOperationException(
            $"MapConnector(\"{vendor}\"): no connector was added under this name. Before Build: builder.AddConnector<MyConnector>(\"{vendor}\").");
        var connector = app.MapGroup($"/connectors/{vendor}").RequireAuthorization(Door.Service);
        connector.MapGet("", () => host.Standing().Select(lane => new
        {
            lane.Municipality, lane.Name, state = Word(lane.State), breaker = Word(lane.Breaker), lane.UnavailableSince, lane.InHand, lane.Oldest, lane.Consuming, lane.Held,
            lane.UnpublishedEntries, lane.UnreadSince, lane.WaitsFor, refused = lane.Refused.Select(refusal => new
            {
                refusal.Document.DocumentId, kind = Word(refusal.Document.Kind), refusal.Document.Name, fault = Word(refusal.Document.Fault), refusal.Document.Line, refusal.Document.Field,
                since = DateTimeOffset.FromUnixTimeMilliseconds(refusal.SinceAt), last = DateTimeOffset.FromUnixTimeMilliseconds(refusal.LastAt), refusal.Times,
            }),
        }));
        var refusals = app.Services.GetRequiredKeyedService<SenderRefusals>(vendor);
        connector.MapGet("/senders", async (CancellationToken cancellation) =>
            TypedResults.Json(new SendersView(IsRequired: true, await refusals.ReadAsync(cancellation)), System.Text.Json.JsonSerializerOptions.Web));
        connector.MapPost("/municipalities/{code}/pause", (string code, CancellationToken cancellation) => SetPausedAsync(host, code, true, cancellation));
        connector.MapPost("/municipalities/{code}/resume", (string code, CancellationToken cancellation) => SetPausedAsync(host, code, false, cancellation));
        var accounts = new AccountStream(vendor, host, app.Services.GetRequiredService<TimeProvider>(), app.Services.GetRequiredService<ILogger<AccountStream>>());
        connector.MapGet("/municipalities/{code}/accounts", accounts.HandleAsync);
        var store = app.Services.GetRequiredService<IStores>().Open(ConnectorHost.SchemaOf(Enum.Parse<Vendor>(vendor)));
        connector.MapAsking(store);
        connector.MapErasing(store);
        return app;
    }

    /// <summary>The municipality's own endpoint; else <c>SANDBOX/sandbox/opus|prisme|indsigt/CODE</c>, where a sandbox runs.</summary>
    public static Uri? SandboxUnlessConfigured(Municipality municipality, Installation installation)
    {
        if (municipality.Endpoint is { } configured)
            return new Uri(configured, UriKind.Absolute);
        if (installation.Sandbox.Length == 0)
            return null;
        var vendor = municipality.Vendor switch { Vendor.KmdOpus => "opus", Vendor.Prisme => "prisme", _ => "indsigt" };
        return new Uri($"{installation.Sandbox.TrimEnd('/')}/sandbox/{vendor}/{municipality.Code}");
    }

    private static bool IsAdded(IServiceCollection services, string vendor) =>
        services.Any(service => service.ServiceType == typeof(IConnector) && service.IsKeyedService && Equals(service.ServiceKey, vendor));

    private static async Task<IResult> SetPausedAsync(ConnectorHost host, string code, bool paused, CancellationToken cancellation)
    {
        if (!host.Serves(code))
            return Results.NotFound(new { error = $"This connector does not serve municipality {code}." });
        await host.PauseAsync(code, paused, cancellation);
        return Results.NoContent();
    }

    private static string Word<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary>Hands receipts to the connector that serves the municipality.</summary>
internal sealed class ReceiptInbox(IEnumerable<ConnectorHost> hosts) : IReceiptInbox
{
    public Task TakeInAsync(string municipality, IReadOnlyList<Receipt> receipts, CancellationToken cancellation) =>
        hosts.Of(municipality).TakeInAsync(municipality, receipts, cancellation);
}

/// <summary>Hands entries to the connector that serves the municipality.</summary>
internal sealed class EntryInbox(IEnumerable<ConnectorHost> hosts) : IEntryInbox
{
    public Task TakeInAsync(string municipality, IReadOnlyList<DebtorEntry> entries, string? documentId, CancellationToken cancellation) =>
        hosts.Of(municipality).TakeInAsync(municipality, entries, documentId, cancellation);

    public Task RefuseAsync(string municipality, RefusedDocument document, CancellationToken cancellation) =>
        hosts.Of(municipality).RefuseAsync(municipality, document, cancellation);
}

/// <summary>Tells a caller that is not believed as one of the broker's users is told of: counted, kept with for whom it spoke, and logged.</summary>
internal sealed partial class CallerRefusals(
    string vendor, SenderRefusals refusals, IMunicipalities municipalities, TimeProvider time, ILogger<CallerRefusals> logger) : ICallerRefusals
{
    private const string Callback = "callback";

    /// <summary>Whoever need not sign in for it may not make us write as often as he likes: what comes in between is counted with the next.</summary>
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(1);

    private const int MostUnwritten = 10_000;

    private readonly Lock _lock = new();
    private readonly List<SenderRefusal> _unknown = [];
    private long? _writtenAt;

    public async Task CountAsync(string caller, string municipality, CancellationToken cancellation)
    {
        ClaimMetrics.SenderRefused(caller, municipality, nameof(RefusalReason.OtherMunicipality), 1);
        Log.Refused(logger, vendor, municipality, caller);
        await refusals.RecordAsync([new SenderRefusal(caller, municipality, Callback, RefusalReason.OtherMunicipality, "")], cancellation);
    }

    public async Task CountUnknownAsync(string municipality)
    {
        // Rows are by municipality: what anybody may write in an address makes none.
        var known = municipalities.Find(municipality) is null ? "" : municipality;
        ClaimMetrics.SenderRefused(BrokerUsers.Nobody, known, nameof(RefusalReason.UnknownSender), 1);
        IReadOnlyList<SenderRefusal> unknown;
        lock (_lock)
        {
            if (_unknown.Count < MostUnwritten)
                _unknown.Add(new SenderRefusal(BrokerUsers.Nobody, known, Callback, RefusalReason.UnknownSender, ""));
            if (_writtenAt is { } at && time.GetElapsedTime(at) < BetweenWrites)
                return;
            _writtenAt = time.GetTimestamp();
            unknown = [.. _unknown];
            _unknown.Clear();
        }

        try
        {
            await refusals.RecordAsync(unknown, CancellationToken.None);
        }
        catch (Exception failure) when (BatchConsumer.IsTransient(failure))
        {
            Log.NotCounted(logger, vendor, unknown.Count, failure.GetType().Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3061, LogLevel.Warning, "{Vendor}: {Count} callers that are not known were refused, and could not be counted: {Failure}")]
        public static partial void NotCounted(ILogger logger, string vendor, int count, string failure);

        [LoggerMessage(3060, LogLevel.Error, "{Vendor}: the caller '{Caller}' called back for municipality {Municipality}, which is not its own, and was refused")]
        public static partial void Refused(ILogger logger, string vendor, string municipality, string caller);
    }
}

internal static class Hosts
{
    public static ConnectorHost Of(this IEnumerable<ConnectorHost> hosts, string municipality) =>
        hosts.FirstOrDefault(host => host.Serves(municipality)) ?? throw new KeyNotFoundException($"No connector here serves municipality {municipality}.");
}

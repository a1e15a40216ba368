using System.Collections.Concurrent;
using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ClaimsTransfer.Isolation.Tests.Keys;

/// <summary>
/// An installation (its keys, its municipalities, instructions as Routing gives them) and a vendor beside it that has nothing but what it is issued. What the vendor reports is
/// heard on a queue of the test's own.
/// </summary>
internal sealed class KeysWorld : IAsyncDisposable
{
    public const string København = "0101";
    public const string Aarhus = "0751";
    public const string Odense = "0461";

    private const string Municipalities = """
        - { code: "0101", name: København, cvr: "64942212", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
        - { code: "0751", name: Aarhus, cvr: "55133018", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
        - { code: "0461", name: Odense, cvr: "35209115", vendor: Prisme, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentDictionary<Guid, TransferReported> _reports = new();
    private readonly Sealer _sealer;
    private readonly string _broker;
    private ITransport _transport = null!;
    private IConnection _connection = null!;

    private KeysWorld(string broker)
    {
        _broker = broker;
        Directory.CreateDirectory(Data);
        File.WriteAllText(MunicipalitiesFile, Municipalities);
        Ring = new KeyRing(Path.Combine(Data, "keys"), MasterKey.Load(new Installation { Data = Data }));
        _sealer = new Sealer(Ring);
    }

    /// <summary>The installation's data folder.</summary>
    public string Data => Path.Combine(_folder.Path, "installation");

    public string VendorData => Path.Combine(_folder.Path, "vendor");

    public string VendorKeys => Path.Combine(_folder.Path, "vendor-keys");

    public string MunicipalitiesFile => Path.Combine(_folder.Path, "municipalities.yaml");

    public KeyRing Ring { get; }

    public Bookings Bookings { get; } = new();

    public ConcurrentQueue<TransferClaim> Sent { get; } = new();

    public int Accepted => Sent.Count(claim => _reports.GetValueOrDefault(claim.InstructionId)?.Outcome == TransferOutcome.Accepted);

    public IEnumerable<string> NotAccepted => _reports.Values.Where(report => report.Outcome != TransferOutcome.Accepted).Select(report => $"{report.Outcome} {report.Code} {report.Text}");

    public static async Task<KeysWorld> StartAsync(string broker)
    {
        var world = new KeysWorld(broker);
        world._transport = TransportFactory.Create(new Installation { Broker = broker, Instance = "routing" }, TimeProvider.System, NullLoggerFactory.Instance);
        await world._transport.DeclareAsync([Topology.Routing, Topology.Payments, Topology.Transfer(København), Topology.Transfer(Aarhus)], CancellationToken.None);
        await world.ListenAsync();
        return world;
    }

    public int AcceptedOf(string municipality) =>
        Sent.Count(claim => claim.Municipality == municipality && _reports.GetValueOrDefault(claim.InstructionId)?.Outcome == TransferOutcome.Accepted);

    public void Issue() => VendorFolder.Issue(Ring, "KmdOpus", [København, Aarhus], VendorKeys, TimeProvider.System);

    public Task<VendorProcess> StartVendorAsync(string? broker = null) => VendorProcess.StartAsync(broker ?? _broker, VendorData, VendorKeys, MunicipalitiesFile, Bookings);

    /// <summary>Sealed with whatever key seals at this moment.</summary>
    public async Task SendAsync(string municipality, int count)
    {
        List<TransferClaim> claims = [];
        for (var i = 0; i < count; i++)
        {
            var (agency, feeId) = ($"DK-7{municipality[1..]}00", (long)Sent.Count + claims.Count + 1);
            var claim = DeterministicId.OfClaim(agency, feeId);
            var identity = _sealer.Seal(municipality, new OpenIdentity(IdentityKind.Person, VendorProcess.Number, "Test Borger"));
            claims.Add(new TransferClaim(
                DeterministicId.Of(claim, "message"), DateTimeOffset.UnixEpoch, claim, municipality, agency, feeId, 1, DeterministicId.Of(claim, "register"), InstructionKind.Register, null,
                $"{agency}-{feeId}", ClaimType.Fee, "Gebyr", 7000, new DateOnly(2026, 10, 22), null, new Debtor(DebtorKind.Borrower, identity), [], false));
        }

        foreach (var claim in claims)
            Sent.Enqueue(claim);
        await _transport.PublishAsync(
            [.. claims.Select(claim => new OutgoingMessage(
                MessageNames.TransferClaim, claim.MessageId, JsonSerializer.SerializeToUtf8Bytes(claim, MessageJson.Default.TransferClaim), claim.Municipality))],
            CancellationToken.None);
    }

    public async Task<long> WaitingAsync(string municipality) => await _transport.DepthAsync(Topology.TransferQueue(municipality), CancellationToken.None) ?? 0;

    /// <summary>What ended on the vendor's error and dead queues.</summary>
    public async Task<long> FailedAsync()
    {
        long failed = 0;
        foreach (var queue in ((string[])[København, Aarhus]).Select(Topology.TransferQueue))
            failed += (await _transport.DepthAsync(Topology.ErrorQueue(queue), CancellationToken.None) ?? 0) + (await _transport.DepthAsync(Topology.DeadQueue(queue), CancellationToken.None) ?? 0);
        return failed;
    }

    public static async Task UntilAsync(Func<Task<bool>> met, string what, int seconds = 60)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!await met())
        {
            if (patience.IsCancellationRequested)
                Assert.Fail($"Not within {seconds} s: {what}");
            await Task.Delay(50);
        }
    }

    public static Task UntilAsync(Func<bool> met, string what, int seconds = 60) => UntilAsync(() => Task.FromResult(met()), what, seconds);

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _transport.DisposeAsync();
        Ring.Dispose();
        _folder.Dispose();
    }

    private async Task ListenAsync()
    {
        _connection = await new ConnectionFactory { Uri = new Uri(_broker) }.CreateConnectionAsync();
        var channel = await _connection.CreateChannelAsync();
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, MessageNames.TransferReported, "#");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            var report = JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.TransferReported)!;
            _reports[report.InstructionId] = report;
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }
}

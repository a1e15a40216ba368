using System.Collections.Concurrent;
using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>The real steps on a real store with real sealing; only the debtor system is foreign, and time stands still.</summary>
internal sealed class ConnectorBench : IAsyncDisposable
{
    public const string København = "0101";
    public const string Aarhus = "0751";

    private readonly TemporaryFolder _folder = new();
    private readonly Stores _stores;
    private int _runs;

    private ConnectorBench(string? store, ConnectorOptions options)
    {
        Installation = new Installation { Data = _folder.Path, Store = store ?? "embedded" };
        _stores = StoreForTests.On(Installation.Store, _folder.Path);
        Options = options;
        Keys = new KeyRing(Path.Combine(_folder.Path, "keys"), new MasterKey(new byte[32]), time: Time);
        Handler = NewHandler();
    }

    public Installation Installation { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    public ForgetfulDebtorSystem Debtor { get; init; } = new();

    public ConnectorOptions Options { get; }

    public KeyRing Keys { get; }

    public Lines Logger { get; } = new();

    public Published Reports { get; } = new();

    /// <summary>What went out of the debtor system's own entries.</summary>
    public Confirmed Entries { get; } = new();

    public IStore Store => _stores.Open("connector_kmdopus");

    public IEntryLog EntryLog => new SqlEntryLog(_stores.Open("connector_kmdopus"));

    public InstructionHandler Handler { get; private set; }

    public List<Municipality> Municipalities { get; } =
    [
        new(København, "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 1, 1), MinorPolicy.GuardianPays),
        new(Aarhus, "Aarhus", "55133018", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 1, 1), MinorPolicy.GuardianPays, RatePerSecond: 10),
    ];

    public SqlInstructionLog Log => new(_stores.Open("connector_kmdopus"));

    public static async Task<ConnectorBench> StartAsync(ConnectorOptions? options = null, string? store = null, ConnectorCapabilities? capabilities = null)
    {
        var bench = new ConnectorBench(store, options ?? new ConnectorOptions())
        {
            Debtor = new ForgetfulDebtorSystem { Capabilities = capabilities ?? new ConnectorCapabilities("KmdOpus", 100, null) },
        };
        await bench.RestartAsync();
        return bench;
    }

    /// <summary>Another process goes on with the same store.</summary>
    public async Task RestartAsync()
    {
        Debtor.Death = new CancellationTokenSource();
        Handler = NewHandler();
        await Handler.StartAsync(CancellationToken.None);
    }

    public TransferClaim Register(long feeId = 1, string municipality = København, int version = 1, string step = "register", bool toTest = false)
    {
        var claim = DeterministicId.OfClaim("DK-710100", feeId);
        var identity = new Sealer(Keys).Seal(municipality, new OpenIdentity(IdentityKind.Person, "0101701234", "Test Borger"));
        return new TransferClaim(
            Guid.NewGuid(), Time.GetUtcNow(), claim, municipality, "DK-710100", feeId, version, DeterministicId.Of(claim, $"{step}/{version}"),
            version == 1 ? InstructionKind.Register : InstructionKind.Adjust, null, $"F{feeId}", ClaimType.Fee, "Gebyr", 7000,
            new DateOnly(2026, 10, 22), null, new Debtor(DebtorKind.Borrower, identity), [], toTest);
    }

    public TransferClaim Ask(TransferClaim about)
    {
        var message = Guid.NewGuid();
        return about with { MessageId = message, InstructionId = message, Instruction = InstructionKind.Find, About = about.InstructionId };
    }

    public static Delivery DeliveryOf(TransferClaim claim) =>
        new(MessageNames.TransferClaim, claim.MessageId.ToString(), JsonSerializer.SerializeToUtf8Bytes(claim, MessageJson.Default.TransferClaim));

    public Task<IReadOnlyList<Guid>> TakeAsync(params IReadOnlyList<TransferClaim> claims) =>
        Handler.TakeAsync(claims[0].Municipality, [.. claims.Select(DeliveryOf)], CancellationToken.None);

    /// <summary>As the host does with a batch: takes it in and works it.</summary>
    public async Task HandleAsync(params IReadOnlyList<TransferClaim> claims) =>
        await Handler.WorkAsync(claims[0].Municipality, await TakeAsync(claims), CancellationToken.None);

    public Task<Work> WorkAsync(string municipality = København) => Handler.WorkAsync(municipality, null, CancellationToken.None);

    /// <summary>Handles a batch in a process that dies during the call.</summary>
    public async Task HandleAndDieAsync(params IReadOnlyList<TransferClaim> claims)
    {
        var taken = await TakeAsync(claims);
        await Should.ThrowAsync<OperationCanceledException>(() => Handler.WorkAsync(claims[0].Municipality, taken, Debtor.Death.Token));
    }

    /// <summary>As the host's timer does: sweeps, works what is due, until nothing is.</summary>
    public async Task SweepAsync(TimeSpan after)
    {
        Time.Advance(after);
        foreach (var depth in await Handler.SweepAsync(CancellationToken.None))
        {
            while ((await WorkAsync(depth.Municipality)).Handled > 0)
            {
                // On to the next.
            }
        }
    }

    public async Task SweepForAsync(TimeSpan span, TimeSpan step)
    {
        for (var at = TimeSpan.Zero; at < span; at += step)
            await SweepAsync(step);
    }

    public Task ReceiveAsync(TransferClaim claim, string receipt, Submitted outcome) =>
        Handler.ReceiptsAsync(claim.Municipality, [new Receipt(claim.InstructionId, receipt, outcome)], CancellationToken.None);

    public async Task<InstructionRow> RowAsync(TransferClaim claim)
    {
        InstructionRow? found = null;
        await Log.ChangeAsync([claim.InstructionId], rows =>
        {
            found = rows.GetValueOrDefault(claim.InstructionId);
            return [];
        }, CancellationToken.None);
        return found.ShouldNotBeNull();
    }

    public async Task<long> StrayReceiptsAsync()
    {
        var store = _stores.Open("connector_kmdopus");
        await using var connection = await store.OpenAsync(CancellationToken.None);
        await using var count = connection.CreateCommand();
        count.CommandText = store.Sql("SELECT COUNT(*) FROM connector_kmdopus.stray_receipts");
        return Convert.ToInt64(await count.ExecuteScalarAsync());
    }

    public IReadOnlyList<TransferOutcome> OutcomesOf(TransferClaim claim) =>
        [.. Reports.All.Where(report => report.InstructionId == claim.InstructionId).Select(report => report.Outcome)];

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        Keys.Dispose();
        _folder.Dispose();
    }

    /// <summary>Another instance beside the first.</summary>
    public InstructionHandler NewHandler() => new(
        Debtor, Log, Reports, Reports, new Unsealer(Keys, [København, Aarhus]), Municipalities, _ => new Uri("http://debtor.invalid"), Options, Time, Logger, $"run-{++_runs}",
        new EntryHandler("KmdOpus", new SqlEntryLog(_stores.Open("connector_kmdopus")), Entries, Options, Time, Logger));
}

/// <summary>What was confirmed by the broker.</summary>
internal sealed class Published : IPublisher, IErrorQueues
{
    private readonly List<TransferReported> _reports = [];
    private readonly List<(string Queue, StandingMessage Message)> _dead = [];
    private readonly List<MessageDeadLettered> _notices = [];

    /// <summary>The broker confirms nothing.</summary>
    public bool IsDown { get; set; }

    public IReadOnlyList<TransferReported> All
    {
        get
        {
            lock (_reports)
                return [.. _reports];
        }
    }

    /// <summary>Nothing but what goes to an error queue is confirmed.</summary>
    public bool NoticesAreDown { get; set; }

    public IReadOnlyList<(string Queue, StandingMessage Message)> Dead
    {
        get
        {
            lock (_reports)
                return [.. _dead];
        }
    }

    public IReadOnlyList<MessageDeadLettered> Notices
    {
        get
        {
            lock (_reports)
                return [.. _notices];
        }
    }

    public Task PutAsync(string queue, IReadOnlyList<StandingMessage> messages, CancellationToken cancellation)
    {
        if (IsDown)
            throw new TransientException("The broker is away.");
        lock (_reports)
            _dead.AddRange(messages.Select(message => (Topology.ErrorQueue(queue), message)));
        return Task.CompletedTask;
    }

    public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        if (IsDown || NoticesAreDown)
            throw new TransientException("The broker is away.");
        lock (_reports)
        {
            foreach (var message in messages)
            {
                if (message.Name == MessageNames.MessageDeadLettered)
                {
                    _notices.Add(JsonSerializer.Deserialize(message.Body.Span, MessageJson.Default.MessageDeadLettered)!);
                    _notices[^1].MessageId.ShouldBe(message.MessageId);
                    continue;
                }

                var report = JsonSerializer.Deserialize(message.Body.Span, MessageJson.Default.TransferReported)!;
                report.MessageId.ShouldBe(message.MessageId);
                message.Name.ShouldBe(MessageNames.TransferReported);
                _reports.Add(report);
            }
        }

        return Task.CompletedTask;
    }
}

/// <summary>The log as text.</summary>
internal sealed class Lines : ILogger
{
    private readonly ConcurrentQueue<string> _all = new();

    public IReadOnlyList<string> All => [.. _all];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _all.Enqueue($"{formatter(state, exception)} {exception}");
}

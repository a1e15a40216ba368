using System.Text;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.Embedded;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Archiving;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Editing;
using ClaimsTransfer.OperationsConsole.Erasing;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaimsTransfer.OperationsConsole.Tests.Running;

/// <summary>The console's parts on a real store and a real embedded broker, the other services beside them, and a clock that a test moves on. København and Gentofte are served.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    public static readonly Actor Anna = new("anna", Role.Operator, null) { IsSignedIn = true };
    public static readonly Actor Bo = new("bo", Role.Approver, null) { IsSignedIn = true };
    public static readonly Actor Copenhagen = new("cia", Role.Operator, new HashSet<string> { "0101" }) { IsSignedIn = true };

    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private readonly StoreForTests _installation;
    private readonly TemporaryFolder _folder = new();
    private readonly List<Stores> _others = [];
    private readonly HttpClient _http = new();

    private Workbench(StoreForTests installation, StandInServices services, ConsoleOptions options)
    {
        _installation = installation;
        Services = services;
        Options = options with { Services = new Dictionary<string, string> { ["All"] = services.Url } };
        Keys = new KeyRing(Path.Combine(_folder.Path, "keys"), new MasterKey([.. Enumerable.Range(1, 32).Select(i => (byte)i)]), time: Clock);
        Sealer = new MessageSealer(Keys);
        Transport = EmbeddedTransport.Open(Path.Combine(_folder.Path, "transport"), TimeProvider.System, NullLoggerFactory.Instance);
        Parts = Of(installation.Stores);
    }

    public ClockForTests Clock { get; } = new();

    public ConsoleOptions Options { get; }

    public KeyRing Keys { get; }

    public MessageSealer Sealer { get; }

    public EmbeddedTransport Transport { get; }

    public StandInServices Services { get; }

    public Defaults.Municipalities.Municipalities Municipalities { get; } = new([
        new("0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.GuardianPays),
        new("0157", "Gentofte", "19438414", Vendor.Prisme, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.GuardianPays),
    ]);

    /// <summary>This instance's.</summary>
    public ConsoleParts Parts { get; }

    public LetterReader Reader => new(Sealer, Municipalities);

    public Eraser Eraser => new(new ServiceClient(_http, new ServiceUrls(Options)), Parts.Erasures, Clock);

    public CitizenEraser CitizenEraser => new(
        Eraser, new ServiceClient(_http, new ServiceUrls(Options)), new MessageQuestions(new ServiceClient(_http, new ServiceUrls(Options)), Municipalities), new CitizenTrail(Parts.Audit, Keys),
        Parts.Audit, Municipalities, Options, Clock);

    public NightlyErasing Nightly => new(Parts.Erasures, Eraser, Parts.Audit, Municipalities, Options, new Loops(TimeProvider.System), Clock, NullLogger<NightlyErasing>.Instance);

    public static async Task<Workbench> NewAsync(Engine engine, ConsoleOptions? options = null)
    {
        var bench = new Workbench(await StoreForTests.NewAsync(engine), await StandInServices.StartAsync(), options ?? new ConsoleOptions());
        await bench.Parts.Store.MigrateAsync(ConsoleSchema.Migrations, CancellationToken.None);
        await bench.Parts.Audit.BeginAsync(CancellationToken.None);
        await bench.Transport.DeclareAsync(Topology.Queues(["0101", "0157"]), CancellationToken.None);
        return bench;
    }

    /// <summary>Another instance of the console on the same store.</summary>
    public ConsoleParts Again()
    {
        var stores = _installation.Again();
        _others.Add(stores);
        return Of(stores);
    }

    /// <summary>Keeps a message as the collector does.</summary>
    public async Task<Guid> KeepAsync(Delivery delivery, string deadLetterQueue = "routing_error")
    {
        var read = Reader.Read(deadLetterQueue, delivery);
        await Parts.LetterStore.KeepAsync([read], CancellationToken.None);
        return read.LetterId;
    }

    /// <summary>Messages of København's claims on Routing's error queue, which failed just now.</summary>
    public async Task<IReadOnlyList<Guid>> KeepAsync(int count, int firstFee = 1, string municipality = "0101", string why = "The store refused it.")
    {
        // One after the other: that is the order in which they are replayed.
        var now = Clock.GetUtcNow();
        var read = Enumerable.Range(firstFee, count).Select(fee => Reader.Read("routing_error", Message.OfRouting(fee, municipality, why, now.AddMilliseconds(fee - firstFee - count)))).ToList();
        foreach (var chunk in read.Chunk(500))
            await Parts.LetterStore.KeepAsync(chunk, CancellationToken.None);
        return [.. read.Select(letter => letter.LetterId)];
    }

    /// <summary>One round of everything: sends, and looks what became of it, a little later each time.</summary>
    public async Task RoundsAsync(int rounds = 1, ConsoleParts? parts = null)
    {
        for (var round = 0; round < rounds; round++)
        {
            var runner = (parts ?? Parts).Runner;
            while (await runner.CarryOnAsync(CancellationToken.None))
                continue;
            Clock.Advance(TimeSpan.FromSeconds(1));
            while (await runner.LookAsync(CancellationToken.None))
                continue;
        }
    }

    /// <summary>Freezes, previews and starts.</summary>
    public async Task<Guid> StartedAsync(LetterFilter? filter = null, ReplayLimits? limits = null)
    {
        var replay = await Parts.Replays.CreateAsync(Anna, filter ?? new LetterFilter(), "the vendor has mended it", limits ?? new ReplayLimits(), CancellationToken.None);
        await PreviewedAsync(replay.ReplayId);
        await Parts.Replays.StartAsync(replay.ReplayId, Anna, "go", CancellationToken.None);
        return replay.ReplayId;
    }

    /// <summary>The only replay that is to be carried on, as an instance has it that has just taken it.</summary>
    public async Task<Replay> TakenAsync() =>
        (await Parts.Replays.TakeAsync(Clock.GetUtcNow() + Lease, new Dictionary<Guid, DateTimeOffset>(), CancellationToken.None)).Single();

    public async Task PreviewedAsync(Guid replayId)
    {
        while ((await ReplayAsync(replayId)).Replay.Status == ReplayStatus.Previewing)
            await Parts.Runner.CarryOnAsync(CancellationToken.None);
    }

    public async Task<ReplayProgress> ReplayAsync(Guid replayId) => (await Parts.Replays.ProgressAsync(replayId, Anna, CancellationToken.None))!;

    public async Task<Letter> LetterAsync(Guid letterId) => (await Parts.Letters.FindAsync(letterId, Anna, CancellationToken.None))!.Letter;

    public async Task<IReadOnlyList<StandingMessage>> OnQueueAsync(string queue) => await Transport.PeekAsync(queue, 10_000, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        foreach (var stores in _others)
            await stores.DisposeAsync();
        await _installation.DisposeAsync();
        await Services.DisposeAsync();
        _http.Dispose();
        Keys.Dispose();
        _folder.Dispose();
    }

    private ConsoleParts Of(IStores stores)
    {
        var store = stores.Open(ConsoleSchema.Name);
        var audit = new AuditLog(store, Keys, Clock);
        var letters = new Letters(store, Sealer, Clock);
        var questions = new MessageQuestions(new ServiceClient(_http, new ServiceUrls(Options)), Municipalities);
        var replays = new ReplayStore(store, audit, Options, Clock);
        var corrections = new Corrections(store, letters, replays, audit, questions, Sealer, Clock);
        var room = new VendorRoom(store, Municipalities, Options, Clock);
        return new ConsoleParts(
            store, audit, letters, new LetterStore(store, Clock), replays, corrections, new Archives(store, letters, audit, room), new ErasureStore(store), room,
            new SealedViews(letters, audit, new CitizenTrail(audit, Keys), Sealer, new Unsealer(Keys, ["0101", "0157"])),
            new ReplayRunner(replays, letters, corrections, questions, Transport, Transport, Sealer, Options, Clock));
    }

    /// <summary>Messages as they come to lie on an error queue.</summary>
    public static class Message
    {
        public const string Agency = "DK-710100";

        public static Guid ClaimId(int fee) => DeterministicId.OfClaim(Agency, fee);

        public static Guid MessageId(int fee) => DeterministicId.Of(ClaimId(fee), "created");

        public static Delivery OfRouting(int fee, string municipality, string why, DateTimeOffset failedAt) => new(
            "claim-withdrawn", MessageId(fee).ToString(),
            Encoding.UTF8.GetBytes($$"""{"messageId":"{{MessageId(fee)}}","claimId":"{{ClaimId(fee)}}","municipality":"{{municipality}}","agency":"{{Agency}}","feeId":{{fee}},"version":1,"amountOre":1000,"reason":"error"}"""),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        {
            Fault = new FaultNote("System.InvalidOperationException", $"System.InvalidOperationException: {why}\n   at ClaimsTransfer.Routing.Journal.Store.SaveAsync() in Store.cs:line 12", failedAt, "routing"),
        };

        public static Delivery OfIngest(int fee, DateTimeOffset failedAt, string more = "") => new(
            "submit-claim", MessageId(fee).ToString(),
            Encoding.UTF8.GetBytes(
                $$$"""{"messageId":"{{{MessageId(fee)}}}","agency":"{{{Agency}}}","feeId":{{{fee}}},"version":1,"amountOre":7000,"borrower":{"cpr":"0101145678","name":"Alma Eksempel"}{{{more}}}}"""))
        {
            Fault = new FaultNote("ClaimsTransfer.Defaults.Messaging.PermanentException", "ClaimsTransfer.Defaults.Messaging.PermanentException: The amount is missing.", failedAt, "ingest"),
        };
    }
}

/// <summary>What one instance of the console is made of.</summary>
internal sealed record ConsoleParts(
    IStore Store, AuditLog Audit, Letters Letters, LetterStore LetterStore, ReplayStore Replays, Corrections Corrections, Archives Archives, ErasureStore Erasures, VendorRoom Room,
    SealedViews Views, ReplayRunner Runner);

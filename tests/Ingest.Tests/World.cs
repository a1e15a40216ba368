using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Accounting;
using ClaimsTransfer.Ingest.Preview;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Ingest.Relaying;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ClaimsTransfer.Ingest.Tests;

/// <summary>Ingest's handler on a real store and real keys, with a broker that can be made to refuse.</summary>
internal sealed class World : IAsyncDisposable
{
    public static readonly IMunicipalities Municipalities = new Municipalities(
    [
        new("0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson),
        new("0751", "Aarhus", "55133018", Vendor.Prisme, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.GuardianPays),
    ]);

    private readonly TemporaryFolder _folder;
    private readonly KeyRing _keys;
    private readonly Stores _stores;
    private readonly bool _ownsFolder;

    private World(TemporaryFolder folder, bool ownsFolder, string storeAddress)
    {
        (_folder, _ownsFolder) = (folder, ownsFolder);
        var installation = new Installation { Data = folder.Path, Store = storeAddress, MasterKey = Convert.ToBase64String(new byte[31].Append((byte)1).ToArray()) };
        _keys = new KeyRing(Path.Combine(folder.Path, "keys"), MasterKey.Load(installation));
        // Real time: a database that was busy is given a little of it, and nobody turns our clock meanwhile.
        _stores = StoreForTests.On(storeAddress, folder.Path);
        Store = _stores.Open(Schema.Name);
        Sealer = new Sealer(_keys);
        Handler = new IngestHandler(Store, Broker, Sealer, Municipalities, Clock, Options, NullLogger<IngestHandler>.Instance);
        Relay = new Relay(Store, Broker, Clock, Options, NullLogger<Relay>.Instance);
        Messages = new MessageStore(Store);
        Accounting = new IngestAccounting(Store);
    }

    public Previews Previews => new(Messages, Handler.Reader, BodySealer, Clock);
    public MessageSealer BodySealer => new(_keys);
    public IngestOptions Options { get; } = new();
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 22, 7, 0, 0, TimeSpan.Zero));
    public Broker Broker { get; } = new();
    public IStore Store { get; }
    public ISealer Sealer { get; }
    public IngestHandler Handler { get; }
    public Relay Relay { get; }
    public MessageStore Messages { get; }
    public IngestAccounting Accounting { get; }
    public string Folder => _folder.Path;
    public TemporaryFolder SharedFolder => _folder;

    /// <summary>On a store of its own.</summary>
    public static async Task<World> OpenAsync(Engine engine) => await OpenAsync(await StoreForTests.AddressAsync(engine));

    public static async Task<World> OpenAsync(string storeAddress = "embedded", TemporaryFolder? folder = null)
    {
        var world = new World(folder ?? new TemporaryFolder(), folder is null, storeAddress);
        await world.Store.MigrateAsync(Schema.Migrations, default);
        return world;
    }

    public Task<IReadOnlyList<Answer>> FromBrokerAsync(params IEnumerable<Incoming> messages) =>
        Handler.HandleAsync([.. messages], new Intake("queue/1", IsRedelivered: true), default);

    public Task<IReadOnlyList<Answer>> FromHttpAsync(params IEnumerable<Incoming> messages) =>
        Handler.HandleAsync([.. messages], new Intake("http/1", IsRedelivered: false), default);

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        _keys.Dispose();
        if (_ownsFolder)
            _folder.Dispose();
    }
}

/// <summary>Keeps what was published, or refuses it.</summary>
internal sealed class Broker : IPublisher
{
    public List<OutgoingMessage> Published { get; } = [];
    public bool IsDown { get; set; }

    public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        if (IsDown)
            throw new TransientException("The broker is down");
        Published.AddRange(messages);
        return Task.CompletedTask;
    }

    public IReadOnlyList<OutgoingMessage> Take()
    {
        OutgoingMessage[] taken = [.. Published];
        Published.Clear();
        return taken;
    }
}

/// <summary>Messages as FBS writes them.</summary>
internal static class Fbs
{
    public const string Cpr = "0101011234";
    public const string GuardianCpr = "0202701234";
    public const string Name = "Åse Ødegård";

    public static JsonObject Submit(long feeId = 434536, Action<JsonObject>? change = null, string? messageId = null)
    {
        var message = new JsonObject
        {
            ["messageId"] = messageId ?? Id($"submit/{feeId}"),
            ["occurredAt"] = "2026-11-22T06:54:00Z",
            ["agency"] = "DK-710100",
            ["feeId"] = feeId,
            ["version"] = 1,
            ["type"] = "fee",
            ["reason"] = "Gebyr (for sent)",
            ["amountOre"] = 7000,
            ["currency"] = "DKK",
            ["createdOn"] = "2026-10-22",
            ["dueOn"] = "2026-11-22",
            ["branch"] = "DK-710111",
            ["borrower"] = new JsonObject { ["cpr"] = Cpr, ["name"] = Name },
            ["guardian"] = new JsonObject { ["cpr"] = GuardianCpr, ["name"] = "Gunnar Værge" },
            ["materials"] = new JsonArray(new JsonObject { ["itemNumber"] = "5237124059", ["faust"] = "48724566", ["group"] = "standard", ["title"] = "En titel" }),
        };
        change?.Invoke(message);
        return message;
    }

    public static JsonObject Adjust(long feeId = 434536, int version = 2, long amountOre = 5000, Action<JsonObject>? change = null) =>
        Change("adjust-claim", feeId, version, change, message => message["newAmountOre"] = amountOre);

    public static JsonObject Cancel(long feeId = 434536, int version = 2, string reason = "itemReturned", Action<JsonObject>? change = null) =>
        Change("cancel-claim", feeId, version, change, message => message["reason"] = reason);

    public static JsonObject ChangeLiableParty(long feeId = 434536, int version = 2, Action<JsonObject>? change = null) =>
        Change("change-liable-party", feeId, version, change, message =>
        {
            message["liableParty"] = new JsonObject { ["cpr"] = GuardianCpr, ["name"] = "Gunnar Værge" };
            message["reason"] = "guardianAdded";
        });

    public static Incoming Incoming(this JsonObject message, long line = 0) => new(Encoding.UTF8.GetBytes(message.ToJsonString()), Line: line);

    public static string Id(string of) => Messages.DeterministicId.Of(Guid.Empty, of).ToString();

    private static JsonObject Change(string kind, long feeId, int version, Action<JsonObject>? change, Action<JsonObject> fill)
    {
        var message = new JsonObject
        {
            ["kind"] = kind,
            ["messageId"] = Id($"{kind}/{feeId}/{version}"),
            ["occurredAt"] = "2026-11-23T06:54:00Z",
            ["agency"] = "DK-710100",
            ["feeId"] = feeId,
            ["version"] = version,
        };
        fill(message);
        change?.Invoke(message);
        return message;
    }
}

using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Overview;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <param name="Messages">Each as often as it failed.</param>
public sealed record RoomTaken(Vendor Vendor, long Messages, long Bytes, bool IsFull);

/// <summary>
/// How much of each vendor's dead letters is kept. What stands on the dead-letter queues of a vendor only the vendor can have brought there, so no more is
/// taken from them when its room is full, and nobody else's letters wait for that. Nothing is dropped: it stays on the broker, which has a limit for it too.
/// What our own services and FBS say has no such limit.
/// </summary>
public sealed class VendorRoom
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(5);

    private readonly IStore _store;
    private readonly IMunicipalities _municipalities;
    private readonly ConsoleOptions _options;
    private readonly Recent<IReadOnlyList<RoomTaken>> _recent;

    public VendorRoom(IStore store, IMunicipalities municipalities, ConsoleOptions options, TimeProvider time)
    {
        (_store, _municipalities, _options) = (store, municipalities, options);
        _recent = new Recent<IReadOnlyList<RoomTaken>>(LookAsync, GoodFor, time);
    }

    /// <summary>Of every vendor, a moment ago: for whoever looks at it again and again.</summary>
    public Task<IReadOnlyList<RoomTaken>> ReadAsync(CancellationToken cancellation) => _recent.ReadAsync(cancellation);

    /// <summary>Null: the queue is no vendor's alone.</summary>
    public Vendor? OwnerOf(string deadLetterQueue)
    {
        var source = DeadLetterQueueName.SourceOf(deadLetterQueue);
        return Enum.GetValues<Vendor>().Where(vendor => QueuesOf(vendor).Contains(source)).Select(vendor => (Vendor?)vendor).FirstOrDefault();
    }

    /// <summary>Now.</summary>
    public async Task<RoomTaken> TakenByAsync(Vendor vendor, CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        var row = await connection.QuerySingleAsync<Row>(new CommandDefinition(
            _store.Sql($"""
                SELECT COALESCE(SUM(l.attempts), 0) AS Messages, COALESCE(SUM(l.kept_bytes), 0) AS Bytes
                FROM console.letters l
                WHERE {_store.In("l.queue", "queues", ColumnType.Text)} AND l.kept_bytes > 0
                """), new { queues = _store.List(QueuesOf(vendor).ToList()) }, cancellationToken: cancellation));
        return new RoomTaken(vendor, row.Messages, row.Bytes, row.Messages >= _options.VendorLetters || row.Bytes >= _options.VendorLetterBytes);
    }

    /// <summary>Room was made.</summary>
    public void Forget() => _recent.Forget();

    /// <summary>Its intake at the services that listen to it, and the instructions of its municipalities, which its connector puts aside.</summary>
    private HashSet<string> QueuesOf(Vendor vendor) =>
    [
        Topology.VendorQueue(Topology.RoutingQueue, vendor), Topology.VendorQueue(Topology.PaymentsQueue, vendor),
        .. _municipalities.All.Where(municipality => municipality.Vendor == vendor).Select(municipality => Topology.TransferQueue(municipality.Code)),
    ];

    private async Task<IReadOnlyList<RoomTaken>> LookAsync()
    {
        var taken = new List<RoomTaken>();
        foreach (var vendor in Enum.GetValues<Vendor>())
            taken.Add(await TakenByAsync(vendor, CancellationToken.None));
        return taken;
    }

    private sealed record Row
    {
        public long Messages { get; init; }
        public long Bytes { get; init; }
    }
}

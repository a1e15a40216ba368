using System.Text;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

/// <summary>A store that is away, read-only or full condemns no message: nothing is consumed, what it is can be seen, and it goes on by itself, each message once.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class When_the_store_takes_nothing
{
    private const int Half = 20;
    private static readonly QueueDefinition Queue = new("faults", [new Binding("claim-created")]) { BatchSize = 5 };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly Migration[] History =
    [
        new(1, "Marks are kept", ["CREATE TABLE routing.marks (mark {text} NOT NULL PRIMARY KEY)", "CREATE TABLE routing.booked (mark {text} NOT NULL, amount {integer} NOT NULL)"]),
    ];

    private static readonly Table Marks = new("routing.marks", ["mark"], [new Column("mark", ColumnType.Text)]);

    private readonly TemporaryFolder _folder = new();
    private string _pragma = "";
    private string _address = "";
    private Stores _stores = null!;
    private IStore _store = null!;
    private WatchedTransport _transport = null!;
    private OwnFaults _faults = null!;

    [TearDown]
    public async Task End()
    {
        await _faults.StopAsync(default);
        await _transport.DisposeAsync();
        await _stores.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task A_file_that_was_moved_away_is_waited_for()
    {
        await StartAsync(Engine.Sqlite);
        var file = Path.Combine(_folder.Path, "routing.db");

        await GoesOnAfterAsync(
            () => Task.Run(() => File.Move(file, file + ".away")), () => Task.Run(() => File.Move(file + ".away", file)), "routing.db is gone");
    }

    [TestCase("PRAGMA query_only = 1", "readonly")]
    public async Task A_file_that_is_read_only_is_waited_for_even_where_the_probe_finds_room(string broken, string said)
    {
        await StartAsync(Engine.Sqlite);

        await GoesOnAfterAsync(() => SetAsync(broken), () => SetAsync(""), said);
    }

    [Test]
    public async Task A_server_that_became_read_only_is_waited_for()
    {
        await StartAsync(Engine.Postgres);

        await GoesOnAfterAsync(() => ReadOnlyAsync("on"), () => ReadOnlyAsync("off"), "read-only");
    }

    [Test]
    public async Task A_file_with_a_damaged_header_is_a_fault_of_ours()
    {
        await StartAsync(Engine.Sqlite);
        var copy = Path.Combine(_folder.Path, "copy");
        Directory.CreateDirectory(copy);
        await File.WriteAllBytesAsync(Path.Combine(copy, "routing.db"), [.. Enumerable.Repeat((byte)'x', 8192)]);
        await using var damaged = new Stores(new Installation { Data = copy });

        var fault = await Should.ThrowAsync<Exception>(() => damaged.Open("routing").InTransactionAsync(_ => Task.FromResult(1), default));

        BatchConsumer.IsTransient(fault).ShouldBeTrue(fault.ToString());
    }

    [Test]
    public async Task What_somebody_paused_meanwhile_stays_paused()
    {
        await StartAsync(Engine.Sqlite);
        await using var subscription = await _transport.SubscribeAsync(Queue with { Name = "other" }, (_, _) => Task.FromResult<IReadOnlyList<DeadLetter>>([]), default);

        await _transport.HoldAsync(default);
        subscription.IsConsuming.ShouldBeFalse();
        _transport.SilentQueues.ShouldBeEmpty("held on purpose");
        await subscription.PauseAsync(default);
        await _transport.ReleaseAsync(default);
        subscription.IsConsuming.ShouldBeFalse();
        await subscription.ResumeAsync(default);
        subscription.IsConsuming.ShouldBeTrue();
        await _transport.HoldAsync(default);
        await subscription.ResumeAsync(default);
        subscription.IsConsuming.ShouldBeFalse("resumed by its owner, and still held");
        await using var late = await _transport.SubscribeAsync(Queue with { Name = "late" }, (_, _) => Task.FromResult<IReadOnlyList<DeadLetter>>([]), default);
        late.IsConsuming.ShouldBeFalse();
    }

    private async Task GoesOnAfterAsync(Func<Task> breakIt, Func<Task> mendIt, string said)
    {
        await PublishAsync(0);
        await UntilAsync(async () => await BookedAsync() == Half, "the first half");

        await breakIt();
        await PublishAsync(Half);
        await UntilAsync(() => Task.FromResult(_faults.Now is not null), "a fault that can be seen");
        _faults.Now!.ShouldContain(said, Case.Insensitive);
        (await _faults.CheckHealthAsync(null!)).Description!.ShouldContain("Nothing is consumed");
        await mendIt();

        await UntilAsync(async () => await BookedAsync() == 2 * Half, "the second half");
        await UntilAsync(() => Task.FromResult(_faults.Now is null), "health");
        (await BookedAsync(distinct: true)).ShouldBe(2 * Half);
        (await _transport.DepthAsync(Topology.ErrorQueue(Queue.Name), default) ?? 0).ShouldBe(0, "a fault of ours was blamed on a message");
    }

    private async Task StartAsync(Engine engine)
    {
        _address = engine == Engine.Postgres ? await StoreForTests.AddressAsync(engine) : "embedded";
        _stores = new Stores(new Installation { Data = _folder.Path, Store = _address });
        _store = _stores.Open("routing");
        await _store.MigrateAsync(History, default);
        _transport = new WatchedTransport(
            TransportFactory.Create(new Installation { Data = Path.Combine(_folder.Path, "broker") }, TimeProvider.System, NullLoggerFactory.Instance),
            new Loops(TimeProvider.System), TimeProvider.System);
        _faults = new OwnFaults(_stores, _transport, new Loops(TimeProvider.System), TimeProvider.System, NullLogger<OwnFaults>.Instance);
        await _faults.StartAsync(default);
        var consumers = new BatchConsumers(_transport, _faults, TimeProvider.System, NullLogger<BatchConsumer>.Instance);
        await _transport.SubscribeAsync(Queue, consumers.For(Queue.Name, BookAsync), default);
    }

    private Task BookAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation) => _store.InTransactionAsync(
        async transaction =>
        {
            if (_pragma.Length > 0 && transaction.Connection is SqliteConnection connection)
                await connection.ExecuteAsync(_pragma, transaction: transaction);
            var marks = batch.Select(delivery => new object?[] { delivery.MessageId + new string('x', 150) }).ToList();
            try
            {
                foreach (var added in await _store.InsertNewAsync(transaction, Marks, marks, cancellation))
                    await transaction.Connection!.ExecuteAsync(_store.Sql("INSERT INTO routing.booked (mark, amount) VALUES (@mark, 1)"), new { mark = (string)marks[added][0]! }, transaction);
                return true;
            }
            finally
            {
                // The connection goes back to the pool, to others than the handler.
                if (transaction.Connection is SqliteConnection file)
                    await file.ExecuteAsync("PRAGMA query_only = 0", transaction: transaction);
            }
        },
        cancellation);

    private Task SetAsync(string pragma)
    {
        _pragma = pragma;
        return Task.CompletedTask;
    }

    private async Task ReadOnlyAsync(string value)
    {
        await using var source = PostgresStore.Source(new Installation { Store = _address });
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("SET default_transaction_read_only = off");
        await connection.ExecuteAsync($"ALTER DATABASE \"{connection.Database}\" SET default_transaction_read_only = {value}");
        // Those that are open go on as they began.
        await connection.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }

    private Task PublishAsync(int first) => _transport.PublishAsync(
        [.. Enumerable.Range(first, Half).Select(number => new OutgoingMessage("claim-created", Messages.DeterministicId.OfClaim("DK-710100", number), Encoding.UTF8.GetBytes("{}")))], default);

    private async Task<long> BookedAsync(bool distinct = false)
    {
        try
        {
            await using var connection = await _store.OpenAsync(default);
            return await connection.ExecuteScalarAsync<long>(_store.Sql($"SELECT COUNT({(distinct ? "DISTINCT mark" : "*")}) FROM routing.booked"));
        }
        catch (Exception cut) when (cut is TransientException or NpgsqlException)
        {
            // A connection of the pool was among those that were cut.
            return -1;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Patience, what);
            await Task.Delay(50);
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;
using Npgsql;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Storage;

/// <summary>The line breaks between a commit and its answer: what was done is not done again, and whoever asked is told that it is done.</summary>
public sealed class When_the_answer_to_a_commit_is_lost
{
    private static readonly Migration[] History =
        [new(1, "Amounts are booked", ["CREATE TABLE payments.amounts (id {id} NOT NULL PRIMARY KEY, ore {integer} NOT NULL)"])];

    private static readonly Table Amounts = new("payments.amounts", ["id"], [new Column("id", ColumnType.Id), new Column("ore", ColumnType.Integer)]);

    [TestCase(true, Description = "the server has committed, and its answer does not arrive")]
    [TestCase(false, Description = "the request to commit does not arrive")]
    public async Task It_takes_effect_once_and_is_a_success(bool arrives)
    {
        var server = new Uri(await StoreForTests.AddressAsync(Engine.Postgres));
        await using var line = new Line(new IPEndPoint((await Dns.GetHostAddressesAsync(server.Host, AddressFamily.InterNetwork))[0], server.Port));
        var address = new UriBuilder(server) { Host = "127.0.0.1", Port = line.Port, Query = "ssl+mode=disable" }.Uri.AbsoluteUri;
        using var folder = new TemporaryFolder();
        await using var stores = StoreForTests.On(address, folder.Path);
        var store = stores.Open("payments");
        await store.MigrateAsync(History, default);
        var (runs, id) = (0, Guid.NewGuid());
        await store.InTransactionAsync(transaction => store.InsertNewAsync(transaction, Amounts, [[id, 0L]], default), default);

        line.CutAtCommit(arrives);
        await store.InTransactionAsync(
            async transaction =>
            {
                runs++;
                // One that is not harmless twice, and one that would find its own row and take it for another's.
                await transaction.Connection!.ExecuteAsync("UPDATE payments.amounts SET ore = ore + 7000 WHERE id = @id", new { id }, transaction);
                await store.InsertAsync(transaction, Amounts, [[Messages.DeterministicId.OfClaim("DK-710100", 1), 1L]], default);
                return true;
            },
            default);

        line.Cuts.ShouldBe(1, "the line was not cut");
        runs.ShouldBe(arrives ? 1 : 2);
        await using var connection = await store.OpenAsync(default);
        (await connection.ExecuteScalarAsync<long>("SELECT ore FROM payments.amounts WHERE id = @id", new { id })).ShouldBe(7000);
    }

    [Test]
    public async Task What_the_store_says_of_the_question_is_said_of_no_data_of_ours()
    {
        var server = new Uri(await StoreForTests.AddressAsync(Engine.Postgres));
        await using var line = new Line(new IPEndPoint((await Dns.GetHostAddressesAsync(server.Host, AddressFamily.InterNetwork))[0], server.Port));
        const string settings = "ssl+mode=disable&search+path=public%2Cpg_catalog";
        var address = new UriBuilder(server) { Host = "127.0.0.1", Port = line.Port, Query = settings }.Uri.AbsoluteUri;
        using var folder = new TemporaryFolder();
        await using var stores = new Stores(new Installation { Store = address, Data = folder.Path }, new HurriedClock());
        var store = stores.Open("payments");
        await store.MigrateAsync(History, default);
        // As a server answers that was put back to before the transaction.
        await store.InTransactionAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                """
                CREATE FUNCTION public.txid_status(number bigint) RETURNS text LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'transaction ID % is in the future', number USING ERRCODE = '22023'; END $$
                """, transaction: transaction), default);

        line.CutAtCommit(arrives: true);
        var failure = await Should.ThrowAsync<Exception>(() => store.InTransactionAsync(
            transaction => store.InsertNewAsync(transaction, Amounts, [[Guid.NewGuid(), 0L]], default), default));

        line.Cuts.ShouldBe(1, "the line was not cut");
        BatchConsumer.IsTransient(failure).ShouldBeTrue($"{failure.GetType().Name}: {failure.Message}");
    }

    [Test]
    public void What_is_asked_of_SQL_Server_is_Transact_SQL()
    {
        foreach (var statement in (string[])[SqlServerStore.CommitsTable("payments"), SqlServerStore.MarkStatement("payments"), SqlServerStore.MarkedStatement("payments")])
            TransactSql.Check(statement);
    }

    /// <summary>Waits are over in a thousandth of their time.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 1000 : dueTime, period);
    }

    /// <summary>Between a client and the server; breaks at the next commit.</summary>
    private sealed class Line : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly IPEndPoint _server;
        private readonly Task _accepting;
        private int _armed;
        private volatile bool _arrives;
        private int _cuts;

        public Line(IPEndPoint server)
        {
            _server = server;
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Cuts => _cuts;

        /// <param name="arrives">The server gets it and only its answer is lost.</param>
        public void CutAtCommit(bool arrives)
        {
            _arrives = arrives;
            Volatile.Write(ref _armed, 1);
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Stop();
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _end.Dispose();
        }

        private async Task AcceptAsync()
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }

        private async Task CarryAsync(TcpClient client)
        {
            using var server = new TcpClient();
            using (client)
            {
                await server.ConnectAsync(_server, _end.Token);
                var (here, there, cut) = (client.GetStream(), server.GetStream(), new TaskCompletionSource());
                await Task.WhenAny(UpAsync(here, there, cut), DownAsync(there, here, cut.Task));
            }
        }

        private async Task UpAsync(NetworkStream from, NetworkStream to, TaskCompletionSource cut)
        {
            var buffer = new byte[65536];
            while (await from.ReadAsync(buffer, _end.Token) is var read and > 0)
            {
                if (Encoding.ASCII.GetString(buffer, 0, read).Contains("COMMIT\0", StringComparison.Ordinal) && Interlocked.Exchange(ref _armed, 0) == 1)
                {
                    Interlocked.Increment(ref _cuts);
                    if (!_arrives)
                        return;
                    cut.SetResult();
                }

                await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }

        /// <summary>Once it is cut, the server's next answer is the last thing that happens here, and nobody hears it.</summary>
        private async Task DownAsync(NetworkStream from, NetworkStream to, Task cut)
        {
            var buffer = new byte[65536];
            while (await from.ReadAsync(buffer, _end.Token) is var read and > 0 && !cut.IsCompleted)
                await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }
}

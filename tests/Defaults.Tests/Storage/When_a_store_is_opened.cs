using System.Net;
using System.Net.Sockets;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;
using Microsoft.Data.Sqlite;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Storage;

public sealed class When_a_store_is_opened
{
    private static readonly Migration[] Marks = [new(1, "Marks are kept", ["CREATE TABLE routing.marks (mark {text} NOT NULL PRIMARY KEY)"])];

    [TestCase("mysql://claims:s3cret@db/claims")]
    [TestCase("postgres://db")]
    [TestCase("sqlserver:Server=db;Password=s3cret;Nonsense=1")]
    [TestCase("sqlserver:Server=db;Password=s3cret;Encrypt=False")]
    public void An_address_that_is_not_understood_is_answered_with_a_good_one_and_never_repeated(string address)
    {
        var refusal = Should.Throw<ArgumentException>(() => new Stores(new Installation { Store = address }));

        refusal.Message.ShouldNotContain("s3cret");
        (refusal.Message.Contains("is a good one", StringComparison.Ordinal) || refusal.Message.Contains("are good ones", StringComparison.Ordinal) || refusal.Message.Contains("say Encrypt=True", StringComparison.Ordinal)).ShouldBeTrue();
    }

    [TestCase("Routing")]
    [TestCase("routing; DROP TABLE claims")]
    [TestCase("")]
    public async Task A_schema_has_a_plain_name(string schema)
    {
        await using var stores = new Stores(new Installation());

        Should.Throw<ArgumentException>(() => stores.Open(schema));
    }

    [Test]
    public async Task A_server_that_is_away_is_something_that_passes()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var stores = new Stores(new Installation { Store = $"postgres://claims:s3cret@127.0.0.1:{port}/claims" });

        var failure = await Should.ThrowAsync<TransientException>(() => stores.Open("routing").InTransactionAsync(_ => Task.FromResult(1), CancellationToken.None));

        failure.ToString().ShouldNotContain("s3cret");
    }

    [Test]
    public async Task Another_process_that_writes_to_the_same_file_is_waited_for()
    {
        using var folder = new TemporaryFolder();
        await using var stores = new Stores(new Installation { Data = folder.Path });
        var store = stores.Open("routing");
        await store.MigrateAsync(Marks, CancellationToken.None);
        await using var other = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "routing.db")};Pooling=False");
        await other.OpenAsync();
        await other.ExecuteAsync("BEGIN IMMEDIATE; INSERT INTO marks (mark) VALUES ('theirs')");

        var ours = Task.Run(() => store.InTransactionAsync(t => t.Connection!.ExecuteAsync(store.Sql("INSERT INTO routing.marks (mark) VALUES ('ours')"), transaction: t), CancellationToken.None));
        (await Task.WhenAny(ours, Task.Delay(TimeSpan.FromMilliseconds(300)))).ShouldNotBe(ours);
        await other.ExecuteAsync("COMMIT");

        (await ours).ShouldBe(1);
    }

    [Test]
    public async Task What_was_committed_is_there_after_the_process_and_on_disk_without_it()
    {
        using var folder = new TemporaryFolder();
        await using (var stores = new Stores(new Installation { Data = folder.Path }))
        {
            var store = stores.Open("routing");
            await store.MigrateAsync(Marks, CancellationToken.None);
            await store.InTransactionAsync(t => t.Connection!.ExecuteAsync(store.Sql("INSERT INTO routing.marks (mark) VALUES ('kept')"), transaction: t), CancellationToken.None);
            await using var connection = await store.OpenAsync(CancellationToken.None);
            (await connection.ExecuteScalarAsync<string>("PRAGMA journal_mode")).ShouldBe("wal");
            (await connection.ExecuteScalarAsync<long>("PRAGMA synchronous")).ShouldBe(2);
        }

        await using var later = new Stores(new Installation { Data = folder.Path });
        await using var read = await later.Open("routing").OpenAsync(CancellationToken.None);
        (await read.ExecuteScalarAsync<string>("SELECT mark FROM marks")).ShouldBe("kept");
    }
}

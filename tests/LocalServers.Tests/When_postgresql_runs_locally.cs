using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.LocalServers.Tests;

public sealed class When_postgresql_runs_locally
{
    [Test]
    public async Task It_goes_on_with_the_same_data_after_a_stop_and_after_a_kill()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "store with a space");

        await using (var first = await LocalPostgres.StartAsync(data, new LocalPostgresOptions(Fsync: false)))
            await CountVisitAsync(first, 1);
        await using (var second = await LocalPostgres.StartAsync(data, new LocalPostgresOptions(Fsync: false)))
        {
            await CountVisitAsync(second, 2);
            System.Diagnostics.Process.GetProcessById(second.ProcessId).Kill();
            await second.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        }

        await using var third = await LocalPostgres.StartAsync(data, new LocalPostgresOptions(Fsync: false));
        await CountVisitAsync(third, 3);
    }

    [Test]
    public async Task It_is_stopped_before_another_one_takes_its_folder()
    {
        using var folder = new TemporaryFolder();
        await using var left = await LocalPostgres.StartAsync(folder.Path, new LocalPostgresOptions(Fsync: false));
        await CountVisitAsync(left, 1);

        await using var next = await LocalPostgres.StartAsync(folder.Path, new LocalPostgresOptions(Fsync: false));

        left.Ended.IsCompleted.ShouldBeTrue();
        await CountVisitAsync(next, 2);
    }

    [Test]
    public async Task It_starts_though_another_server_has_the_number_that_it_had_when_it_was_killed()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "killed");
        await using (var killed = await LocalPostgres.StartAsync(data, new LocalPostgresOptions(Fsync: false)))
        {
            await CountVisitAsync(killed, 1);
            System.Diagnostics.Process.GetProcessById(killed.ProcessId).Kill();
            await killed.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        }

        await using var other = await LocalPostgres.StartAsync(Path.Combine(folder.Path, "other"), new LocalPostgresOptions(Fsync: false));
        var lockFile = Path.Combine(data, "data", "postmaster.pid");
        var lines = await File.ReadAllLinesAsync(lockFile);
        await File.WriteAllLinesAsync(lockFile, [$"{other.ProcessId}", .. lines[1..]]);

        await using var again = await LocalPostgres.StartAsync(data, new LocalPostgresOptions(Fsync: false));

        await CountVisitAsync(again, 2);
        other.Ended.IsCompleted.ShouldBeFalse();
    }

    [Test]
    public async Task Data_of_another_version_is_left_alone_and_the_package_that_reads_it_is_named()
    {
        using var folder = new TemporaryFolder();
        await using (await LocalPostgres.StartAsync(folder.Path, new LocalPostgresOptions(Fsync: false)))
        {
            // Only its data is of interest.
        }

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "data", "PG_VERSION"), "9.6\n");

        (await Should.ThrowAsync<InvalidOperationException>(() => LocalPostgres.StartAsync(folder.Path))).Message.ShouldContain("was made by PostgreSQL 9.6, which is not installed");
    }

    [Test]
    public void An_account_that_is_missing_is_named_with_the_package_that_makes_it()
    {
        Machine.NeedsRoot();
        Should.Throw<InvalidOperationException>(() => Account.ForServer("postgrez", "postgresql")).Message.ShouldBe(
            "There is no account postgrez, which the server needs because it refuses to run as root. On Debian: apt-get install postgresql.");
    }

    [Test]
    public async Task Nobody_gets_in_without_the_password()
    {
        using var folder = new TemporaryFolder();
        await using var server = await LocalPostgres.StartAsync(folder.Path, new LocalPostgresOptions(Fsync: false));

        var wrong = new UriBuilder(server.Url) { Password = "guess" }.Uri.AbsoluteUri;
        await using var stores = new Stores(new Installation { Store = wrong });

        await Should.ThrowAsync<Exception>(async () => await stores.Open("routing").OpenAsync(CancellationToken.None));
    }

    private static async Task CountVisitAsync(LocalPostgres server, int expected)
    {
        await using var stores = new Stores(new Installation { Store = server.Url });
        var store = stores.Open("visits");
        await store.MigrateAsync([new Migration(1, "Visits are counted", ["CREATE TABLE visits.visits (number {integer} NOT NULL)"])], CancellationToken.None);
        await using var connection = await store.OpenAsync(CancellationToken.None);
        await connection.ExecuteAsync("INSERT INTO visits.visits (number) VALUES (1)");
        (await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM visits.visits")).ShouldBe(expected);
    }
}

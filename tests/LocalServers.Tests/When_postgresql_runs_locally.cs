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
        // Only root may enter: the server's own account must find its data all the same.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
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

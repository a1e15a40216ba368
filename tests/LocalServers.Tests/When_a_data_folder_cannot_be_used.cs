using System.Diagnostics;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.LocalServers.Tests;

/// <summary>What keeps a server from its folder is said before anything is started, and the command in the message mends it.</summary>
[TestFixture(Server.RabbitMq)]
[TestFixture(Server.Postgres)]
public sealed class When_a_data_folder_cannot_be_used(Server server)
{
    private TemporaryFolder _folder = null!;

    private string Name => server == Server.RabbitMq ? "RabbitMQ" : "PostgreSQL";

    private string Data => Path.Combine(_folder.Path, "data");

    [SetUp]
    public void Make() => _folder = new TemporaryFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    [Test]
    public async Task One_that_is_closed_on_the_way_is_named_with_the_user_and_the_command_opens_it()
    {
        Machine.NeedsRoot();
        var (outer, inner) = (Path.Combine(_folder.Path, "of root"), Path.Combine(_folder.Path, "of root", "and this"));
        foreach (var closed in (string[])[outer, inner])
        {
            Directory.CreateDirectory(closed);
            await Machine.RunAsync($"chmod 700 '{closed}'");
        }

        var data = Path.Combine(inner, "data");
        var refusal = await RefusalAsync(data);

        refusal.ShouldContain($"{Name} runs as the user {(server == Server.RabbitMq ? "rabbitmq" : "postgres")}, who may not enter {outer} and {inner} on the way to {data}");
        await Machine.RunAsync(refusal.Split("Let it through:  ")[1].Split("   or ")[0]);
        await StartAndStopAsync(data);
    }

    [Test]
    public async Task One_on_a_disk_that_is_nearly_full_is_refused_with_what_is_free_and_what_is_needed()
    {
        await using var disk = await Machine.MountAsync(_folder.Path, "size=20m");

        (await RefusalAsync(Data)).ShouldBe($"{Name} needs 200 MB to start, and only 20 MB are free where {Data} lies. Make room there, or take another data folder.");
    }

    [Test]
    public async Task One_on_a_disk_that_is_read_only_is_refused()
    {
        await using var disk = await Machine.MountAsync(_folder.Path, "ro");

        (await RefusalAsync(Data)).ShouldStartWith($"The folder of {Name} cannot be made: ");
    }

    [Test]
    public async Task One_whose_password_is_lost_is_refused_and_nothing_of_it_is_touched()
    {
        await StartAndStopAsync(Data);
        var secret = Path.Combine(Data, server == Server.RabbitMq ? "credentials" : "password");
        File.Move(secret, $"{secret}.lost");

        (await RefusalAsync(Data)).ShouldStartWith($"{secret} is missing");

        File.Move($"{secret}.lost", secret);
        await StartAndStopAsync(Data);
    }

    [Test]
    public async Task One_that_root_copied_has_its_owner_and_modes_again()
    {
        await StartAndStopAsync(Data);
        var copy = Path.Combine(_folder.Path, "copy");
        await Machine.RunAsync($"cp -r '{Data}' '{copy}' && chmod -R go+rX '{copy}'");

        await StartAndStopAsync(copy);
    }

    [Test]
    public async Task One_with_spaces_letters_and_a_long_name_is_as_good_as_any()
    {
        // PostgreSQL's socket in the file system could not have more than 107 bytes.
        var data = Path.Combine(_folder.Path, "Åse & Sørens \"data\" (100 %) [1] $HOME ; #2", new string('n', 90), "server");
        await StartAndStopAsync(data);
        await StartAndStopAsync(data);
    }

    [Test]
    public async Task One_with_an_apostrophe_is_refused_for_RabbitMQ_which_would_hang_in_it_for_ever()
    {
        var data = Path.Combine(_folder.Path, "Søren's");
        if (server == Server.Postgres)
            await StartAndStopAsync(data);
        else
            (await RefusalAsync(data)).ShouldBe($"RabbitMQ hangs in a folder whose path has an apostrophe: {data}. Take another data folder.");
    }

    private async Task StartAndStopAsync(string data)
    {
        await using var started = server == Server.RabbitMq ? (IAsyncDisposable)await LocalRabbitMq.StartAsync(data) : await LocalPostgres.StartAsync(data, new LocalPostgresOptions(Fsync: false));
    }

    private async Task<string> RefusalAsync(string data)
    {
        var watch = Stopwatch.StartNew();
        var refusal = (await Should.ThrowAsync<InvalidOperationException>(() => StartAndStopAsync(data))).Message;
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5), "it is looked at, not tried");
        refusal.Split('\n').Length.ShouldBeLessThanOrEqualTo(2);
        return refusal;
    }
}

public enum Server { RabbitMq, Postgres }

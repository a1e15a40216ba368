using System.Net;
using System.Net.Sockets;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>Whoever starts it reads in one to three lines what is wrong and what mends it; nothing was started by then.</summary>
[TestFixture]
public sealed class When_a_run_cannot_start
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Standalone.dll");
    private static readonly string[] OnServers = ["--no-samples", "--broker", "local", "--store", "local"];

    [Test]
    public async Task below_a_folder_that_is_closed_to_the_servers_it_names_folder_user_and_command()
    {
        NeedsRoot();
        var closed = Folders.New("closed");
        var data = Path.Combine(closed, "data");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var said = await RefusedAsync(Command.Run([.. OnServers, "--data", data]));

        said.ShouldContain($"RabbitMQ runs as the user rabbitmq, who may not enter {closed} on the way to {data}/rabbitmq");
        said.ShouldContain($"chmod o+x {closed} ");
        Directory.Exists(Path.Combine(data, "rabbitmq", "mnesia")).ShouldBeFalse();
        Directory.Exists(Path.Combine(data, "postgres", "data")).ShouldBeFalse();
    }

    [Test]
    public async Task without_a_program_it_names_the_package_and_starts_the_other_server_neither()
    {
        var data = Folders.New("no-program");

        var said = await RefusedAsync(InAnotherWorld("mount -t tmpfs none /usr/lib/postgresql", [.. OnServers, "--data", data]));

        said.ShouldContain("apt-get install postgresql");
        Directory.Exists(Path.Combine(data, "rabbitmq", "mnesia")).ShouldBeFalse();
    }

    [Test]
    public async Task without_the_servers_account_it_names_the_package_that_makes_it()
    {
        var data = Folders.New("no-account");
        var others = Path.Combine(data, "passwd");
        await File.WriteAllLinesAsync(others, (await File.ReadAllLinesAsync("/etc/passwd")).Where(line => !line.StartsWith("rabbitmq:", StringComparison.Ordinal)));

        (await RefusedAsync(InAnotherWorld($"mount --bind '{others}' /etc/passwd", [.. OnServers, "--data", data]))).ShouldContain("There is no account rabbitmq");
    }

    [Test]
    public async Task on_a_disk_that_is_nearly_full_it_says_what_is_free()
    {
        var data = Folders.New("full");

        (await RefusedAsync(InAnotherWorld($"mount -t tmpfs -o size=20m none '{data}'", [.. OnServers, "--data", data])))
            .ShouldContain($"only 20 MB are free where {data}/rabbitmq lies");
    }

    [Test]
    public async Task on_data_that_root_left_it_names_the_command_that_takes_it_over()
    {
        NeedsRoot();
        var data = Folders.New("of-root");
        Directory.CreateDirectory(Path.Combine(data, "rabbitmq"));
        await using var given = Command.Start("chown", ["nobody", data]);
        (await given.EndAsync(TimeSpan.FromSeconds(10))).ShouldBe(0, given.Said);

        var said = await RefusedAsync(Command.Start(
            "setpriv", ["--reuid=nobody", "--clear-groups", "--regid=nogroup", "dotnet", Program, .. OnServers, "--data", data],
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["CLAIMS_HOME"] = Path.Combine(data, "home") }));

        said.ShouldContain($"sudo chown -R nobody: {data}/rabbitmq");
    }

    [Test]
    public async Task with_a_master_key_that_others_can_read_it_names_the_command_that_closes_it()
    {
        var data = Folders.New("open-key");
        var key = Path.Combine(data, "keys", "master.key");
        Directory.CreateDirectory(Path.GetDirectoryName(key)!);
        await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]));

        (await RefusedAsync(Command.Run("--no-samples", "--data", data))).ShouldContain($"chmod 600 '{key}'");
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task in_a_folder_that_is_open_and_holds_what_is_others_it_names_the_command_that_closes_it()
    {
        var data = Folders.New("open-folder");
        await File.WriteAllTextAsync(Path.Combine(data, "letter"), "not ours");

        (await RefusedAsync(Command.Run("--no-samples", "--data", data))).ShouldContain($"chmod 700 '{data}'");
    }

    [TestCase]
    [TestCase("--broker", "local", "--store", "local")]
    public async Task on_a_port_that_another_program_has_it_says_so(params string[] more)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        (await RefusedAsync(Command.Run(["--no-samples", "--data", Folders.New("port"), "--port", $"{port}", .. more]))).ShouldContain($"--port {port}: another program listens there.");
    }

    [Test]
    public async Task two_that_start_at_the_same_moment_both_come_up()
    {
        string[] data = [Folders.New("first-of-two"), Folders.New("second-of-two")];
        await using var first = Command.Run("--no-samples", "--data", data[0]);
        await using var second = Command.Run("--no-samples", "--data", data[1]);

        using var one = await Wait.ForSystemAsync(data[0], first);
        using var two = await Wait.ForSystemAsync(data[1], second);

        one.Endpoints.Console.ShouldNotBe(two.Endpoints.Console);
    }

    /// <summary>On a machine that looks otherwise to this one command.</summary>
    private static Command InAnotherWorld(string made, string[] arguments)
    {
        NeedsRoot();
        return Command.Start("unshare", ["-m", "sh", "-c", $"{{ {made}; }} || exit 77; exec dotnet \"$@\"", "sh", Program, .. arguments]);
    }

    private static void NeedsRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("Only root starts servers under accounts of their own, and may change what a command sees of the machine.");
    }

    private static async Task<string> RefusedAsync(Command command)
    {
        await using var run = command;
        var exitCode = await run.EndAsync(TimeSpan.FromSeconds(60));
        if (exitCode is 77 or 1 && run.Said.Contains("unshare", StringComparison.Ordinal))
            Assert.Ignore($"This container lets nobody mount: {run.Said}");
        exitCode.ShouldBe(ExitCodes.Failed, run.Said);
        var lines = run.Said.Split('\n').Where(line => !line.StartsWith("Starting ", StringComparison.Ordinal)).ToList();
        lines.Count.ShouldBeInRange(1, 3, run.Said);
        lines.ShouldAllBe(line => !line.TrimStart().StartsWith("at ", StringComparison.Ordinal));
        return run.Said;
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Prisme.Transport;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

/// <summary>A real sshd on loopback.</summary>
[TestFixture]
[Platform("Linux,MacOsX")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class When_Prisme_is_reached_by_SFTP
{
    private readonly List<FileTransports> opened = [];
    private Sshd sshd = null!;
    private PrismeBench bench = null!;
    private PrismeConnector connector = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (Sshd.Missing is { } missing)
            Assert.Ignore(missing);
        sshd = await Sshd.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (sshd is not null)
            await sshd.DisposeAsync();
    }

    [SetUp]
    public async Task StartBenchAsync()
    {
        bench = await PrismeBench.StartAsync();
        connector = ConnectorWith(Settings);
    }

    [TearDown]
    public async Task StopBenchAsync()
    {
        opened.ForEach(transports => transports.Dispose());
        opened.Clear();
        await bench.DisposeAsync();
    }

    private PrismeOptions Settings => new() { KeyFile = sshd.ClientKey, KnownHostsFile = sshd.KnownHosts };

    private DebtorSystem Remote => bench.System() with { Endpoint = sshd.AddressOf(Path.Combine(bench.Root, "0101")) };

    [Test]
    public async Task claims_go_and_receipts_come_back()
    {
        var instructions = Sample.Registers(1, 700);

        (await connector.SubmitAsync(Remote, instructions, CancellationToken.None)).ShouldAllBe(s => s is Submitted.Pending);
        await Eventually.BecomesTrueAsync("the receipts", () => Directory.GetFiles(bench.Folder("ud"), "*.kvit").Length == 1);

        var read = await connector.ReadAsync(Remote, null, CancellationToken.None);
        read.Receipts.Count.ShouldBe(700);
        read.Receipts.ShouldAllBe(r => r.Outcome is Submitted.Accepted);
        (await connector.ReadAsync(Remote, read.Cursor, CancellationToken.None)).Receipts.ShouldBeEmpty();
        Directory.GetFiles(bench.Folder("ud")).ShouldBeEmpty();
        Directory.GetFiles(bench.Folder("arkiv"), "*.kvit").Length.ShouldBe(1);
        (await bench.BookedAsync()).Count.ShouldBe(700);
    }

    [Test]
    public async Task a_question_gets_its_answer()
    {
        await connector.SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None);

        var found = await connector.FindAsync(Remote, [Sample.Register(1), Sample.Register(2)], CancellationToken.None);

        found[0].ShouldBeOfType<Found.Done>();
        found[1].ShouldBeOfType<Found.NotThere>();
    }

    [Test]
    public async Task money_comes_back_and_a_payment_file_that_was_cut_is_asked_for_again()
    {
        await bench.StopStandInAsync();
        await bench.LeaveAsync(Payments.Name, Payments.TwoEntries);
        await bench.LeaveAsync("0101_20261124060000-1_dag20261124.bet", Payments.TwoEntries.AsMemory(0, 100));

        var read = await connector.ReadAsync(Remote, null, CancellationToken.None);

        read.Entries.Select(entry => entry.EntryId).ShouldBe(["p-1", "p-2"]);
        bench.Lying("ind").ShouldBe(["0101_dag20261124.genbestil"]);
        (await connector.ReadAsync(Remote, read.Cursor, CancellationToken.None)).Entries.ShouldBeEmpty();
        bench.Lying("ud").ShouldBeEmpty();
        bench.Lying("arkiv").Length.ShouldBe(2);
    }

    [Test]
    public async Task the_claims_it_holds_are_listed()
    {
        await bench.StopStandInAsync();
        var answering = When_Prisme_lists_its_claims.AnswerAsync(bench, id => When_Prisme_lists_its_claims.List(id, 2_000));

        var listed = 0;
        await foreach (var _ in connector.ExtractAsync(Remote, CancellationToken.None))
            listed++;

        listed.ShouldBe(2_000);
        bench.Lying("arkiv").ShouldBe([$"0101_{await answering}.saldo"]);
    }

    [TestCase("[127.0.0.1]:1 {ed25519}", "and none is known")]
    [TestCase("[127.0.0.1]:{port} {other}", "and only {other-print} is known")]
    [TestCase("[127.0.0.1]:{port} {other}\n127.0.0.1 {ed25519}", "and only {other-print} is known")]
    [TestCase("[127.0.0.1]:{port} {ed25519}\n@revoked * {ed25519}", "which is revoked")]
    [TestCase("@cert-authority [127.0.0.1]:{port} {ed25519}", "and none is known")]
    [TestCase("*,![127.0.0.1]:{port},!127.0.0.1 {ed25519}", "and none is known")]
    [TestCase("# [127.0.0.1]:{port} {ed25519}", "and none is known")]
    public async Task nothing_goes_to_a_server_whose_host_key_is_not_known(string lines, string why)
    {
        var file = await FileOfAsync("stranger_hosts", Filled(lines));

        var outcome = (await ConnectorWith(Settings with { KnownHostsFile = file }).SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0];

        var said = outcome.ShouldBeOfType<Submitted.Unavailable>().Reason!;
        said.ShouldContain($"127.0.0.1:{sshd.Port}");
        said.ShouldContain(Fingerprint(sshd.HostKey("ed25519")));
        said.ShouldContain(Filled(why));
        said.ShouldContain("Connectors:Prisme:KnownHostsFile");
        bench.Lying("ind").ShouldBeEmpty();
        (await connector.FindAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Found.NotThere>();
    }

    [TestCase("127.0.0.1 {ed25519}", Description = "as OpenSSH takes it where the port is not named")]
    [TestCase("other.example.dk,[127.0.0.?]:* {ed25519} a comment")]
    [TestCase("[127.0.0.1]:{port} {rsa}", Description = "the key that it would not show by itself")]
    public async Task a_server_is_known_by_any_of_its_keys(string lines)
    {
        var file = await FileOfAsync("good_hosts", Filled(lines));

        (await ConnectorWith(Settings with { KnownHostsFile = file }).SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Pending>();
    }

    [Test]
    public async Task names_may_be_hashed()
    {
        var file = await FileOfAsync("hashed_hosts", Filled("[127.0.0.1]:{port} {ed25519}\n"));
        await RunAsync("ssh-keygen", "-q", "-H", "-f", file);
        (await File.ReadAllTextAsync(file)).ShouldStartWith("|1|");

        (await ConnectorWith(Settings with { KnownHostsFile = file }).SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Pending>();
    }

    [Test]
    public async Task a_connection_serves_many_steps_and_is_closed_at_the_end()
    {
        await using var own = await Sshd.StartAsync();
        var settings = Settings with { KeyFile = own.ClientKey, KnownHostsFile = own.KnownHosts };
        var transports = new FileTransports(settings);
        using (transports)
        {
            var steps = new PrismeConnector(settings, transports, TimeProvider.System, NullLogger<PrismeConnector>.Instance);
            for (var number = 1; number <= 3; number++)
                (await steps.SubmitAsync(At(own), [Sample.Register(number)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Pending>();
            await steps.ReadAsync(At(own), null, CancellationToken.None);
            own.Log.Count(line => line.Contains("Accepted publickey", StringComparison.Ordinal)).ShouldBe(1);
            own.Log.ShouldNotContain(line => line.Contains("isconnect", StringComparison.Ordinal));
        }

        await Eventually.BecomesTrueAsync("the connection to be closed", () => own.Log.Any(line => line.Contains("Received disconnect", StringComparison.Ordinal)));
    }

    [Test]
    public async Task a_server_that_was_started_again_is_connected_to_again()
    {
        (await connector.SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Pending>();
        await sshd.EndSessionsAsync();

        // What finds out that the session has ended was not sent, and is sent again.
        await Eventually.GetAsync("a new session", async () => (await connector.SubmitAsync(Remote, [Sample.Register(2)], CancellationToken.None))[0] switch
        {
            Submitted.Pending => "there",
            Submitted.Unavailable => null,
            var other => throw new AssertionException($"{other}"),
        });
    }

    [Test]
    public async Task a_file_of_the_same_name_is_replaced()
    {
        await bench.StopStandInAsync();
        await connector.SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None);
        var name = bench.Lying("ind").ShouldHaveSingleItem();
        await File.WriteAllTextAsync(Path.Combine(bench.Folder("ind"), name), "half");

        (await connector.SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Pending>();

        bench.Lying("ind").ShouldBe([name]);
        (await File.ReadAllTextAsync(Path.Combine(bench.Folder("ind"), name))).ShouldStartWith("000K00");
    }

    [Test]
    public async Task a_server_that_is_not_there_is_unavailable()
    {
        var nowhere = Remote with { Endpoint = new UriBuilder(Remote.Endpoint) { Port = 1 }.Uri };

        (await connector.SubmitAsync(nowhere, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Unavailable>();
        await Should.ThrowAsync<IOException>(() => connector.ReadAsync(nowhere, null, CancellationToken.None));
    }

    [Test]
    public async Task a_folder_taken_away_is_unavailable()
    {
        bench.Faults.Plan = Sandbox.Faults.FaultPlan.Parse("down=0101");
        await Eventually.BecomesTrueAsync("the folder to be taken away", () => !Directory.Exists(bench.Folder("ind")));

        (await connector.SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Unavailable>();
    }

    [TestCase("-P write", typeof(Submitted.Unavailable))]
    [TestCase("-P posix-rename,rename", typeof(Submitted.Unknown))]
    [TestCase("-P posix-rename", typeof(Submitted.Pending), Description = "SFTP's own rename is enough")]
    public async Task what_fails_is_told_by_how_far_it_came(string sftp, Type outcome)
    {
        await bench.StopStandInAsync();
        await using var own = await Sshd.StartAsync(sftp);

        var submitted = await ConnectorWith(Settings with { KeyFile = own.ClientKey, KnownHostsFile = own.KnownHosts }).SubmitAsync(At(own), [Sample.Register(1)], CancellationToken.None);

        submitted[0].ShouldBeOfType(outcome);
        bench.Lying("ind").ShouldAllBe(name => name.EndsWith(".krv", StringComparison.Ordinal) == (outcome == typeof(Submitted.Pending)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task a_server_that_stands_still_is_noticed(bool connectedBefore)
    {
        await bench.StopStandInAsync();
        await using var own = await Sshd.StartAsync();
        var hurried = ConnectorWith(new PrismeOptions { KeyFile = own.ClientKey, KnownHostsFile = own.KnownHosts, TransferTimeout = TimeSpan.FromSeconds(3), BatchSize = 5000 });
        if (connectedBefore)
            await hurried.ReadAsync(At(own), null, CancellationToken.None);
        await own.FreezeAsync();

        var waited = Stopwatch.StartNew();
        // More than the sockets and the window between them take: the upload itself stands still.
        var submitted = await hurried.SubmitAsync(At(own), Sample.Registers(1, 20_000), CancellationToken.None);
        submitted[0].ShouldBeOfType<Submitted.Unavailable>().Reason!.ShouldContain("ended before it was done");
        (await Should.ThrowAsync<IOException>(() => hurried.ReadAsync(At(own), null, CancellationToken.None))).Message.ShouldContain("ended before it was done");
        waited.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));

        await own.ThawAsync();
        bench.Lying("ind").ShouldAllBe(name => name.EndsWith(".tmp", StringComparison.Ordinal));
        (await hurried.SubmitAsync(At(own), [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Pending>();
    }

    [Test]
    public async Task a_key_that_everybody_can_read_is_not_used()
    {
        var key = await FileOfAsync("open_key", await File.ReadAllTextAsync(sshd.ClientKey));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        (await ConnectorWith(Settings with { KeyFile = key }).SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0]
            .ShouldBeOfType<Submitted.Unavailable>().Reason!.ShouldContain("give it the mode 600");
    }

    [Test]
    public async Task a_key_that_needs_a_passphrase_is_told()
    {
        var key = Path.Combine(bench.Root, "locked_key");
        await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "a passphrase", "-f", key);

        (await ConnectorWith(Settings with { KeyFile = key }).SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0]
            .ShouldBeOfType<Submitted.Unavailable>().Reason!.ShouldContain("Connectors:Prisme:KeyFile");
    }

    [TestCase("sftp://127.0.0.1/prisme")]
    [TestCase("sftp://user:secret@127.0.0.1/prisme")]
    [TestCase("sftp://-oProxyCommand=x@127.0.0.1/prisme")]
    [TestCase("sftp://user@127.0.0.1/a%22b")]
    [TestCase("sftp://user@127.0.0.1/a%0Ab")]
    public void an_address_that_could_do_harm_is_refused(string address)
    {
        var fault = Should.Throw<PermanentException>(() => SftpAddress.Of(new Uri(address)));

        fault.Message.ShouldContain("sftp://kommune0751@filer.example.dk:22/prisme/0751");
        fault.Message.ShouldNotContain("secret");
    }

    private const string Other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHCQ5ZyxFh2jzDvOj2bYkPmJ4bn0Vw0g5oMBbQzUbA0x";

    private static string Fingerprint(string key) => $"SHA256:{Convert.ToBase64String(SHA256.HashData(Convert.FromBase64String(key.Split(' ')[1]))).TrimEnd('=')}";

    private string Filled(string text) => text.Replace("{port}", $"{sshd.Port}", StringComparison.Ordinal).Replace("{ed25519}", sshd.HostKey("ed25519"), StringComparison.Ordinal)
        .Replace("{rsa}", sshd.HostKey("rsa"), StringComparison.Ordinal).Replace("{other-print}", Fingerprint(Other), StringComparison.Ordinal).Replace("{other}", Other, StringComparison.Ordinal);

    private DebtorSystem At(Sshd server) => Remote with { Endpoint = server.AddressOf(Path.Combine(bench.Root, "0101")) };

    private async Task<string> FileOfAsync(string name, string content)
    {
        var path = Path.Combine(bench.Root, name);
        await File.WriteAllTextAsync(path, content);
        return path;
    }

    private static async Task RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }

    private PrismeConnector ConnectorWith(PrismeOptions options)
    {
        opened.Add(new FileTransports(options));
        return new PrismeConnector(options, opened[^1], TimeProvider.System, NullLogger<PrismeConnector>.Instance);
    }
}

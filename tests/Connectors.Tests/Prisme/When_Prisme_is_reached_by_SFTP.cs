using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Prisme.Transport;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

/// <summary>A real sshd on loopback and the real <c>sftp</c> client.</summary>
[TestFixture]
[Platform("Linux,MacOsX")]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class When_Prisme_is_reached_by_SFTP
{
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
    public async Task StopBenchAsync() => await bench.DisposeAsync();

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

    [Test]
    public async Task nothing_goes_to_a_server_whose_host_key_is_not_known()
    {
        var stranger = Path.Combine(bench.Root, "stranger_hosts");
        var lines = await File.ReadAllTextAsync(sshd.KnownHosts);
        await File.WriteAllTextAsync(stranger, lines.Replace($":{sshd.Port} ", ":1 ", StringComparison.Ordinal).Replace($"]{sshd.Port}", "]1", StringComparison.Ordinal));

        var outcome = (await ConnectorWith(Settings with { KnownHostsFile = stranger }).SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0];

        outcome.ShouldBeOfType<Submitted.Unavailable>().Reason.ShouldContain("Host key verification failed");
        (await connector.FindAsync(Remote, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Found.NotThere>();
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

    [TestCase("put", typeof(Submitted.Unavailable))]
    [TestCase("rename", typeof(Submitted.Unknown))]
    public async Task a_connection_that_breaks_is_told_by_how_far_it_came(string lastCommand, Type outcome)
    {
        var broken = Path.Combine(bench.Root, "sftp-that-breaks");
        await File.WriteAllTextAsync(broken, $"#!/bin/sh\nwhile read command; do\n  echo \"sftp> $command\"\n  case $command in {lastCommand}*) echo 'Connection closed' >&2; exit 255;; esac\ndone\n");
        File.SetUnixFileMode(broken, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var submitted = await ConnectorWith(Settings with { SftpCommand = broken }).SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None);

        submitted[0].ShouldBeOfType(outcome);
    }

    [Test]
    public async Task a_session_that_hangs_is_ended()
    {
        var hanging = Path.Combine(bench.Root, "sftp-that-hangs");
        await File.WriteAllTextAsync(hanging, "#!/bin/sh\nexec sleep 600\n");
        File.SetUnixFileMode(hanging, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var submitted = await ConnectorWith(Settings with { SftpCommand = hanging, TransferTimeout = TimeSpan.FromMilliseconds(300) })
            .SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None);

        submitted[0].ShouldBeOfType<Submitted.Unavailable>().Reason.ShouldContain("ended before it was done");
    }

    [Test]
    public async Task no_file_of_ours_stays_behind()
    {
        var work = Path.Combine(bench.Root, "work");
        Directory.CreateDirectory(work);

        await ConnectorWith(Settings with { WorkFolder = work }).SubmitAsync(Remote, [Sample.Register(1)], CancellationToken.None);

        Directory.GetFileSystemEntries(work).ShouldBeEmpty();
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

    private static PrismeConnector ConnectorWith(PrismeOptions options) =>
        new(options, new FileTransports(options), TimeProvider.System, NullLogger<PrismeConnector>.Instance);
}

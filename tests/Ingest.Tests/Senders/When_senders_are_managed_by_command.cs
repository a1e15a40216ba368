using System.Diagnostics;
using System.Net;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Ingest.Tests.Http;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Senders;

/// <summary><c>claims senders</c> as a process of its own, against a running Ingest.</summary>
public sealed class When_senders_are_managed_by_command
{
    private IngestServer _server = null!;
    private TemporaryFolder _folder = null!;

    private string KeyFile => Path.Combine(_folder.Path, "fbs.key");

    [SetUp]
    public async Task StartAsync()
    {
        _server = await IngestServer.StartAsync();
        _folder = new TemporaryFolder();
        new Endpoints("embedded", "embedded", null, null, [new ServiceEndpoint("ingest", _server.Client.BaseAddress!.ToString().TrimEnd('/'), Environment.ProcessId, "1")]).Write(_folder.Path);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task a_sender_is_added_listed_rotated_and_revoked_and_sends_in_between()
    {
        var added = await SayAsync(0, "senders", "add", "fbs", "--agencies", "DK-710100,DK-775100", "--to", KeyFile);
        added.ShouldContain("The audit log does not have this.", Case.Insensitive);
        var first = (await File.ReadAllTextAsync(KeyFile)).Trim();
        added.ShouldNotContain(first);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await StatusAsync(first, 1)).ShouldBe(HttpStatusCode.Accepted);

        (await SayAsync(0, "submit", Write(2), "--key-file", KeyFile)).ShouldContain("accepted");
        (await SayAsync(1, "submit", Write(3, "DK-715700"), "--key-file", KeyFile)).ShouldContain("fbs");
        (await SayAsync(0, "submit", Write(3, "DK-715700"))).ShouldContain("accepted");
        (await SayAsync(1, "import", Write(4, "DK-715700"), "--key-file", KeyFile)).ShouldContain("1 of them refused");

        // Alone on standard output, for whoever keeps it elsewhere.
        var second = (await SayAsync(0, "senders", "rotate", "fbs", "--overlap", "0")).Split('\n')[0].Trim();
        (await StatusAsync(first, 5)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(second, 5)).ShouldBe(HttpStatusCode.Accepted);
        var refused = await SayAsync(1, "submit", Write(6), "--key-file", KeyFile);
        refused.ShouldContain("does not take the sender's key");
        refused.ShouldNotContain(first);

        var listed = await SayAsync(0, "senders", "list");
        listed.ShouldContain("DK-710100, DK-775100");
        listed.ShouldContain($"{second[..20]}…");
        listed.ShouldNotContain(second);

        await SayAsync(0, "senders", "revoke", "fbs", "--reason", "The contract has ended");
        (await StatusAsync(second, 7)).ShouldBe(HttpStatusCode.Unauthorized);
        (await SayAsync(0, "senders", "list")).ShouldContain("The contract has ended");
    }

    [Test]
    public async Task what_cannot_be_done_is_said()
    {
        (await SayAsync(1, "senders", "add", "vendor-prisme", "--agencies", "*")).ShouldContain("is no name for a sender");
        (await SayAsync(1, "senders", "add", "fbs", "--agencies", "710100")).ShouldContain("Good: DK-710100");
        (await SayAsync(1, "senders", "rotate", "nobody-there")).ShouldContain("claims senders list");
        (await SayAsync(2, "senders", "add", "fbs", "--agencies", "*", "--to", Path.Combine(_folder.Path, "not there", "key"))).ShouldContain("there is no folder for it");
        (await SayAsync(2, "submit", Write(1), "--key-file", Write(1))).ShouldContain("holds no sender's key");
        (await _server.GetAsync("/ingest/senders"))["senders"]!.AsArray().ShouldBeEmpty();
    }

    private async Task<HttpStatusCode> StatusAsync(string key, long feeId) => (await _server.SendAsync(key, Fbs.Submit(feeId).ToJsonString())).Status;

    private string Write(long feeId, string agency = "DK-710100")
    {
        var file = Path.Combine(_folder.Path, "claim.json");
        File.WriteAllText(file, Fbs.Submit(feeId, claim => (claim["agency"], claim["branch"]) = (agency, null)).ToJsonString());
        return file;
    }

    private async Task<string> SayAsync(int exitCode, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), .. arguments, "--data", _folder.Path])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        info.Environment["CLAIMS_MASTER_KEY_FILE"] = Path.Combine(_server.Folder, "keys", "master.key");
        using var process = Process.Start(info)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(patience.Token);
        var said = $"{await output}\n{await errors}";
        process.ExitCode.ShouldBe(exitCode, said);
        return said;
    }
}

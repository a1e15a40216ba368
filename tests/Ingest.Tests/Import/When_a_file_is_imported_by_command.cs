using System.Diagnostics;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Ingest.Tests.Http;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Import;

/// <summary><c>claims import</c> as a process of its own, against a running Ingest: its exit code is what a nightly job goes by.</summary>
public sealed class When_a_file_is_imported_by_command
{
    private IngestServer _server = null!;
    private TemporaryFolder _folder = null!;

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
    public async Task good_lines_end_with_0_and_leave_no_file_of_refused_ones()
    {
        var file = Write(Fbs.Submit(1), Fbs.Submit(2));

        var said = await ImportAsync(0, file);

        said.ShouldContain("2 lines: 0 were done before, 2 sent now, 0 of them refused.");
        File.Exists($"{file}.refused.ndjson").ShouldBeFalse();
    }

    [Test]
    public async Task one_refused_line_ends_with_1_and_stands_beside_the_file_with_what_is_wrong()
    {
        var file = Write(Fbs.Submit(1), Bad(2), Fbs.Submit(3));

        var said = await ImportAsync(1, file);

        said.ShouldContain("3 lines: 0 were done before, 3 sent now, 1 of them refused.");
        said.ShouldContain("line 2, fee 2: amountOre");
        said.ShouldContain($"{file}.refused.ndjson");
        var refused = Refused($"{file}.refused.ndjson").ShouldHaveSingleItem();
        ((string?)refused["outcome"], (long?)refused["line"], (string?)refused["faults"]![0]!["field"]).ShouldBe(("refused", 2, "amountOre"));
        (await AcceptedAsync()).ShouldBe(2);
    }

    [Test]
    public async Task refused_lines_are_all_in_the_file_that_was_named_the_first_are_shown_and_no_one_is_named()
    {
        var file = Write([.. Enumerable.Range(1, 7).Select(fee => Bad(fee)), Fbs.Submit(8)]);
        var named = Path.Combine(_folder.Path, "to look at.ndjson");

        var said = await ImportAsync(1, file, "--refused", named);

        said.ShouldContain("line 5, fee 5: ");
        said.ShouldNotContain("line 6, ");
        said.ShouldContain($"… and 2 more. All 7, with what is wrong: {named}");
        Refused(named).Select(answer => (long?)answer["line"]).ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        File.Exists($"{file}.refused.ndjson").ShouldBeFalse();
        foreach (var personal in (string[])[Fbs.Cpr, Fbs.GuardianCpr, "Ødegård", "Gunnar"])
            (said + await File.ReadAllTextAsync(named)).ShouldNotContain(personal);
    }

    [Test]
    public async Task with_refusals_allowed_it_ends_with_0_and_tells_them_all_the_same()
    {
        var file = Write(Fbs.Submit(1), Bad(2));

        var said = await ImportAsync(0, file, "--allow-refused");

        said.ShouldContain("line 2, fee 2: amountOre");
        Refused($"{file}.refused.ndjson").ShouldHaveSingleItem();
    }

    [Test]
    public async Task the_same_file_again_sends_nothing_and_leaves_what_was_refused()
    {
        var file = Write(Fbs.Submit(1), Bad(2));
        await ImportAsync(1, file);

        (await ImportAsync(0, file)).ShouldContain("2 lines: 2 were done before, 0 sent now, 0 of them refused.");

        Refused($"{file}.refused.ndjson").ShouldHaveSingleItem();
        (await AcceptedAsync()).ShouldBe(1);
    }

    [Test]
    public async Task a_file_of_refusals_that_has_no_folder_is_said_before_anything_is_sent()
    {
        var said = await ImportAsync(2, Write(Bad(1)), "--refused", Path.Combine(_folder.Path, "not there", "refused.ndjson"));

        said.ShouldContain("there is no folder for it");
        said.ShouldNotContain(" at ");
        ((long?)(await _server.GetAsync("/ingest/accounting?live=true"))["lines"]).ShouldBe(0);
    }

    [Test]
    public async Task a_refusal_that_cannot_be_kept_ends_it_with_1_and_says_why()
    {
        var folder = Path.Combine(_folder.Path, "a folder");
        Directory.CreateDirectory(folder);

        var said = await ImportAsync(1, Write(Bad(1)), "--refused", folder);

        said.ShouldContain($"The answers to refused lines cannot be written to '{folder}'");
        said.ShouldNotContain("   at ");
    }

    private static JsonObject Bad(long fee) => Fbs.Submit(fee, message => message["amountOre"] = 0);

    private static IReadOnlyList<JsonNode> Refused(string file) => [.. File.ReadAllLines(file).Select(line => JsonNode.Parse(line)!)];

    private async Task<long?> AcceptedAsync() => (long?)(await _server.GetAsync("/ingest/accounting"))["municipalities"]!["0101"]!["accepted"];

    private string Write(params JsonObject[] lines)
    {
        var file = Path.Combine(_folder.Path, "claims.ndjson");
        File.WriteAllLines(file, lines.Select(line => line.ToJsonString()));
        return file;
    }

    /// <summary>What it said, output and errors.</summary>
    private async Task<string> ImportAsync(int exitCode, string file, params string[] more)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), "import", file, "--data", _folder.Path, .. more])
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

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

/// <summary>By HTTP and by the command line, of a service that runs. Claim 1 agrees, the debtor system claims too little of 2, and 3 is settled.</summary>
[TestFixture]
[NonParallelizable]
public sealed class When_somebody_asks_for_it
{
    private const string Path = "/payments/reconciliations/0101";
    private ReconciliationServer _server = null!;

    [SetUp]
    public async Task Open() => _server = await ReconciliationServer.StartAsync(
        [Ledgers.Row(1, "Open", 7000), Ledgers.Row(2, "Open", 7000), Ledgers.Row(3, "Settled", 7000, covered: 7000)],
        others =>
        {
            others.OpenClaims = OtherSystems.Lines([Ledgers.FbsLine(1, 7000), Ledgers.FbsLine(2, 7000)]);
            others.Accounts = OtherSystems.Lines([Ledgers.DebtorLine("DK-710100-1", 7000), Ledgers.DebtorLine("DK-710100-2", 6500), Ledgers.DebtorLine("DK-710100-3", 7000, covered: 7000)]);
        });

    [TearDown]
    public async Task Close() => await _server.DisposeAsync();

    [Test]
    public async Task a_run_is_answered_and_stands_for_its_day()
    {
        var run = await PostAsync(Path);

        ((string?)run["municipality"]).ShouldBe("0101");
        run["failure"].ShouldBeNull();
        run["fbs"]!.ToJsonString().ShouldBe("""{"claims":2,"ore":14000}""");
        run["ours"]!.ToJsonString().ShouldBe("""{"settled":1,"cancelled":0,"claims":2,"ore":14000}""");
        run["debtor"]!.ToJsonString().ShouldBe("""{"claims":2,"ore":13500}""");
        run["byCause"]!.ToJsonString().ShouldBe("""{"amountDiffers":1}""");
        ((int)run["agreeing"]!, (int)run["differences"]!, (int)run["repaired"]!).ShouldBe((2, 1, 0));
        var stored = JsonNode.Parse(await _server.Client.GetStringAsync($"{Path}?date={run["day"]}"))!;
        stored.ToJsonString().ShouldBe(run.ToJsonString());
        JsonNode.Parse(await _server.Client.GetStringAsync(Path))!.ToJsonString().ShouldBe(run.ToJsonString());
        (await _server.Client.GetStringAsync("/payments/reconciliations")).ShouldBe("""["0101"]""");
    }

    [Test]
    public async Task a_short_list_is_accepted_by_somebody_with_a_reason()
    {
        (await _server.Client.PostAsync($"{Path}?acceptFewer=moved", null)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "by whom?");
        (await _server.Client.PostAsync($"{Path}?acceptFewer=%20&who=anna", null)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        (await PostAsync($"{Path}?acceptFewer=moved%20010101-1234&who=anna"))["accepted"]!.ToJsonString().ShouldBe("""{"who":"anna","why":"moved ###########"}""");
    }

    [Test]
    public async Task the_latest_run_of_a_day_stands_for_it()
    {
        await PostAsync(Path);
        _server.Others.Accounts = OtherSystems.Lines([Ledgers.DebtorLine("DK-710100-1", 7000), Ledgers.DebtorLine("DK-710100-2", 7000), Ledgers.DebtorLine("DK-710100-3", 7000, covered: 7000)]);
        var second = await PostAsync(Path);

        JsonNode.Parse(await _server.Client.GetStringAsync($"{Path}?date={second["day"]}"))!["differences"]!.GetValue<int>().ShouldBe(0);
    }

    [Test]
    public async Task differences_are_lines_and_reports_are_files()
    {
        await PostAsync(Path);

        var line = JsonNode.Parse(await _server.Client.GetStringAsync($"{Path}/differences"))!;
        using var csv = await _server.Client.GetAsync($"{Path}/report.csv");
        using var html = await _server.Client.GetAsync($"{Path}/report.html");

        line["agency"]!.GetValue<string>().ShouldBe("DK-710100");
        (line["feeId"]!.GetValue<long>(), line["fbsOre"]!.GetValue<long>(), line["oursOre"]!.GetValue<long>(), line["debtorOre"]!.GetValue<long>()).ShouldBe((2, 7000, 7000, 6500));
        (line["cause"]!.GetValue<string>(), line["action"]!.GetValue<string>(), line["isSafe"]!.GetValue<bool>(), line["wouldBe"]).ShouldBe(("amountDiffers", "readjust", true, null));
        csv.Content.Headers.ContentType!.ToString().ShouldBe("text/csv; charset=utf-8");
        (await csv.Content.ReadAsByteArrayAsync())[..3].ShouldBe(Encoding.UTF8.GetPreamble());
        html.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
        (await html.Content.ReadAsStringAsync()).ShouldContain("København Kommune");
    }

    [Test]
    public async Task a_list_that_is_brought_along_is_FBSs()
    {
        using var body = new StringContent("""{"agency":"DK-710100","feeId":1,"amount":70}""", new MediaTypeHeaderValue("application/x-ndjson"));
        using var response = await _server.Client.PostAsync(Path, body);

        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["fbs"]!.ToJsonString().ShouldBe("""{"claims":1,"ore":7000}""");
    }

    [TestCase("/payments/reconciliations/9999", HttpStatusCode.NotFound, "is not among this installation")]
    [TestCase(Path + "?who=%20", HttpStatusCode.UnprocessableEntity, "who is empty")]
    public async Task what_cannot_be_run_says_why(string path, HttpStatusCode status, string reason)
    {
        using var response = await _server.Client.PostAsync(path, null);
        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldContain(reason);
    }

    [TestCase(Path, HttpStatusCode.NotFound)]
    [TestCase(Path + "?date=2020-01-01", HttpStatusCode.NotFound)]
    [TestCase(Path + "/report.csv?date=yesterday", HttpStatusCode.UnprocessableEntity)]
    public async Task what_is_not_on_record_is_not_made_up(string path, HttpStatusCode status)
    {
        using var response = await _server.Client.GetAsync(path);
        response.StatusCode.ShouldBe(status);
    }

    [Test]
    public async Task the_command_runs_all_writes_reports_and_says_by_its_exit_code_that_something_differs()
    {
        var reports = System.IO.Path.Combine(_server.Folder, "reports");

        var (code, text) = await CommandAsync("reconcile", "--report", reports, "--who", "anna");

        code.ShouldBe(3);
        text.ShouldContain("0101");
        text.ShouldContain("amount differs");
        Directory.EnumerateFiles(reports).Select(System.IO.Path.GetFileName).Order().ShouldBe(["0101.csv", "0101.html"]);
        (await File.ReadAllTextAsync(System.IO.Path.Combine(reports, "0101.csv"))).ShouldContain("DK-710100-2");
    }

    [Test]
    public async Task the_command_ends_with_0_when_all_agree_and_shows_a_day()
    {
        _server.Others.Accounts = OtherSystems.Lines([Ledgers.DebtorLine("DK-710100-1", 7000), Ledgers.DebtorLine("DK-710100-2", 7000), Ledgers.DebtorLine("DK-710100-3", 7000, covered: 7000)]);

        var (code, text) = await CommandAsync("reconcile", "--municipality", "0101", "--json");

        code.ShouldBe(0);
        var day = JsonNode.Parse(text)![0]!["day"]!.GetValue<string>();
        (await CommandAsync("reconcile", "--date", day)).Code.ShouldBe(0);
        (await CommandAsync("reconcile", "--date", "2020-01-01", "--municipality", "0101")).Code.ShouldBe(1);
    }

    [Test]
    public async Task the_command_takes_its_municipalitys_lines_out_of_a_file_of_many_and_names_a_bad_line_by_the_files_number()
    {
        var file = System.IO.Path.Combine(_server.Folder, "fbs.ndjson");
        await File.WriteAllLinesAsync(file, ["""{"agency":"DK-715100","feeId":1,"amountOre":1}""", Ledgers.FbsLine(1, 7000), Ledgers.FbsLine(2, 7000)]);
        JsonNode.Parse((await CommandAsync("reconcile", "--fbs", file, "--json")).Text)![0]!["fbs"]!["claims"]!.GetValue<int>().ShouldBe(2);

        await File.AppendAllLinesAsync(file, ["""{"agency":"DK-710100","feeId":4,"amount":0.001}"""]);
        var (code, text) = await CommandAsync("reconcile", "--fbs", file);
        code.ShouldBe(1);
        text.ShouldContain("line 4 amount is 0.001");

        (await CommandAsync("reconcile", "--fbs", file, "--municipality", "0147")).Code.ShouldBe(2);
    }

    [Test]
    public async Task the_command_ends_with_1_when_a_list_breaks_off()
    {
        _server.Others.Accounts = OtherSystems.BreaksAfter([]);

        var (code, text) = await CommandAsync("reconcile");

        code.ShouldBe(1);
        text.ShouldContain("0101 was not reconciled:");
    }

    private async Task<JsonNode> PostAsync(string path)
    {
        using var response = await _server.Client.PostAsync(path, null);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private async Task<(int Code, string Text)> CommandAsync(params string[] arguments)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var text = new StringWriter();
        Console.SetOut(text);
        Console.SetError(text);
        Spectre.Console.AnsiConsole.Console = Spectre.Console.AnsiConsole.Create(new Spectre.Console.AnsiConsoleSettings { Out = new Spectre.Console.AnsiConsoleOutput(text) });
        Spectre.Console.AnsiConsole.Profile.Width = 400;
        try
        {
            return (await CommandLine.RunAsync([.. arguments, "--url", _server.Url, "--data", _server.Folder]), text.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}

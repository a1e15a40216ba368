using System.Net;
using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_municipalities_are_changed_by_command
{
    private ConsoleStandIn _console = null!;
    private string _file = null!;

    [SetUp]
    public async Task Start()
    {
        _console = await ConsoleStandIn.StartAsync();
        _file = Path.Combine(_console.Data, "new.yaml");
        await File.WriteAllTextAsync(_file, Yaml("Paused", "KmdOpus"));
        _console.Answers("POST /municipalities/preview", body => Microsoft.AspNetCore.Http.Results.Json(Preview(body)));
        Applies(ApplyOutcome.Applied, null);
    }

    [TearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [TestCase("pause")]
    [TestCase("resume")]
    public async Task one_is_paused_and_resumed_at_its_connector(string action)
    {
        _console.Answers($"POST /municipalities/0101/{action}", new { });
        (await _console.ClaimsAsync("municipalities", action, "0101", "--reason", "The vendor asks", "--who", "anna")).ShouldEndWith(0).Output.ShouldBe($"0101 is {action}d.");
        _console.Asked.ShouldHaveSingleItem().ShouldBe($$"""POST /municipalities/0101/{{action}} by anna: {"why":"The vendor asks"}""");
        _console.Refuses($"POST /municipalities/9999/{action}", HttpStatusCode.NotFound, "There is none, or it is not yours to see.");
        (await _console.ClaimsAsync("municipalities", action, "9999", "--reason", "The vendor asks")).ShouldEndWith(1).Errors.ShouldContain("There is none");
    }

    [Test]
    public async Task the_difference_is_shown_with_what_follows_from_it()
    {
        var said = (await _console.ClaimsAsync("municipalities", "diff", _file)).ShouldEndWith(0).Output;
        said.ShouldContain("~ 0101 København");
        said.ShouldContain("stage Live → Paused");
        said.ShouldContain("are held until it is resumed");
        (await _console.ClaimsAsync("municipalities", "diff", _file, "--json")).ShouldEndWith(0).Json.GetProperty("diff").GetProperty("changed").GetArrayLength().ShouldBe(1);
        await File.WriteAllTextAsync(_file, Yaml("Live", "KmdOpus"));
        (await _console.ClaimsAsync("municipalities", "diff", _file)).ShouldEndWith(0).Output.ShouldBe("Nothing would change.");
        (await _console.ClaimsAsync("municipalities", "diff", _file + ".not")).ShouldEndWith(2);
    }

    [Test]
    public async Task a_file_with_faults_and_one_that_is_refused_are_not_applied()
    {
        await File.WriteAllTextAsync(_file, Yaml("Sleeping", "KmdOpus"));
        (await _console.ClaimsAsync("municipalities", "diff", _file)).ShouldEndWith(1).Output.ShouldContain("Sleeping");
        (await _console.ClaimsAsync("municipalities", "apply", _file, "--reason", "Try", "--yes")).ShouldEndWith(1).Errors.ShouldContain("Nothing was applied.");
        await File.WriteAllTextAsync(_file, Yaml("Live", "Prisme"));
        (await _console.ClaimsAsync("municipalities", "apply", _file, "--reason", "Try", "--yes")).ShouldEndWith(1).Output.ShouldContain("REFUSED");
        _console.Asked.ShouldNotContain(asked => asked.Contains("/apply", StringComparison.Ordinal));
    }

    [Test]
    public async Task a_change_is_applied_with_the_token_of_what_was_shown()
    {
        (await _console.ClaimsAsync("municipalities", "apply", _file, "--reason", "Agreed")).ShouldEndWith(2).Errors.ShouldContain("--yes");
        _console.Asked.ShouldBeEmpty();
        var said = (await _console.ClaimsAsync("municipalities", "apply", _file, "--reason", "Agreed", "--yes")).ShouldEndWith(0).Output;
        said.ShouldContain("stage Live → Paused");
        said.ShouldContain("Applied");
        var body = JsonDocument.Parse(_console.Asked[^1].Split(": ", 2)[1]).RootElement;
        body.GetProperty("token").GetString().ShouldBe("the-token");
        body.GetProperty("why").GetString().ShouldBe("Agreed");
        body.GetProperty("yaml").GetString().ShouldBe(Yaml("Paused", "KmdOpus"));
    }

    [Test]
    public async Task a_change_of_somebody_else_meanwhile_is_not_overwritten()
    {
        Applies(ApplyOutcome.Stale, "Somebody has changed the municipalities since the preview.");
        (await _console.ClaimsAsync("municipalities", "apply", _file, "--reason", "Agreed", "--yes")).ShouldEndWith(1).Errors.ShouldContain("Somebody has changed");
        _console.Refuses("POST /municipalities/apply", HttpStatusCode.Conflict, "Somebody has changed the municipalities since the preview.");
        (await _console.ClaimsAsync("municipalities", "apply", _file, "--reason", "Agreed", "--yes")).ShouldEndWith(1).Errors.ShouldContain("Somebody has changed");
    }

    private void Applies(ApplyOutcome outcome, string? problem) => _console.Answers(
        "POST /municipalities/apply", new MunicipalityApplied(outcome, "next") { Problem = problem, Kept = "municipalities.yaml.20261122-065400" });

    /// <summary>As the console compares: with what is in force.</summary>
    private static MunicipalityPreview Preview(string body)
    {
        var changed = MunicipalityFile.Parse(JsonDocument.Parse(body).RootElement.GetProperty("yaml").GetString()!, "municipalities.yaml");
        return new MunicipalityPreview(
            "the-token", changed.Faults.Count > 0 ? null : MunicipalityDiff.Between(MunicipalityFile.Parse(Yaml("Live", "KmdOpus"), "municipalities.yaml").Entries, changed.Entries), changed.Faults);
    }

    private static string Yaml(string stage, string vendor) => $"""
        - code: "0101"
          name: København
          cvr: "64942212"
          vendor: {vendor}
          stage: {stage}
          cutover: 2020-11-01
          minorPolicy: GuardianPays
        """;
}

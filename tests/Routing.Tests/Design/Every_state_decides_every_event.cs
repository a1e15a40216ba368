using ClaimsTransfer.Routing.Definition;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Design;

public sealed class Every_state_decides_every_event
{
    private const string Begin = "<!-- saga: generated; CLAIMS_UPDATE_DESIGN=1 dotnet test tests/Routing.Tests rewrites it -->";
    private const string End = "<!-- end of saga -->";

    [Test]
    public void Every_status_is_reached_by_a_journey()
    {
        SagaAtlas.Reached.Select(claim => claim.Status).ShouldBe(SagaAtlas.Named);
        SagaAtlas.Named.Order().ShouldBe(Enum.GetValues<ClaimStatus>().Order());
    }

    [Test]
    public void Every_pair_is_applied_ignored_or_parked_with_a_reason_that_has_its_words()
    {
        SagaAtlas.Pairs.Count.ShouldBeGreaterThan(400);
        SagaAtlas.Pairs.ShouldAllBe(pair => pair.Notes.Count > 0);
        NoteCodes.FaultsOf(SagaAtlas.Pairs.SelectMany(pair => pair.Notes)).ShouldBeEmpty();
    }

    [Test]
    public void What_is_ignored_sends_nothing_and_moves_nothing() =>
        SagaAtlas.Pairs.Where(pair => pair.Verdict != Verdict.Applied).ShouldAllBe(pair => pair.From == pair.To && pair.Sends.Count == 0);

    [Test]
    public void The_definition_names_each_status_and_says_where_each_operation_has_an_effect()
    {
        var saga = SagaDefinition.Worked;

        saga.Statuses.Select(status => status.Name).Order().ShouldBe(Enum.GetValues<ClaimStatus>().Order());
        saga.Statuses.Single(status => status.Name == ClaimStatus.Changing).Category.ShouldBe(ClaimCategory.InFlight);
        saga.Transitions.ShouldContain(new Transition(ClaimStatus.Transferred, "claim-withdrawn, next version", ClaimStatus.Cancelling, "sends transfer-claim (cancel)"));
        saga.Transitions.Where(transition => transition.From == ClaimStatus.Awaited).Select(transition => transition.To)
            .ShouldBe([ClaimStatus.Sending, ClaimStatus.Held, ClaimStatus.OutOfScope]);
        saga.Transitions.ShouldAllBe(transition => transition.From != transition.To && saga.Events.Contains(transition.Event));
        saga.Operations.Single(operation => operation.Name == "release").From.ShouldBe([ClaimStatus.Held]);
        saga.Operations.Single(operation => operation.Name == "reregister").From.ShouldContain(ClaimStatus.Settled);
        saga.Operations.Count.ShouldBe(6);
        SagaDefinition.Worked.ShouldBeSameAs(saga);
    }

    [Test]
    public void DESIGN_md_shows_what_the_saga_decides()
    {
        var path = Path.Combine(RepositoryRoot(), "services", "Routing", "DESIGN.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        from.ShouldBeGreaterThan(-1, $"DESIGN.md lost its line {Begin}");
        var generated = $"{Begin}\n\n{SagaDocument.Render().ReplaceLineEndings("\n")}\n";
        if (Environment.GetEnvironmentVariable("CLAIMS_UPDATE_DESIGN") == "1")
            File.WriteAllText(path, text[..from] + generated + text[to..]);
        else
            text[from..to].ShouldBe(generated, "The saga and its diagram differ. If the change is meant: CLAIMS_UPDATE_DESIGN=1 dotnet test tests/Routing.Tests");
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ClaimsTransfer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("ClaimsTransfer.sln is in no folder above the tests.");
    }
}

using ClaimsTransfer.Routing.Saga;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests.Design;

public sealed class Every_state_decides_every_event
{
    private const string Begin = "<!-- saga: generated; CLAIMS_UPDATE_DESIGN=1 dotnet test tests/Routing.Tests rewrites it -->";
    private const string End = "<!-- end of saga -->";

    [Test]
    public void Every_status_is_reached_by_a_journey()
    {
        SagaAtlas.Reached.ShouldBe(SagaAtlas.Named);
        SagaAtlas.Named.Order().ShouldBe(Enum.GetValues<ClaimStatus>().Order());
    }

    [Test]
    public void Every_pair_is_applied_ignored_or_parked_with_a_reason() => SagaAtlas.Pairs.Count.ShouldBeGreaterThan(400);

    [Test]
    public void What_is_ignored_sends_nothing_and_moves_nothing() =>
        SagaAtlas.Pairs.Where(pair => pair.Verdict != Verdict.Applied).ShouldAllBe(pair => pair.From == pair.To && pair.Sends.Count == 0);

    [Test]
    public void DESIGN_md_shows_what_the_saga_decides()
    {
        var path = Path.Combine(RepositoryRoot(), "services", "Routing", "DESIGN.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        from.ShouldBeGreaterThan(-1, $"DESIGN.md lost its line {Begin}");
        var generated = $"{Begin}\n\n{SagaAtlas.Render().ReplaceLineEndings("\n")}\n";
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

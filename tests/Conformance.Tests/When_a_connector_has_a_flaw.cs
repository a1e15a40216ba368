using ClaimsTransfer.Conformance.Tests.Plain;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Conformance.Tests;

/// <summary>
/// The kit is only worth something if it finds what is wrong, and nothing else: a connector for each kind of fault, right in everything but one, fails exactly the check that is
/// meant for it. All are proved side by side, each as a municipality of its own.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class When_a_connector_has_a_flaw
{
    private const int Many = 100;

    private static readonly IReadOnlyDictionary<Flaw, string> Found = new Dictionary<Flaw, string>
    {
        [Flaw.DropsTheTrace] = "core.reply",
        [Flaw.KeepsTheReference] = "core.references",
        [Flaw.BlamesNobody] = "core.reject",
        [Flaw.AnswersAnew] = "core.repeat",
        [Flaw.OverlooksConflicts] = "core.conflict",
        [Flaw.AddsAdjustments] = "change.adjust",
        [Flaw.SwallowsCancellations] = "change.cancel",
        [Flaw.KeepsTheDebtor] = "change.liable-party",
        [Flaw.TurnsTheOrder] = "change.order",
        [Flaw.IgnoresReversals] = "money.reversal",
        [Flaw.IgnoresWriteOffs] = "money.write-off",
        [Flaw.CountsRepeats] = "money.repeat",
        [Flaw.SkipsCutAnswers] = "money.cut",
        [Flaw.SendsAgain] = "trouble.dropped-reply",
        [Flaw.Guesses] = "trouble.unknown",
        [Flaw.LosesPatience] = "trouble.slow",
        [Flaw.GivesUpEarly] = "trouble.down",
        [Flaw.Hoards] = "trouble.back-pressure",
        [Flaw.Hammers] = "trouble.back-pressure",
        [Flaw.SwallowsPoison] = "trouble.poison",
        [Flaw.AcknowledgesEarly] = "trouble.restart",
        [Flaw.LogsNumbers] = "privacy.log",
        [Flaw.TellsNumbers] = "privacy.messages",
        [Flaw.WritesNumbers] = "privacy.files",
    };

    private const int MostProofs = 4;

    public static IEnumerable<Flaw> Flaws => Enum.GetValues<Flaw>();

    [TestCaseSource(nameof(Flaws))]
    public async Task It_fails_the_check_that_is_meant_for_it_and_no_other(Flaw flaw)
    {
        using var folder = new TemporaryFolder();
        var options = new BenchOptions { Municipality = $"99{(int)flaw:D2}", Many = Many, Backlog = 500, Patience = TimeSpan.FromSeconds(15), PatienceWithMany = TimeSpan.FromSeconds(40) };
        var result = await Proof.OfAsync(new PlainFactory(flaw), options, folder.Path);
        // Whether a kill finds something acknowledged and not yet done is chance, and a busy machine makes it rarer: one proof of several has to meet it, and none may fail elsewhere.
        for (var proof = 1; flaw == Flaw.AcknowledgesEarly && proof < MostProofs && !result.Failures().Any(); proof++)
        {
            using var another = new TemporaryFolder();
            result = await Proof.OfAsync(new PlainFactory(flaw), options, another.Path);
        }

        result.Checks.Count.ShouldBe(AllChecks.InOrder.Count);
        result.Checks.Where(check => check.Outcome != CheckOutcome.Passed).Select(check => check.Name)
            .ShouldBe(flaw == Flaw.None ? [] : [Found[flaw]], string.Join('\n', result.Failures()));
    }
}

using System.Security.Cryptography;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Conformance.Tests;

public sealed class When_a_result_comes_to_the_gate
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly GateTerms Anybody = new([], null);
    private ECDsa _key = null!;

    [SetUp]
    public void MakeKey() => _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [TearDown]
    public void EndKey() => _key.Dispose();

    [Test]
    public void a_full_proof_opens_it()
    {
        var result = Read(Signed(Whole()));
        ResultGate.Against(result, Anybody, Now).ShouldBeEmpty();
        ResultGate.Against(result, new GateTerms([ResultSigner.FingerprintOf(result.Signature!)], "Acme 1.4.0"), Now).ShouldBeEmpty();
    }

    [Test]
    public void what_was_changed_afterwards_is_found_wherever_it_was_changed()
    {
        var failed = Whole() with { Checks = [.. Whole().Checks.Select((check, n) => n == 3 ? check with { Outcome = CheckOutcome.Failed, Got = "nothing" } : check)] };
        var json = Signed(failed).ToJson();
        json.ShouldContain("\"outcome\": \"failed\"");

        ResultGate.Against(ConformanceResult.Read(json.Replace("\"outcome\": \"failed\"", "\"outcome\": \"passed\"", StringComparison.Ordinal)), Anybody, Now)
            .ShouldContain("The signature does not fit: the result was changed after it was signed.");
        ResultGate.Against(ConformanceResult.Read(json.Replace("Acme 1.4.0", "Acme 1.5.0", StringComparison.Ordinal)), Anybody, Now)
            .ShouldContain("The signature does not fit: the result was changed after it was signed.");
    }

    [Test]
    public void a_result_that_nobody_signed_or_that_somebody_else_signed_stays_outside()
    {
        ResultGate.Against(Whole(), Anybody, Now).ShouldBe(["The result is not signed."]);
        ResultGate.Against(Signed(Whole()), new GateTerms([new string('a', 64)], null), Now).ShouldHaveSingleItem().ShouldContain("none of those you trust");
    }

    [Test]
    public void where_nothing_was_run_nothing_is_proved()
    {
        var against = ResultGate.Against(Signed(Whole() with { Checks = [] }), Anybody, Now);
        against.ShouldContain("No check was run: nothing is proved.");
        against.Count.ShouldBe(1 + AllChecks.InOrder.Count);
        (Whole() with { Checks = [] }).Passed.ShouldBeFalse();
    }

    [Test]
    public void a_level_that_was_left_out_is_named()
    {
        var without = Whole() with { Checks = [.. Whole().Checks.Where(check => check.Level != Level.Money)] };
        ResultGate.Against(Signed(without), Anybody, Now).ShouldBe(AllChecks.Of(Level.Money).Select(check => $"{check.Name} was not run."));
    }

    [TestCase(CheckOutcome.Failed, "money.cut failed: it was used")]
    [TestCase(CheckOutcome.NotRun, "money.cut could not be run: it was used")]
    [TestCase(CheckOutcome.Waived, "money.cut is waived by nobody: it was used")]
    public void a_check_that_did_not_pass_closes_it(CheckOutcome outcome, string reason) =>
        ResultGate.Against(Signed(With(outcome)), Anybody, Now).ShouldBe([reason]);

    [Test]
    public void a_waiver_counts_to_its_last_day_and_no_longer()
    {
        var waived = Signed(With(CheckOutcome.Waived) with { Waivers = [new Waiver("money.cut", "The file transfer is replaced in December.", new DateOnly(2026, 12, 1))] });
        ResultGate.Against(waived, Anybody, Now).ShouldBeEmpty();
        ResultGate.Against(waived, Anybody, new DateTimeOffset(2026, 12, 1, 23, 0, 0, TimeSpan.Zero)).ShouldBeEmpty();
        ResultGate.Against(waived, Anybody, new DateTimeOffset(2026, 12, 2, 0, 0, 0, TimeSpan.Zero)).ShouldBe(["money.cut is waived until 2026-12-01, which is past: it was used"]);
    }

    [Test]
    public void an_old_a_small_or_another_connectors_proof_is_none()
    {
        ResultGate.Against(Signed(Whole()), Anybody, Now.AddDays(181)).ShouldHaveSingleItem().ShouldContain("older than 180 days");
        ResultGate.Against(Signed(Whole() with { Many = 300 }), Anybody, Now).ShouldHaveSingleItem().ShouldContain("Only 300 instructions");
        ResultGate.Against(Signed(Whole()), new GateTerms([], "Acme 1.5.0"), Now).ShouldHaveSingleItem().ShouldContain("about 'Acme 1.4.0'");
        ResultGate.Against(Signed(Whole()), Anybody, Now.AddDays(-2)).ShouldHaveSingleItem().ShouldContain("in the future");
    }

    [Test]
    public void a_field_that_the_signature_does_not_cover_is_not_taken()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "result.json");
        File.WriteAllText(path, Signed(Whole()).ToJson().Replace("\"kit\":", "\"verdict\": \"all good\", \"kit\":", StringComparison.Ordinal));
        Should.Throw<ConformanceUsageException>(() => ResultGate.Read(path)).Message.ShouldContain("is no result of the conformance kit");
    }

    [TestCase("""[{ "check": "money.cut", "reason": "because", "expires": "2026-12-31" }]""", "needs a reason of a sentence")]
    [TestCase("""[{ "check": "money.lost", "reason": "The file transfer is replaced in December.", "expires": "2026-12-31" }]""", "there is no check 'money.lost'")]
    [TestCase("""[{ "check": "money.cut", "reason": "The file transfer is replaced some day.", "expires": "2036-12-31" }]""", "more than a year from now")]
    [TestCase("""[{ "check": "money.cut", "reason": "The file transfer is replaced some day." }]""", "cannot be read")]
    public void a_waiver_without_reason_end_or_check_is_refused(string waivers, string fault)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "waivers.json");
        File.WriteAllText(path, waivers);
        var refused = Should.Throw<ConformanceUsageException>(() => Waiver.Read(path, DateOnly.FromDateTime(Now.UtcDateTime)));
        refused.Message.ShouldContain(fault);
        refused.Message.ShouldContain(Waiver.Example);
    }

    [Test]
    public void a_key_is_made_once_for_its_owner_alone()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "conformance.key");
        using var made = ResultSigner.KeyOf(path);
        using var again = ResultSigner.KeyOf(path);
        again.ExportSubjectPublicKeyInfo().ShouldBe(made.ExportSubjectPublicKeyInfo());
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public void its_page_says_all_of_it_and_nothing_as_markup()
    {
        var page = ResultPage.Of(Signed(With(CheckOutcome.Failed) with
        {
            Connector = "<script>Acme</script>", Waivers = [new Waiver("money.cut", "The file transfer is replaced in December.", new DateOnly(2026, 12, 1))],
        }));
        page.ShouldContain("&lt;script&gt;Acme&lt;/script&gt;");
        page.ShouldNotContain("<script>");
        page.ShouldContain("it was used");
        page.IndexOf("The file transfer is replaced in December.", StringComparison.Ordinal).ShouldBeLessThan(page.IndexOf("core.register", StringComparison.Ordinal));
        foreach (var check in AllChecks.InOrder)
            page.ShouldContain(check.Name);
    }

    private static ConformanceResult Whole() => new(
        "0.5.0", "Acme 1.4.0", "9999", Now.AddMinutes(-5), Now.AddMinutes(-1), 10_000, [],
        [.. AllChecks.InOrder.Select(check => new CheckResult(check.Name, check.Level, CheckOutcome.Passed, check.Expected, "as expected", check.Why, check.Where, 1.5))]);

    private static ConformanceResult With(CheckOutcome outcome) =>
        Whole() with { Checks = [.. Whole().Checks.Select(check => check.Name == "money.cut" ? check with { Outcome = outcome, Got = "it was used" } : check)] };

    private ConformanceResult Signed(ConformanceResult result) => ResultSigner.Sign(result, _key);

    private static ConformanceResult Read(ConformanceResult result) => ConformanceResult.Read(result.ToJson());
}

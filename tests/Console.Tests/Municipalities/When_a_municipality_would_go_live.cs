using System.Security.Cryptography;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole;
using ClaimsTransfer.OperationsConsole.Municipalities;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Municipalities;

/// <summary>Where the installation asks for it, no municipality's claims go to a vendor whose connector is not proved.</summary>
public sealed class When_a_municipality_would_go_live
{
    private static readonly Municipality Favrskov = new("0710", "Favrskov", "29189714", Vendor.Prisme, Stage.Test, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson);
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void an_installation_that_does_not_ask_for_it_lets_it() => RefusalOf(Stage.Test, Stage.Live, new ConsoleOptions()).ShouldBeNull();

    [Test]
    public void without_a_result_it_is_refused_and_told_how_to_make_one() =>
        RefusalOf(Stage.Test, Stage.Live, Asking()).ShouldNotBeNull().ShouldSatisfyAllConditions(
            refusal => refusal.ShouldStartWith("Favrskov cannot go live: there is no result of the conformance kit for Prisme"),
            refusal => refusal.ShouldContain("claims conform --connector Prisme --json Prisme.json"));

    [Test]
    public void a_proof_lets_it()
    {
        Write(CheckOutcome.Passed);
        RefusalOf(Stage.Test, Stage.Live, Asking()).ShouldBeNull();
        RefusalOf(Stage.Planned, Stage.Live, Asking()).ShouldBeNull();
    }

    [Test]
    public void a_result_with_a_failure_does_not()
    {
        Write(CheckOutcome.Failed);
        RefusalOf(Stage.Test, Stage.Live, Asking()).ShouldNotBeNull().ShouldContain("money.cut failed: it was used");
    }

    [Test]
    public void nor_does_one_that_cannot_be_read_or_that_a_stranger_signed()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "Prisme.json"), "{}");
        RefusalOf(Stage.Test, Stage.Live, Asking()).ShouldNotBeNull().ShouldContain("is no result of the conformance kit");
        Write(CheckOutcome.Passed);
        RefusalOf(Stage.Test, Stage.Live, Asking() with { ConformanceKeys = [new string('a', 64)] }).ShouldNotBeNull().ShouldContain("none of those you trust");
    }

    [Test]
    public void what_was_live_before_a_pause_is_not_asked_again()
    {
        RefusalOf(Stage.Paused, Stage.Live, Asking()).ShouldBeNull();
        RefusalOf(Stage.Live, Stage.Live, Asking()).ShouldBeNull();
        RefusalOf(Stage.Planned, Stage.Test, Asking()).ShouldBeNull();
    }

    private ConsoleOptions Asking() => new() { Conformance = _folder.Path };

    private static string? RefusalOf(Stage before, Stage after, ConsoleOptions options) => MunicipalityDiff.Between(
        [Favrskov with { Stage = before }], [Favrskov with { Stage = after, MinimumAmountOre = 100 }], new ConformanceGate(options, TimeProvider.System)).Refusals.SingleOrDefault();

    private void Write(CheckOutcome cut)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var result = new ConformanceResult(
            "1.0.0", "Prisme 1.0.0", "9999", now.AddMinutes(-5), now.AddMinutes(-1), GateTerms.Many, [],
            [.. AllChecks.InOrder.Select(check => new CheckResult(
                check.Name, check.Level, check.Name == "money.cut" ? cut : CheckOutcome.Passed, check.Expected, check.Name == "money.cut" ? "it was used" : "as expected", check.Why, check.Where, 1))]);
        File.WriteAllText(Path.Combine(_folder.Path, "Prisme.json"), ResultSigner.Sign(result, key).ToJson());
    }
}

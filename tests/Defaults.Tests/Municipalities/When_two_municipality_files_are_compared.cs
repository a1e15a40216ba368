using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Municipalities;

public sealed class When_two_municipality_files_are_compared
{
    private static readonly Municipality Copenhagen = new(
        "0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson, RatePerSecond: 200);

    private static readonly Municipality Aarhus = new("0751", "Aarhus", "55133018", Vendor.Prisme, Stage.Planned, new DateOnly(2020, 11, 1), MinorPolicy.GuardianPays);

    [Test]
    public void What_came_what_went_and_what_is_otherwise_is_told()
    {
        var diff = MunicipalityDiff.Between([Copenhagen, Aarhus], [Copenhagen with { Stage = Stage.Paused }, Aarhus with { Code = "0851", Name = "Aalborg" }]);

        diff.Added.Single().ShouldSatisfyAllConditions(
            added => added.Code.ShouldBe("0851"),
            added => added.Fields.Single(field => field.Field == "stage").ShouldBe(new DifferingField("stage", null, "Planned")),
            added => added.Fields.ShouldNotContain(field => field.Field == "endpoint"));
        diff.Removed.Single().Fields.ShouldContain(new DifferingField("name", "Aarhus", null));
        diff.Changed.Single().Fields.ShouldBe([new DifferingField("stage", "Live", "Paused")]);
        diff.Changed.Single().Consequences.Select(consequence => consequence.Kind).ShouldBe([ConsequenceKind.IsPaused]);
        diff.Refusals.ShouldBeEmpty();
    }

    [Test]
    public void Every_field_is_compared_and_said_in_the_words_of_the_file()
    {
        var changed = MunicipalityDiff.Between([Aarhus], [new Municipality(
            "0751", "Århus", "64942212", Vendor.OesIndsigt, Stage.Test, new DateOnly(2021, 1, 1), MinorPolicy.DoNotTransfer, 16, 5000, 10, 2, "https://debitor.example.dk", PaymentsToFbs.Interface, 7)]).Changed.Single();

        changed.Fields.ShouldBe(
        [
            new("name", "Aarhus", "Århus"), new("cvr", "55133018", "64942212"), new("vendor", "Prisme", "OesIndsigt"), new("stage", "Planned", "Test"),
            new("cutover", "2020-11-01", "2021-01-01"), new("minorPolicy", "GuardianPays", "DoNotTransfer"), new("childMaxAge", "17", "16"), new("minimumAmountOre", "0", "5000"),
            new("ratePerSecond", null, "10"), new("concurrency", "4", "2"), new("endpoint", null, "https://debitor.example.dk"), new("paymentsToFbs", "Message", "Interface"),
            new("retentionYears", "5", "7"),
        ]);
        changed.Refusal.ShouldBeNull();
        // A field that the file can hold and nobody compares would be changed unseen.
        typeof(Municipality).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))
            .ShouldBe([.. changed.Fields.Select(field => field.Field), "code"], ignoreOrder: true);
    }

    [Test]
    public void What_is_erased_earlier_cannot_be_brought_back_and_that_is_said()
    {
        Of(Copenhagen with { RetentionYears = 7 }, Copenhagen).ShouldBe(ConsequenceKind.KeptShorter);
        Of(Copenhagen, Copenhagen with { RetentionYears = 7 }).ShouldBe(ConsequenceKind.KeptLonger);

        static ConsequenceKind Of(Municipality before, Municipality after) => MunicipalityDiff.Between([before], [after]).Changed.Single().Consequences.Single().Kind;
    }

    [TestCase("2026-12-31T22:59:59Z", 5, "2020-12-31T23:00:00Z")]
    [TestCase("2026-12-31T23:00:00Z", 5, "2021-12-31T23:00:00Z", Description = "The year has begun in Denmark.")]
    [TestCase("2026-07-01T00:00:00Z", 1, "2024-12-31T23:00:00Z")]
    public void What_ended_is_kept_for_that_many_whole_years_after_its_own(string now, int years, string since) =>
        new Retention("0101", years).KeptSince(DateTimeOffset.Parse(now)).ShouldBe(DateTimeOffset.Parse(since));

    [Test]
    public void Order_and_defaults_written_out_are_no_difference() =>
        MunicipalityDiff.Between([Copenhagen, Aarhus], [Aarhus with { Concurrency = 4 }, Copenhagen]).IsEmpty.ShouldBeTrue();

    [TestCase(Stage.Live)]
    [TestCase(Stage.Test)]
    [TestCase(Stage.Paused)]
    public void Another_vendor_is_refused_while_claims_may_be_at_the_old_one(Stage stage)
    {
        var before = Copenhagen with { Stage = stage };

        MunicipalityDiff.Between([before], [before with { Vendor = Vendor.Prisme }]).Refusals.Single().ShouldStartWith($"København cannot change from KmdOpus to Prisme while its stage is {stage}");
        MunicipalityDiff.Between([before], [before with { Vendor = Vendor.Prisme, Stage = Stage.Planned }]).Refusals.ShouldNotBeEmpty();
        MunicipalityDiff.Between([before with { Stage = Stage.Planned }], [before with { Vendor = Vendor.Prisme }]).Refusals.ShouldBeEmpty();
    }

    [TestCase(Stage.Live, Stage.Paused, ConsequenceKind.IsPaused)]
    [TestCase(Stage.Paused, Stage.Live, ConsequenceKind.IsResumed)]
    [TestCase(Stage.Planned, Stage.Live, ConsequenceKind.GoesLive)]
    [TestCase(Stage.Planned, Stage.Test, ConsequenceKind.GoesToTest)]
    [TestCase(Stage.Test, Stage.Live, ConsequenceKind.LeavesTest)]
    [TestCase(Stage.Live, Stage.Planned, ConsequenceKind.LeavesScope)]
    [TestCase(Stage.Live, Stage.Test, ConsequenceKind.GoesToTest)]
    [TestCase(Stage.Planned, Stage.Paused, ConsequenceKind.IsPaused)]
    public void A_stage_that_changes_says_what_follows(Stage from, Stage to, ConsequenceKind kind) =>
        MunicipalityDiff.Between([Copenhagen with { Stage = from }], [Copenhagen with { Stage = to }]).Changed.Single().Consequences.Single().Kind.ShouldBe(kind);

    [Test]
    public void A_password_in_an_endpoint_is_not_shown()
    {
        var diff = MunicipalityDiff.Between([Aarhus], [Aarhus with { Endpoint = "sftp://claims:hemmelig@prisme.example.dk/aarhus" }]);

        JsonSerializer.Serialize(diff, JsonSerializerOptions.Web).ShouldNotContain("hemmelig");
        diff.Changed.Single().Fields.Single().After.ShouldBe("sftp://claims:…@prisme.example.dk/aarhus");
    }

    [Test]
    public void It_reads_well_as_json()
    {
        var json = JsonSerializer.SerializeToElement(MunicipalityDiff.Between([Copenhagen], [Copenhagen with { Stage = Stage.Paused }]), JsonSerializerOptions.Web);

        var changed = json.GetProperty("changed")[0];
        changed.GetProperty("fields")[0].GetRawText().ShouldBe("""{"field":"stage","before":"Live","after":"Paused"}""");
        changed.GetProperty("consequences")[0].GetProperty("kind").GetString().ShouldBe("isPaused");
        json.EnumerateObject().Select(property => property.Name).ShouldBe(["added", "removed", "changed", "isEmpty", "refusals"]);
    }
}

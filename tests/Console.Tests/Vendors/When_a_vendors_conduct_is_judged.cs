using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Vendors;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Vendors;

[TestFixture]
public sealed class When_a_vendors_conduct_is_judged
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly ConductLimits Limits = new(10_000, TimeSpan.FromMinutes(30), TimeSpan.FromDays(7));
    private static readonly Actor All = new("ada", Role.Administrator, null);
    private static readonly Actor OfOdense = new("bo", Role.Viewer, new HashSet<string> { "0461" });
    private static readonly Actor OfAarhus = new("anna", Role.Viewer, new HashSet<string> { "0751" });

    [TestCase(10_000, 0, false)]
    [TestCase(10_001, 0, true)]
    [TestCase(6_000, 4_001, true, Description = "both services' queues count")]
    public void a_flood_is_more_on_its_own_queues_than_the_limit(long routing, long payments, bool floods)
    {
        var found = Findings(Figures(queues: new() { ["routing.kmdopus"] = routing, ["payments.kmdopus"] = payments, ["routing.prisme"] = 5, ["routing"] = 99_999 }));

        found.Select(finding => finding.Kind).ShouldBe(floods ? [ConductKind.Floods] : []);
        if (floods)
            (found[0].Count, found[0].Municipality, found[0].Command).ShouldBe((routing + payments, null, "claims vendors revoke KmdOpus --reason WHY"));
    }

    [TestCase(29, 3, "flowing", "Live", null)]
    [TestCase(31, 3, "flowing", "Live", ConductKind.Stalls)]
    [TestCase(31, 0, "flowing", "Live", ConductKind.NeverAcknowledges)]
    [TestCase(31, null, null, "Live", ConductKind.NeverAcknowledges, Description = "neither the broker nor the connector could be asked: that is no excuse")]
    [TestCase(31, 3, null, "Test", ConductKind.Stalls)]
    [TestCase(31, 3, "breakerOpen", "Live", ConductKind.Stalls, Description = "its own system does not answer")]
    [TestCase(31, 3, "paused", "Live", null)]
    [TestCase(31, 3, "closed", "Live", null)]
    [TestCase(31, 3, "flowing", "Paused", null)]
    public void an_instruction_without_an_answer_is_held_against_it_unless_nobody_waits_for_one(int minutes, int? onQueue, string? connector, string stage, ConductKind? kind)
    {
        var København = Flow("0101", "KmdOpus", stage, new RoutingFigures { InFlight = 7, UnheardSince = Now.AddMinutes(-minutes) }, connector, onQueue);

        var found = Findings(Figures(flows: [København]));

        found.Select(finding => finding.Kind).ShouldBe(kind is { } one ? [one] : []);
        if (kind is not null)
            (found[0].Municipality, found[0].Count, found[0].Since, found[0].Href).ShouldBe(("0101", 7, Now.AddMinutes(-minutes), "/console/municipalities/0101"));
    }

    [Test]
    public void nothing_is_held_against_anybody_while_routing_cannot_be_asked() =>
        Findings(Figures(flows: [Flow("0101", "KmdOpus", "Live", null, "flowing", 3)])).ShouldBeEmpty();

    [TestCase(RefusalReason.OtherMunicipality, ConductKind.SpeaksForOthers)]
    [TestCase(RefusalReason.OtherClaim, ConductKind.SpeaksForOthers)]
    [TestCase(RefusalReason.OtherMessage, ConductKind.SpeaksForOthers)]
    [TestCase(RefusalReason.NeverGiven, ConductKind.AnswersUnasked)]
    [TestCase(RefusalReason.NotAReply, ConductKind.SpeaksOutOfTurn)]
    [TestCase(RefusalReason.Unreadable, ConductKind.SpeaksOutOfTurn)]
    public void who_is_not_believed_is_named_for_what_he_said(RefusalReason reason, ConductKind kind) =>
        Findings(Figures(refusals: [Refused("vendor-kmdopus", "0461", reason, 4)])).Select(finding => (finding.Kind, finding.Municipality, finding.Count, finding.Sender)).ShouldBe([(kind, "0461", 4L, "vendor-kmdopus")]);

    [Test]
    public void every_reason_has_a_kind_that_is_not_that_of_a_stranger() =>
        Enum.GetValues<RefusalReason>().SelectMany(reason => Findings(Figures(refusals: [Refused("vendor-kmdopus", "0461", reason, 1)]))).Count(finding => finding.Kind != ConductKind.IsNoVendor)
            .ShouldBe(Enum.GetValues<RefusalReason>().Length);

    [Test]
    public void a_message_that_went_to_both_services_is_one_and_different_ones_are_summed()
    {
        var coverage = Refused("vendor-kmdopus", "0461", RefusalReason.OtherClaim, 4) with { Message = "coverage-registered" };

        var found = Findings(Figures(refusals:
        [
            coverage, coverage with { Count = 3, FirstAt = Now.AddHours(-9), LastAt = Now.AddMinutes(-1) }, Refused("vendor-kmdopus", "0461", RefusalReason.OtherMunicipality, 2),
        ])).ShouldHaveSingleItem();

        found.Count.ShouldBe(6);
        (found.Since, found.LastAt).ShouldBe((Now.AddHours(-9), Now.AddMinutes(-1)));
        found.Messages.ShouldBe(["coverage-registered", "transfer-reported"]);
    }

    [Test]
    public void what_was_refused_more_than_a_week_ago_is_no_news()
    {
        var old = Refused("vendor-kmdopus", "0461", RefusalReason.OtherClaim, 4);

        Findings(Figures(refusals: [old with { LastAt = Now.AddDays(-7) }])).Count.ShouldBe(1);
        Findings(Figures(refusals: [old with { LastAt = Now.AddDays(-7).AddSeconds(-1) }])).ShouldBeEmpty();
    }

    [TestCase(0, false)]
    [TestCase(12, true)]
    public void what_was_acknowledged_and_is_not_there_is_named_from_the_latest_reconciliation(long missing, bool named)
    {
        var run = new LatestReconciliation("0101", new DateOnly(2026, 11, 24), Now.AddHours(-9), Now.AddHours(-9), null, missing + 3, new Dictionary<string, long> { ["MissingAtDebtor"] = missing, ["AmountDiffers"] = 3 });

        var found = Findings(Figures(runs: new() { ["0101"] = run, ["0461"] = run with { Municipality = "0461" } }));

        found.Select(finding => (finding.Kind, finding.Municipality, finding.Count, finding.Href)).ShouldBe(named ? [(ConductKind.AcknowledgesUndone, "0101", 12L, "/console/reconciliation/0101")] : []);
    }

    [Test]
    public void a_vendor_is_shown_to_those_whom_it_serves_and_to_those_it_spoke_for()
    {
        var figures = Figures(refusals: [Refused("vendor-kmdopus", "0461", RefusalReason.OtherMunicipality, 4), Refused("vendor-oesindsigt", "", RefusalReason.Unreadable, 2)]);

        Vendors(figures, All).ShouldBe([("KmdOpus", "0101 0751", 1), ("Prisme", "0461", 0), ("OesIndsigt", "", 1)]);
        Vendors(figures, OfOdense).ShouldBe([("KmdOpus", "", 1), ("Prisme", "0461", 0)]);
        Vendors(figures, OfAarhus).ShouldBe([("KmdOpus", "0751", 0)]);
    }

    [Test]
    public void who_sees_one_municipality_sees_no_finding_of_another()
    {
        var stalled = Flow("0101", "KmdOpus", "Live", new RoutingFigures { InFlight = 7, UnheardSince = Now.AddHours(-1) }, "flowing", 3);
        var figures = Figures(flows: [stalled, stalled with { Code = "0751" }], refusals: [Refused("vendor-kmdopus", "0101", RefusalReason.NeverGiven, 1)], queues: new() { ["routing.kmdopus"] = 20_000 });

        // A flood is of all its municipalities.
        Of(figures, OfAarhus).SelectMany(vendor => vendor.Findings).Select(finding => (finding.Kind, finding.Municipality))
            .ShouldBe([(ConductKind.Floods, (string?)null), (ConductKind.Stalls, "0751")]);
        Of(figures, OfOdense).ShouldBeEmpty();
    }

    [Test]
    public void who_is_no_vendor_is_named_by_his_user()
    {
        var figures = Figures(refusals:
        [
            Refused("nobody", "", RefusalReason.NoSender, 2), Refused("fbs", "0461", RefusalReason.UnknownSender, 1), Refused("vendor-unheard-of", "", RefusalReason.UnknownSender, 5),
            Refused("vendor-kmdopus", "0461", RefusalReason.OtherClaim, 4),
        ]);

        VendorConduct.OfOthers(figures, All, Limits, Now).Select(finding => (finding.Kind, finding.Sender, finding.Count)).ShouldBe(
            [(ConductKind.IsNoVendor, "fbs", 1L), (ConductKind.IsNoVendor, "nobody", 2L), (ConductKind.IsNoVendor, "vendor-unheard-of", 5L)]);
        VendorConduct.OfOthers(figures, OfOdense, Limits, Now).Select(finding => finding.Sender).ShouldBe(["fbs"]);
    }

    [Test]
    public void the_overview_names_each_vendor_that_misbehaves_and_leads_to_it()
    {
        var figures = Figures(refusals: [Refused("vendor-kmdopus", "0461", RefusalReason.OtherMunicipality, 4), Refused("vendor-kmdopus", "0101", RefusalReason.NeverGiven, 4)]);

        var need = Needs.Of(figures.Flows, [], [], new ReconciliationsNow(figures.Reconciliations, new AwayService("Payments", ServiceNotes.AnswersNot("Payments"))), Of(figures, All), [], [], [], [], auditIsBroken: false, Now).ShouldHaveSingleItem();

        (need.Kind, need.Vendor, need.Count, need.Href).ShouldBe((NeedKind.VendorConduct, "KmdOpus", 2, "/console/vendors#vendor-KmdOpus"));
        need.Municipalities.ShouldBe(["0101", "0461"]);
    }

    private static List<ConductFinding> Findings(ConductFigures figures) => [.. Of(figures, All).Where(vendor => vendor.Vendor == "KmdOpus").SelectMany(vendor => vendor.Findings)];

    private static List<(string Vendor, string Municipalities, int Findings)> Vendors(ConductFigures figures, Actor actor) =>
        [.. Of(figures, actor).Select(vendor => (vendor.Vendor, string.Join(' ', vendor.Municipalities.Select(one => one.Code)), vendor.Findings.Count))];

    /// <summary>The flows are the actor's already, as they are where they are asked for.</summary>
    private static IReadOnlyList<VendorView> Of(ConductFigures figures, Actor actor) =>
        VendorConduct.Of(figures with { Flows = [.. figures.Flows.Where(flow => actor.Sees(flow.Code))] }, actor, Limits, Now);

    private static ConductFigures Figures(
        IReadOnlyList<MunicipalityFlow>? flows = null, Dictionary<string, long>? queues = null, IReadOnlyList<SenderRefusalCount>? refusals = null,
        Dictionary<string, LatestReconciliation>? runs = null) => new(
        flows ?? [Flow("0101", "KmdOpus"), Flow("0461", "Prisme"), Flow("0751", "KmdOpus")], queues, refusals ?? [], runs ?? []);

    private static MunicipalityFlow Flow(string code, string vendor) => Flow(code, vendor, "Live", new RoutingFigures { UnheardSince = Now.AddMinutes(-2) }, "flowing", 0);

    private static MunicipalityFlow Flow(string code, string vendor, string stage, RoutingFigures? routing, string? connector, int? onQueue) => new(
        code, code, vendor, stage, null, routing, null, connector is null ? null : new ConnectorStanding(code, connector, "closed", null, 0, null, true, false, 0), onQueue, 0);

    private static SenderRefusalCount Refused(string sender, string municipality, RefusalReason reason, long count) =>
        new(sender, municipality, "transfer-reported", reason, count, Now.AddHours(-2), Now.AddHours(-1));
}

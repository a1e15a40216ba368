using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Overview;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Overview;

/// <summary>What a connector says of itself, and whether it is for a person.</summary>
public sealed class When_needs_are_decided
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [TestCase(14, "flowing", false)]
    [TestCase(15, "flowing", true)]
    [TestCase(15, "breakerOpen", false, Description = "It is told of as cut off.")]
    [TestCase(60, "closed", true)]
    public void Receipts_and_payments_that_go_unread_are_one_after_a_quarter_of_an_hour(int minutes, string state, bool isNeed)
    {
        var needs = Of(Lane(state) with { UnreadSince = Now.AddMinutes(-minutes) });
        needs.Any(need => need.Kind == NeedKind.ConnectorsUnread).ShouldBe(isNeed);
    }

    [Test]
    public void A_connector_that_reads_and_has_its_keys_is_none() => Of(Lane("flowing")).ShouldBeEmpty();

    [Test]
    public void A_key_that_is_missing_is_one() =>
        Of(Lane("flowing") with { WaitsFor = [Defaults.Notes.Note.Of("connector.itsTurn")] }).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            need => need.Kind.ShouldBe(NeedKind.ConnectorsWaitForKeys), need => need.Municipalities.ShouldBe(["0101"]), need => need.Href.ShouldBe("/console/municipalities/0101"));

    [Test]
    public void A_vendors_full_room_is_one_for_whoever_sees_a_municipality_of_the_vendor() =>
        Of(
            Lane("flowing"),
            [new RoomTaken(Vendor.KmdOpus, 7, 9, IsFull: true), new RoomTaken(Vendor.Prisme, 7, 9, IsFull: true)])
            .ShouldHaveSingleItem().ShouldSatisfyAllConditions(
                need => need.Kind.ShouldBe(NeedKind.FullRoom), need => need.Vendor.ShouldBe("KmdOpus"), need => need.Count.ShouldBe(7),
                need => need.Href.ShouldBe("/console/failures?vendor=KmdOpus"));

    [Test]
    public void A_room_that_is_not_full_is_none() => Of(Lane("flowing"), [new RoomTaken(Vendor.KmdOpus, 7, 9, IsFull: false)]).ShouldBeEmpty();

    private static ConnectorStanding Lane(string state) => new("0101", state, "closed", null, 0, null, Consuming: true, Held: false, 0);

    private static IReadOnlyList<Need> Of(ConnectorStanding lane, IReadOnlyList<RoomTaken>? rooms = null) => Needs.Of(
        [new MunicipalityFlow("0101", "København", "KmdOpus", "Planned", null, null, null, lane, null, 0)], [], [], new ReconciliationsNow(new Dictionary<string, LatestReconciliation>(), null), [], [], rooms ?? [], [], [], auditIsBroken: false, Now);
}

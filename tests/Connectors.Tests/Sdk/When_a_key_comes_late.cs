using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>A key seals at Ingest before it was issued to the vendor, or the vendor is revoked: what needs it waits, and nothing is lost or rejected.</summary>
public sealed class When_a_key_comes_late
{
    private ConnectorBench _bench = null!;
    private string _aside = null!;

    [SetUp]
    public async Task Start() => _bench = await ConnectorBench.StartAsync();

    [TearDown]
    public async Task Stop() => await _bench.DisposeAsync();

    [Test]
    public async Task What_it_sealed_waits_and_goes_when_it_is_here()
    {
        var claim = WithoutItsKey(_bench.Register(1));
        await _bench.HandleAsync(claim);

        _bench.OutcomesOf(claim).ShouldBeEmpty();
        _bench.Debtor.Received.ShouldBeEmpty();
        (await _bench.RowAsync(claim)).ShouldSatisfyAllConditions(
            row => row.Status.ShouldBe(InstructionStatus.Waiting), row => Note.Read(row.Failure).Single().ShouldBe(ConnectorNotes.KeyNotHere(claim.Debtor.Identity.KeyId, "KmdOpus")));

        Issue(claim);
        await _bench.SweepForAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.MaxBookings.ShouldBe(1);
        (await _bench.RowAsync(claim)).Failure.ShouldBeNull();
    }

    [Test]
    public async Task It_waits_for_as_long_as_it_takes_and_the_debtor_system_has_all_its_time_then()
    {
        var claim = WithoutItsKey(_bench.Register(1));
        await _bench.HandleAsync(claim);
        await _bench.SweepForAsync(TimeSpan.FromDays(4), TimeSpan.FromHours(4));
        _bench.OutcomesOf(claim).ShouldBeEmpty();

        Issue(claim);
        _bench.Debtor.Reaction = _ => Reaction.Unavailable;
        await _bench.SweepAsync(TimeSpan.FromMinutes(1));
        _bench.OutcomesOf(claim).ShouldBeEmpty("four days of waiting for a key are none of the debtor system's");
        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.SweepForAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));

        _bench.OutcomesOf(claim).ShouldBe([TransferOutcome.Accepted]);
    }

    [Test]
    public async Task Only_what_needs_it_waits()
    {
        var missing = _bench.Register(1);
        _bench.Keys.Rotate(ConnectorBench.København);
        var same = _bench.Register(2);
        var other = _bench.Register(3, ConnectorBench.Aarhus);
        WithoutItsKey(missing);

        await _bench.HandleAsync(missing, same);
        await _bench.HandleAsync(other);

        _bench.OutcomesOf(missing).ShouldBeEmpty();
        _bench.OutcomesOf(same).ShouldBe([TransferOutcome.Accepted]);
        _bench.OutcomesOf(other).ShouldBe([TransferOutcome.Accepted]);
        Standing(ConnectorBench.Aarhus).ShouldBeEmpty();
    }

    [Test]
    public async Task The_debtor_system_is_not_blamed()
    {
        var claims = Enumerable.Range(1, 20).Select(fee => _bench.Register(fee)).ToList();
        WithoutItsKey(claims[0]);
        await _bench.HandleAsync(claims);
        await _bench.SweepForAsync(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));

        var lane = _bench.Handler.LaneOf(ConnectorBench.København);
        lane.StateAt(_bench.Time.GetUtcNow()).ShouldBe(LaneState.Flowing);
        lane.UnavailableSince.ShouldBeNull();
    }

    [Test]
    public async Task The_standing_names_the_key_and_what_brings_it_until_it_is_here()
    {
        var claims = Enumerable.Range(1, 20).Select(fee => _bench.Register(fee)).ToList();
        WithoutItsKey(claims[0]);
        await _bench.HandleAsync(claims);

        Standing(ConnectorBench.København).ShouldHaveSingleItem().Fields!["key"].ShouldBe(claims[0].Debtor.Identity.KeyId);
        _bench.Logger.All.Count(line => line.Contains("claims keys issue", StringComparison.Ordinal)).ShouldBe(1, "once a key, not once an instruction");

        Issue(claims[0]);
        await _bench.SweepForAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5));
        Standing(ConnectorBench.København).ShouldBeEmpty();
        _bench.Logger.All.ShouldContain(line => line.Contains("goes on", StringComparison.Ordinal));
    }

    [Test]
    public async Task What_follows_on_the_same_claim_waits_behind_it()
    {
        var register = _bench.Register(1);
        _bench.Keys.Rotate(ConnectorBench.København);
        var adjust = _bench.Register(1, version: 2, step: "adjust");
        WithoutItsKey(register);
        await _bench.HandleAsync(register, adjust);
        await _bench.SweepAsync(TimeSpan.FromMinutes(1));
        _bench.Debtor.Received.ShouldBeEmpty();

        Issue(register);
        await _bench.SweepForAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(5));

        _bench.Debtor.Received.Select(instruction => instruction.Version).ShouldBe([1, 2]);
    }

    [Test]
    public async Task A_key_destroyed_meanwhile_erases_what_waited()
    {
        var claim = _bench.Register(1);
        _bench.Keys.Rotate(ConnectorBench.København);
        WithoutItsKey(claim);
        await _bench.HandleAsync(claim);
        Issue(claim);
        _bench.Keys.Destroy(claim.Debtor.Identity.KeyId);

        await _bench.SweepForAsync(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5));

        _bench.Reports.All.ShouldHaveSingleItem().Code.ShouldBe("IdentityErased");
    }

    private IReadOnlyList<Note> Standing(string municipality) => _bench.Handler.LaneOf(municipality).WaitsFor(_bench.Time.GetUtcNow());

    /// <summary>The key's file is not in the folder yet, as if it had not been issued; the connector's ring has never seen it.</summary>
    private TransferClaim WithoutItsKey(TransferClaim claim)
    {
        var file = FileOf(claim);
        _aside = $"{file}.not-issued";
        File.Move(file, _aside);
        _bench.Time.Advance(TimeSpan.FromSeconds(6));
        return claim;
    }

    private void Issue(TransferClaim claim) => File.Move(_aside, FileOf(claim));

    private string FileOf(TransferClaim claim) => Path.Combine(_bench.Installation.KeyFolder, $"{claim.Debtor.Identity.KeyId}.json");
}

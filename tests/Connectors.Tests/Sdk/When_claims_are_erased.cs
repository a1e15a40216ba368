using System.Data.Common;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.ConnectorSdk.Erasing;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_are_erased(Engine engine)
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await ConnectorBench.StartAsync(new ConnectorOptions { NotUnderstoodAtMost = 1,
        GiveUpAfter = TimeSpan.FromHours(1) }, await StoreForTests.AddressAsync(engine));

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null)
            await _bench.DisposeAsync();
    }

    [Test]
    public async Task nothing_says_whose_they_were_and_ids_amounts_and_outcomes_stay()
    {
        var (claim, other) = (Register(1), Register(2));
        await FinishAsync(claim, other);
        var before = await StoredAsync();
        string[] personal = [.. Personal(claim), "D-1", "R-1", "000043453600017", "ADVIS 7", "fra Anna", TraceParent[3..35]];
        foreach (var text in personal)
            before.ShouldContain(row => IsOf(row, claim) && row.Contains(text), text);

        Figures(await EraseAsync(claim)).ShouldBe((0, 0, false));

        var after = await StoredAsync();
        foreach (var text in personal)
            after.ShouldNotContain(row => IsOf(row, claim) && row.Contains(text), text);
        after.Count.ShouldBe(before.Count);
        after.Where(row => IsOf(row, other)).ShouldBe(before.Where(row => IsOf(row, other)), "another claim is not touched");
        after.ShouldContain(row => row.StartsWith("entries: ") && IsOf(row, claim) && row.Contains("entry_id=E-1") && row.Contains("amount_ore=2000"));
        var left = await _bench.RowAsync(claim);
        (left.Status, left.Claim.AmountOre, left.Claim.Agency, left.Claim.FeeId, left.Claim.Reference)
            .ShouldBe((InstructionStatus.Done, 7000, "DK-710100", 1, "F1"));
    }

    [Test]
    public async Task asked_again_there_is_nothing_more_to_do()
    {
        var claim = Register(1);
        await FinishAsync(claim);
        await EraseAsync(claim);
        var once = await StoredAsync();

        Figures(await EraseAsync(claim)).ShouldBe((0, 0, false));

        (await StoredAsync()).ShouldBe(once);
    }

    [Test]
    public async Task an_instruction_that_comes_again_is_answered_and_not_sent_and_another_one_under_its_id_refused()
    {
        var claim = Register(1);
        await FinishAsync(claim);
        var told = _bench.Reports.All.Single();
        await EraseAsync(claim);

        await _bench.HandleAsync(claim);
        await _bench.HandleAsync(claim with { MessageId = Guid.NewGuid() });
        await _bench.HandleAsync(_bench.Ask(claim));

        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
        _bench.Debtor.Asked.ShouldBeEmpty();
        _bench.Reports.All.Skip(1).ShouldBe(Enumerable.Repeat(told with { DebtorReference = null, Receipt = null, Text = null, PaymentSlip = null }, 3));
        (await Should.ThrowAsync<PermanentException>(() => _bench.TakeAsync(claim with { MessageId = Guid.NewGuid(), AmountOre = 9000 })))
            .Message.ShouldContain("another amountOre");
        // Whose it was nobody can compare any more.
        await _bench.HandleAsync(claim with { MessageId = Guid.NewGuid(),
            Debtor = new Debtor(DebtorKind.Guardian, new SealedIdentity("other", "other", "0101-1")) });
        _bench.Debtor.Bookings(claim.InstructionId).ShouldBe(1);
        (await new RecordedInstructions(_bench.Store).FindAsync([(await _bench.RowAsync(claim)).MessageId], default)).Recorded.ShouldHaveSingleItem()
            .Outcome.ShouldBe("accepted");
    }

    [Test]
    public async Task an_entry_that_is_read_again_is_known_and_other_content_under_its_id_is_not()
    {
        var claim = Register(1);
        await FinishAsync(claim);
        await EraseAsync(claim);
        var told = _bench.Entries.All.Count;

        await ReadAsync(Entry(claim));
        _bench.Entries.All.Count.ShouldBe(told);

        await ReadAsync(Entry(claim) with { AmountOre = 3_000 });
        _bench.Entries.All.Count.ShouldBe(told + 1);
        _bench.Entries.Names[^1].ShouldBe(MessageNames.DebtorEntryUnmatched);
    }

    [TestCase(Reaction.Unavailable)]
    [TestCase(Reaction.BookAndDropTheReply)]
    [TestCase(Reaction.Receipt)]
    public async Task a_claim_with_an_instruction_that_is_not_finished_is_kept(Reaction reaction)
    {
        _bench.Debtor.Reaction = _ => reaction;
        var claim = Register(1);
        await _bench.HandleAsync(claim);
        await KeptWholeAsync(claim, ConnectorNotes.KeptInstruction);
    }

    [Test]
    public async Task a_claim_whose_outcome_or_entry_is_not_told_is_kept()
    {
        var claim = Register(1);
        _bench.Reports.IsDown = true;
        await Should.ThrowAsync<TransientException>(() => _bench.HandleAsync(claim));
        await KeptWholeAsync(claim, ConnectorNotes.KeptInstruction);
        _bench.Reports.IsDown = false;
        await _bench.SweepAsync(_bench.Options.Lease);

        _bench.Entries.IsDown = true;
        await Should.ThrowAsync<TransientException>(() => ReadAsync(Entry(claim)));
        await KeptWholeAsync(claim, ConnectorNotes.KeptEntry);
        _bench.Entries.IsDown = false;
        await ReadAsync(Entry(claim));
        (await EraseAsync(claim)).Kept.ShouldBeEmpty();
    }

    [Test]
    public async Task what_was_given_up_or_dead_lettered_is_erased_and_still_resolved_by_what_comes_later()
    {
        _bench.Debtor.IsPoisoned = _ => true;
        var dead = Register(1);
        await _bench.HandleAsync(dead);
        _bench.Debtor.IsPoisoned = _ => false;
        (await _bench.RowAsync(dead)).Status.ShouldBe(InstructionStatus.DeadLettered);
        _bench.Debtor.Reaction = _ => Reaction.Unavailable;
        var given = Register(2);
        await _bench.HandleAsync(given);
        await _bench.SweepForAsync(TimeSpan.FromHours(2), TimeSpan.FromMinutes(10));
        (await _bench.RowAsync(given)).Status.ShouldBe(InstructionStatus.GivenUp);

        (await EraseAsync(dead, given)).Kept.ShouldBeEmpty();
        (await StoredAsync()).ShouldNotContain(row => Personal(dead).Any(row.Contains) || Personal(given).Any(row.Contains));

        _bench.Debtor.Reaction = _ => Reaction.Accept;
        await _bench.ReceiveAsync(given, "R-9", new Submitted.Accepted("D-9", "R-9"));
        _bench.OutcomesOf(given)[^1].ShouldBe(TransferOutcome.Accepted);
        await _bench.HandleAsync(dead);
        await _bench.SweepAsync(TimeSpan.FromMinutes(1));
        _bench.OutcomesOf(dead)[^1].ShouldBe(TransferOutcome.Accepted);
    }

    [Test]
    public async Task what_fails_in_between_leaves_everything_as_it_was()
    {
        var claim = Register(1);
        await FinishAsync(claim);
        var before = await StoredAsync();

        await StoredRows.WithoutAsync(_bench.Store, "entry_conflicts", "content", () => Should.ThrowAsync<DbException>(() => EraseAsync(claim)));

        (await StoredAsync()).ShouldBe(before);
        (await EraseAsync(claim)).Kept.ShouldBeEmpty();
    }

    [Test]
    public async Task entries_without_a_claim_and_conflicts_of_before_are_erased()
    {
        var claim = Register(1);
        await FinishAsync(claim);
        await ReadAsync(Nameless("E-2"), Nameless("E-3"), Entry(claim) with { AmountOre = 3_000 });
        _bench.Time.Advance(TimeSpan.FromDays(1));
        var before = _bench.Time.GetUtcNow();
        await ReadAsync(Nameless("E-4"));

        Figures(await EraseOthersAsync(before)).ShouldBe((0, 4, false));
        Figures(await EraseOthersAsync(before)).ShouldBe((0, 0, false));

        (await StoredAsync()).Where(row => row.Contains("ADVIS 7") && row.StartsWith("entr", StringComparison.Ordinal))
            .Select(row => new[] { "E-1", "E-2", "E-3", "E-4" }.Single(id => row.Contains($"entry_id={id}")))
            .ShouldBe(["E-1", "E-4"], ignoreOrder: true);
        var told = _bench.Entries.All.Count;
        await ReadAsync(Nameless("E-2", at: before.AddDays(-1)), Nameless("E-3", at: before.AddDays(-1)));
        _bench.Entries.All.Count.ShouldBe(told, "they are known");
    }

    [Test]
    public async Task what_belongs_to_no_claim_is_erased_a_part_at_a_time()
    {
        await ReadAsync([.. Enumerable.Range(2, Erased.MostOthers).Select(number => Nameless($"E-{number}"))]);
        await ReadAsync(Entry(Register(1)), Entry(Register(1)) with { AmountOre = 3_000 }, Entry(Register(1)) with { AmountOre = 4_000 });
        _bench.Time.Advance(TimeSpan.FromDays(1));

        Figures(await EraseOthersAsync(_bench.Time.GetUtcNow())).ShouldBe((0, Erased.MostOthers, true));
        Figures(await EraseOthersAsync(_bench.Time.GetUtcNow())).ShouldBe((0, 2, false));
        Figures(await EraseOthersAsync(_bench.Time.GetUtcNow())).ShouldBe((0, 0, false));
    }

    [Test]
    public async Task a_claim_that_is_not_known_here_needs_nothing() => (await EraseAsync(Register(99))).Kept.ShouldBeEmpty();

    private static DebtorEntry.Coverage Nameless(string id, DateTimeOffset at) =>
        new(id, new EntrySubject("fra Anna", "ADVIS 7"), at, new DateOnly(2026, 11, 22), 2_000, "mobilePay");

    private DebtorEntry.Coverage Nameless(string id) => Nameless(id, _bench.Time.GetUtcNow());

    private DebtorEntry.Coverage Entry(TransferClaim claim) => new(
        "E-1", new EntrySubject($"{claim.Agency}-{claim.FeeId}", "ADVIS 7"), claim.OccurredAt, new DateOnly(2026, 11, 22), 2_000, "mobilePay");

    private TransferClaim Register(long feeId)
    {
        var claim = _bench.Register(feeId);
        return claim with { Reason = "Lån, fra Anna", Materials = [new Material("5237124059", Title: "Ronja R.")] };
    }

    /// <summary>Done and told, with an entry of the first, and what came under that entry's id later.</summary>
    private async Task FinishAsync(params TransferClaim[] claims)
    {
        _bench.Debtor.Slip = _ => "000043453600017";
        var taken = await _bench.Handler.TakeAsync(claims[0].Municipality,
            [.. claims.Select(claim => ConnectorBench.DeliveryOf(claim) with { TraceParent = TraceParent })], default);
        await _bench.Handler.WorkAsync(claims[0].Municipality, taken, default);
        await ReadAsync(Entry(claims[0]), new DebtorEntry.WriteOff("E-1", new EntrySubject($"{claims[0].Agency}-{claims[0].FeeId}"), claims[0].OccurredAt,
            new DateOnly(2026, 11, 22), 100, "fra Anna"));
    }

    private Task ReadAsync(params DebtorEntry[] entries) =>
        new EntryHandler("KmdOpus", _bench.EntryLog, _bench.Entries, _bench.Options, _bench.Time, _bench.Logger)
            .TakeInAsync(ConnectorBench.København, entries, default);

    private Task<Erased> EraseAsync(params TransferClaim[] claims) =>
        new ConnectorEraser(_bench.Store).EraseAsync(new Erasure(ConnectorBench.København, [.. claims.Select(claim => claim.ClaimId)]), default);

    private Task<Erased> EraseOthersAsync(DateTimeOffset before) => new ConnectorEraser(_bench.Store)
        .EraseAsync(new Erasure(ConnectorBench.København, [], before), default);

    private async Task KeptWholeAsync(TransferClaim claim, Note why)
    {
        var before = await StoredAsync();
        (await EraseAsync(claim, Register(99))).Kept.ShouldBe([new KeptClaim(claim.ClaimId, why)]);
        (await StoredAsync()).ShouldBe(before);
    }

    /// <summary>Sealed texts as they are, however JSON writes their +.</summary>
    private async Task<IReadOnlyList<string>> StoredAsync() => [.. (await StoredRows.AllAsync(_bench.Store)).Select(row => row.Replace("\\u002B", "+"))];

    private static IEnumerable<string> Personal(TransferClaim claim) => [claim.Debtor.Identity.Ref, claim.Debtor.Identity.Sealed, "Ronja R.", "5237124059"];

    private static bool IsOf(string row, TransferClaim claim) => row.Contains($"{claim.ClaimId}");

    private static (int Kept, int Others, bool IsMore) Figures(Erased erased) => (erased.Kept.Count, erased.Others, erased.IsMore);
}

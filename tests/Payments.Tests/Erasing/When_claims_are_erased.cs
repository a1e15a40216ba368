using System.Data.Common;
using System.Text.Json;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Payments.Erasing;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.Reconciliation;
using ClaimsTransfer.Payments.Tests.Booking;
using ClaimsTransfer.Payments.ToFbs;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Erasing;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_claims_are_erased(Engine engine) : PaymentsFixture(engine)
{
    /// <summary>What says whose the claim was: the patron, the debtor system's names, what was written, by whom it was decided, its trace.</summary>
    private static readonly string[] Personal =
        ["271828", "OPUS-1", Money.Slip, "fra Anna", "Annas gebyr", "bente", "found by name", "bo called", "Annas konto", "0af7651916cd43dd8448eb211c80319c",
            "payment-reconciled"];

    private TemporaryFolder _data = null!;

    private PaymentsEraser Eraser => new(Store, new Installation { Data = _data.Path }, Clock);

    [SetUp]
    public async Task MakeReconciliation()
    {
        _data = new TemporaryFolder();
        await Store.MigrateAsync(ReconciliationSchema.Migrations, default);
        ToFbs = PaymentsToFbs.Interface;
    }

    [TearDown]
    public void DeleteData() => _data?.Dispose();

    [Test]
    public async Task Nothing_says_whose_they_were_and_the_sums_are_as_before()
    {
        await SettleAsync();
        var before = await StoredRows.AllAsync(Store);
        foreach (var text in Personal)
            before.ShouldContain(row => row.Contains(text), text);
        var (sums, view) = (await SumsAsync(), await ViewAsync(Money.FeeId));
        var another = before.Where(IsAnother).ToList();

        Figures(await EraseAsync()).ShouldBe((0, 0, false));

        var after = await StoredRows.AllAsync(Store);
        foreach (var text in Personal)
            after.ShouldNotContain(row => !IsAnother(row) && row.Contains(text), text);
        after.Count.ShouldBe(before.Count);
        after.Where(IsAnother).ShouldBe(another, "another claim is not touched");
        (await SumsAsync()).ShouldBe(sums);
        var seen = await ViewAsync(Money.FeeId);
        (seen.Status, seen.BalanceOre, seen.CoveredOre, seen.Entries.Count).ShouldBe((view.Status, view.BalanceOre, view.CoveredOre, view.Entries.Count));
        seen.Entries.Select(entry => (entry.EntryId, entry.AmountOre, entry.Kind))
            .ShouldBe(view.Entries.Select(entry => (entry.EntryId, entry.AmountOre, entry.Kind)));
    }

    [Test]
    public async Task Asked_again_there_is_nothing_more_to_do()
    {
        await SettleAsync();
        await EraseAsync();
        var once = await StoredRows.AllAsync(Store);

        Figures(await EraseAsync()).ShouldBe((0, 0, false));

        (await StoredRows.AllAsync(Store)).ShouldBe(once);
    }

    [Test]
    public async Task A_repeat_is_a_repeat_and_tells_nobody_anything()
    {
        await SettleAsync();
        await EraseAsync();
        var erased = await StoredRows.AllAsync(Store);
        var published = Publisher.Published.Count;

        await OnAsync(Money.Transferred(), Money.Transferred(version: 1, minute: -1), Money.Coverage("E1", 5000), Named());
        // The same entry by another message: its id is booked.
        await OnAsync(Money.Coverage("E1", 5000) with { MessageId = Money.Message("E1 again") });

        Publisher.Published.Count.ShouldBe(published);
        (await StoredRows.AllAsync(Store)).ShouldBe(erased, "an older acknowledgement names it no more");
    }

    [Test]
    public async Task Money_that_comes_later_is_booked_as_ever()
    {
        await SettleAsync();
        await EraseAsync();
        var published = Publisher.Published.Count;

        await OnAsync(Money.Reversal("E9", 5000));

        (await ViewAsync(Money.FeeId)).BalanceOre.ShouldBe(5000);
        Publisher.Published.Skip(published).ShouldHaveSingleItem().Name.ShouldBe(MessageNames.PaymentReconciled);
        (await KeptAsync()).ShouldBe(PaymentNotes.KeptOwed(5000));
        // A repeat while it is in hand is answered again, and FBS's interface needs a patron that nobody knows.
        await OnAsync(Money.Reversal("E9", 5000), Money.Coverage("E10", 5000, day: 3));
        Publisher.Published.Count.ShouldBe(published + 3);
        (await ViewAsync(Money.FeeId)).Orders[^1].State.ShouldBe(OrderState.NoPatron);
        (await EraseAsync()).Kept.ShouldBeEmpty();
        await OnAsync(Money.Reversal("E9", 5000));
        Publisher.Published.Count.ShouldBe(published + 4, "what was booked just now may not have been published");
    }

    [Test]
    public async Task A_newer_acknowledgement_names_the_claim_again()
    {
        await SettleAsync();
        await EraseAsync();

        await OnAsync(Money.Transferred(version: 2, amountOre: 9000));

        var view = await ViewAsync(Money.FeeId);
        (view.BalanceOre, view.DebtorReference, view.PaymentSlip).ShouldBe((2000, "OPUS-1", Money.Slip));
    }

    [Test]
    public async Task What_is_owed_or_cannot_be_right_is_kept()
    {
        await OnAsync(Money.Transferred(), Money.Coverage("E1", 5000));
        await KeptWholeAsync(PaymentNotes.KeptOwed(2000));
        await OnAsync(Money.Coverage("E2", 5000));
        await KeptWholeAsync(PaymentNotes.KeptMismatch);
    }

    [Test]
    public async Task A_claim_with_an_order_that_is_not_done_is_kept()
    {
        await OnAsync(Money.Transferred(), Money.Coverage("E1", 7000));
        await KeptWholeAsync(PaymentNotes.KeptOrder);
        await AnswerAsync(new OrderAnswer.Refused("Annas konto"));
        await KeptWholeAsync(PaymentNotes.KeptOrder);
        (await Orders.CloseAsync(OrderItem, "bente", "bo called", Clock.GetUtcNow(), default)).ShouldBeTrue();
        (await EraseAsync()).Kept.ShouldBeEmpty();
    }

    [Test]
    public async Task A_claim_that_an_open_entry_of_the_worklist_belongs_to_or_names_is_kept()
    {
        ToFbs = PaymentsToFbs.Message;
        await OnAsync(Money.Transferred(), Money.Coverage("E1", 7000), Claim(2), Paid(2, "E2", 7000));
        foreach (var entry in new[]
        {
            Nameless("N1") with { DebtorReference = "OPUS-1" }, Nameless("N2") with { PaymentSlip = Money.Slip },
                Nameless("N3") with { Reference = $"{Money.Agency}-{Money.FeeId}", IsConflict = true },
        })
        {
            await OnAsync(entry);
            await KeptWholeAsync(PaymentNotes.KeptWorklist);
            await Matcher.CloseAsync((await Unmatched.FindAsync(entry.MessageId, default))!, "bente", "bo called", default);
        }

        await OnAsync(Nameless("N4"));
        Publisher.Failures = 1;
        await Should.ThrowAsync<TransientException>(async () => await PlaceAsync("N4"));
        await KeptWholeAsync(PaymentNotes.KeptWorklist);
        (await EraseAsync(Claim(2).ClaimId)).Kept.ShouldBeEmpty("none of them names that one");
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Matcher.SweepAsync(500, default);
        (await EraseAsync()).Kept.ShouldBeEmpty("it is placed, and not booked yet: it comes as money does");
    }

    [Test]
    public async Task What_is_not_known_here_needs_nothing() => (await EraseAsync(Claim(99).ClaimId)).Kept.ShouldBeEmpty();

    [Test]
    public async Task What_fails_in_between_leaves_everything_as_it_was()
    {
        await SettleAsync();
        var before = await StoredRows.AllAsync(Store);

        await StoredRows.WithoutAsync(Store, "reconciliation_differences", "reference", () => Should.ThrowAsync<DbException>(() => EraseAsync()));

        (await StoredRows.AllAsync(Store)).ShouldBe(before);
        (await EraseAsync()).Kept.ShouldBeEmpty();
    }

    [Test]
    public async Task Entries_of_the_worklist_that_were_closed_before_are_erased_and_lists_of_nights_before()
    {
        await CloseAsync(Named("N1"), Named("N2"), Named("N3") with { Municipality = "0751" }, new DebtorEntryUnmatched(
            Money.Message("unreadable"), Money.Start, "0101", "line/7", DebtorEntryKind.Unreadable, 0, new DateOnly(2026, 12, 2), null, null, null, null,
                null, null, null, false, null,
            new UnreadableEntry("PAY.TXT", 7, "amount", EntryFault.Missing, "N9", "fra Anna")));
        await OnAsync(Named("N4"));
        Clock.Advance(TimeSpan.FromDays(2));
        var before = Clock.GetUtcNow();
        await CloseAsync(Named("N5"));
        await OnAsync(Claim(1), Named("N6"));
        await PlaceAsync("N6", Claim(1).ClaimId);
        foreach (var (night, code) in new[] { ("2026-12-02", "0101"), ("2026-12-02", "0751"), ("2026-12-01", "0101"), ("2026-12-03", "0101") })
        {
            Directory.CreateDirectory(Path.Combine(_data.Path, "reconciliation", night));
            await File.WriteAllTextAsync(Path.Combine(_data.Path, "reconciliation", night, $"{code}.csv"), "OPUS-1");
        }

        var sums = await SumsAsync();

        Figures(await Eraser.EraseAsync(new Erasure("0101", [], before), default)).ShouldBe((0, 3, false));
        Figures(await Eraser.EraseAsync(new Erasure("0101", [], before), default)).ShouldBe((0, 0, false));

        var rows = await StoredRows.AllAsync(Store);
        rows.Where(row => row.Contains("fra Anna")).Select(row =>
            new[] { "N1", "N2", "N3", "N4", "N5", "N6", "N9" }.Single(id => row.Contains($"entry_id={id}")))
                .ShouldBe(["N3", "N4", "N5", "N6"], ignoreOrder: true);
        foreach (var row in rows.Where(row => row.Contains("entry_id=N1") || row.Contains("entry_id=N2") || row.Contains("entry_id=N9")))
            Personal.ShouldNotContain(text => row.Contains(text));
        (await SumsAsync()).ShouldBe(sums);
        (await Unmatched.FindAsync(Nameless("N1").MessageId, default)).ShouldNotBeNull().State.ShouldBe(UnmatchedState.Closed);
        Directory.EnumerateFiles(_data.Path, "*.csv", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_data.Path, file).Replace('\\', '/'))
            .ShouldBe(
            ["reconciliation/2026-12-02/0751.csv", "reconciliation/2026-12-03/0101.csv"], ignoreOrder: true);
    }

    [Test]
    public async Task What_belongs_to_no_claim_is_erased_a_part_at_a_time()
    {
        var closed = UnmatchedEntry.Of(Named("N1"), Clock.GetUtcNow())
            .Deciding("closed", null, "bente", "bo called", Clock.GetUtcNow()) with { State = UnmatchedState.Closed };
        await Unmatched.SaveAsync(
            [.. Enumerable.Range(0, Erased.MostOthers + 1)
                .Select(number => closed with { Entry = closed.Entry with { MessageId = Guid.NewGuid(), EntryId = $"N{number}" } })],
            default);
        var before = Clock.GetUtcNow().AddHours(1);

        Figures(await Eraser.EraseAsync(new Erasure("0101", [], before), default)).ShouldBe((0, Erased.MostOthers, true));
        Figures(await Eraser.EraseAsync(new Erasure("0101", [], before), default)).ShouldBe((0, 1, false));
        Figures(await Eraser.EraseAsync(new Erasure("0101", [], before), default)).ShouldBe((0, 0, false));
    }

    /// <summary>
    /// A claim whose money came partly by its name and partly by the worklist, with an order that a person closed and a difference; and another one like it.
    /// </summary>
    private async Task SettleAsync()
    {
        await OnAsync(Money.Transferred(), Named(), Claim(2) with { PatronId = 5, PaymentSlip = Money.Slip.Replace('7', '5') }, Money.Coverage("E1", 5000));
        await PlaceAsync("N1");
        await DeliverAsync();
        (await ViewAsync(Money.FeeId)).Status.ShouldBe(AccountStatus.Settled);
        await AnswerAsync(new OrderAnswer.Refused("Annas konto"));
        (await Orders.CloseAsync(OrderItem, "bente", "bo called", Clock.GetUtcNow(), default)).ShouldBeTrue();
        await Store.InTransactionAsync(async transaction =>
        {
            await Store.InsertAsync(transaction, ReconciliationSchema.Differences,
            [
                .. new[] { (Money.FeeId, 1L, "OPUS-1"), (2L, 2L, "OPUS-2") }.Select(line => new object?[]
                {
                    1L, line.Item2, DeterministicId.OfClaim(Money.Agency, line.Item1), "0101", Money.Agency, line.Item1, 1L, line.Item3, 0L, 0L, 7000L, null,
                        "Missing", null, 0L, "Ask", false, null,
                }),
            ], default);
            return true;
        }, default);
        Clock.Advance(TimeSpan.FromDays(2));
    }

    private static DebtorEntryUnmatched Named(string entryId = "N1") => Nameless(entryId, 2000) with
    {
        Reference = "fra Anna", Reason = "Annas gebyr", PaymentSlip = "000099999900012", DebtorReference = entryId == "N1" ? "OPUS-1 (gl.)" : "OPUS-1",
            PaymentSlipAsWritten = "fra Anna",
    };

    private static Guid OrderItem => DeterministicId.Of(Money.ClaimId, $"order/{Money.Agency}-{Money.FeeId}-1");

    private static bool IsAnother(string row) => row.Contains($"{Claim(2).ClaimId}");

    private static (int Kept, int Others, bool IsMore) Figures(Erased erased) => (erased.Kept.Count, erased.Others, erased.IsMore);

    private Task<Erased> EraseAsync(params Guid[] claims) => Eraser.EraseAsync(new Erasure("0101", claims is [] ? [Money.ClaimId] : claims), default);

    private async Task<Note> KeptAsync()
    {
        var kept = (await EraseAsync(Money.ClaimId, Claim(99).ClaimId)).Kept.ShouldHaveSingleItem();
        kept.ClaimId.ShouldBe(Money.ClaimId);
        return kept.Why;
    }

    private async Task KeptWholeAsync(Note why)
    {
        var before = await StoredRows.AllAsync(Store);
        (await KeptAsync()).ShouldBe(why);
        (await StoredRows.AllAsync(Store)).ShouldBe(before);
    }

    private async Task AnswerAsync(OrderAnswer answer)
    {
        var order = (await Orders.TakeDueAsync(Clock.GetUtcNow(), Clock.GetUtcNow().AddMinutes(1), 10, default)).ShouldHaveSingleItem();
        await Orders.KeepAsync(order, answer, Clock.GetUtcNow(), Clock.GetUtcNow(), default);
    }

    private async Task PlaceAsync(string entryId, Guid? claimId = null) => await Matcher.PlaceAsync(
        (await Unmatched.FindAsync(Nameless(entryId).MessageId, default))!, (await Unmatched.AccountAsync(claimId ?? Money.ClaimId, default))!, "bente",
            "found by name", default);

    private async Task CloseAsync(params DebtorEntryUnmatched[] entries)
    {
        await OnAsync(entries);
        foreach (var entry in entries)
            await Matcher.CloseAsync((await Unmatched.FindAsync(entry.MessageId, default))!, "bente", "bo called", default);
    }

    private async Task DeliverAsync()
    {
        var placed = Publisher.Published.Where(message => message.Name == MessageNames.CoverageRegistered).ToList();
        await Handler.HandleAsync([.. placed.Select(message => new Delivery(message.Name, message.MessageId.ToString(), message.Body))], default);
    }

    private async Task<string> SumsAsync() => JsonSerializer.Serialize(await new PaymentsAccounts(Store, Clock).ReadAsync(fresh: true, default));
}

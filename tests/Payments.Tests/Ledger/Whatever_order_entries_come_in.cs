using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Ledger;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Ledger;

/// <summary>Random lives of a claim's money, in any order and with repeats, against a model that knows nothing of order.</summary>
public sealed class Whatever_order_entries_come_in
{
    private static readonly Gen<IClaimMessage[]> Lives = Gen.Choose(0, int.MaxValue).Select(seed => Life(new Random(seed)));

    [Test]
    public void The_balance_is_the_sum_of_the_entries_and_what_the_formula_says() => Check(life =>
    {
        var book = new Book();
        for (var i = 0; i < life.Length; i++)
        {
            book.On(life[i]);
            var model = new Model(life[..(i + 1)]);
            book.Account.BalanceOre.ShouldBe(book.Entries.Sum(entry => entry.AmountOre));
            book.Account.BalanceOre.ShouldBe(model.BalanceOre);
            book.Account.Status.ShouldBe(model.Status);
            (book.Account.Mismatch == AccountMismatch.ClosedWithDebt).ShouldBe(model is { Status: AccountStatus.Open, IsClosed: true });
            (book.Account.AmountOre, book.Account.CoveredOre, book.Account.ReversedOre, book.Account.WrittenOffOre)
                .ShouldBe((model.AmountOre, model.CoveredOre, model.ReversedOre, model.WrittenOffOre));
        }
    });

    [Test]
    public void Any_order_ends_in_the_same_account() => Check(life =>
    {
        var first = new Book().On(life).Account;
        for (var seed = 0; seed < 3; seed++)
        {
            var order = life.ToArray();
            new Random(seed).Shuffle(order);
            var other = new Book().On(order).Account;
            (other.BalanceOre, other.Status, other.Mismatch, other.AmountOre, other.CoveredOre, other.ReversedOre, other.WrittenOffOre, other.Version)
                .ShouldBe((first.BalanceOre, first.Status, first.Mismatch, first.AmountOre, first.CoveredOre, first.ReversedOre, first.WrittenOffOre, first.Version));
        }
    });

    [Test]
    public void FBS_ends_with_a_settled_claim_exactly_when_the_account_is_and_has_one_settled_at_a_time() => Check(life =>
    {
        var book = new Book();
        foreach (var message in life)
        {
            book.On(message);
            var told = book.Told;
            told.Select(one => one.Sequence).ShouldBe(Enumerable.Range(1, told.Count).Select(number => (int?)number));
            var settled = told.Count(one => one.Settled);
            var reopened = told.Zip(told.Skip(1)).Count(pair => pair.First.Settled && !pair.Second.Settled);
            (settled - reopened).ShouldBeInRange(0, 1);
            if (book.Account.Status is AccountStatus.Open or AccountStatus.Settled)
                (told.OrderBy(one => one.Sequence).LastOrDefault()?.Settled ?? false).ShouldBe(book.Account.Status == AccountStatus.Settled);
            if (book.Account.Status is AccountStatus.Open && told.Count > 0)
                told.MaxBy(one => one.Sequence)!.BalanceOre.ShouldBe(book.Account.OwedOre);
            told.Where(one => one.Settled).Select(one => one.OrderId).ShouldBeUnique();
            told.Select(one => one.MessageId).ShouldBeUnique();
            told.ShouldAllBe(one => one.Settled == one.BalanceOre <= 0);
        }
    });

    [Test]
    public void FBS_is_never_told_more_than_was_claimed() => Check(life =>
    {
        var book = new Book();
        for (var i = 0; i < life.Length; i++)
        {
            var told = book.Told.Count;
            book.On(life[i]);
            var model = new Model(life[..(i + 1)]);
            // What the debtor system claims more on its own account, it claims.
            var most = model.AmountOre + life[..(i + 1)].OfType<WriteOffRegistered>().DistinctBy(message => message.MessageId).Sum(message => Math.Max(0, -message.AmountOre));
            book.Told.Skip(told).ShouldAllBe(one => one.BalanceOre <= most);
            if (book.Account.Status is AccountStatus.Open or AccountStatus.Settled && book.Told.Count > 0 && !(book.Account.Status == AccountStatus.Settled && book.Told[^1].Settled))
                book.Told[^1].BalanceOre.ShouldBe(Math.Min(model.BalanceOre, model.AmountOre - model.WrittenOffOre));
        }
    });

    [Test]
    public void What_is_decided_does_not_depend_on_when_and_a_repeat_decides_nothing() => Check(life =>
    {
        var account = new Book().On(life).Account;
        foreach (var message in life)
        {
            var again = ClaimLedger.Decide(account, new LedgerEvent(Money.Start.AddYears(1), message));
            again.Entries.ShouldBeEmpty();
            again.Effects.ShouldBeEmpty();
            again.Account.ShouldBe(account);
        }
    });

    private static void Check(Action<IClaimMessage[]> property) =>
        Prop.ForAll(Lives.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithQuietOnSuccess(true));

    private static IClaimMessage[] Life(Random random)
    {
        var events = new List<IClaimMessage>();
        var version = 0;
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var day = random.Next(1, 10);
            var amountOre = random.Next(1, 5) * 1000L;
            events.Add(random.Next(12) switch
            {
                10 => Money.AccountIs(DebtorAccountStatus.Closed, day, $"K{i}"),
                11 => Money.AccountIs(random.Next(2) == 0 ? DebtorAccountStatus.Open : DebtorAccountStatus.InCollection, day, $"K{i}"),
                0 or 1 => Money.Transferred(++version, random.Next(0, 6) * 1000L),
                2 => Money.Transferred(Math.Max(version, 1), amountOre, minute: i * 10),
                3 => Money.Cancelled(random.Next(2) == 0 ? ++version : Math.Max(version, 1)),
                4 or 5 or 6 => Money.Coverage($"C{i}", amountOre, day),
                7 => Money.Reversal($"R{i}", amountOre, day),
                8 => Money.WriteOff($"W{i}", random.Next(4) == 0 ? -amountOre : amountOre, day),
                _ => Money.WriteOff($"A{i}", -amountOre, day, WriteOffKind.Adjustment),
            });
        }

        for (var repeats = random.Next(4); repeats > 0; repeats--)
            events.Add(events[random.Next(events.Count)]);
        var life = events.ToArray();
        random.Shuffle(life);
        return life;
    }

    /// <summary>The specification, read off the set of messages.</summary>
    private sealed class Model
    {
        public Model(IEnumerable<IClaimMessage> life)
        {
            var all = life.DistinctBy(message => message.MessageId).ToList();
            var newest = all.OfType<ClaimTransferred>().OrderBy(message => message.Version).ThenBy(message => message.OccurredAt).LastOrDefault();
            var cancelled = all.OfType<ClaimCancelled>().Select(message => message.Version).DefaultIfEmpty(-1).Max();
            AmountOre = newest?.AmountOre ?? 0;
            IsClosed = all.OfType<DebtorAccountChanged>().OrderBy(message => message.OccurredAt).ThenBy(message => message.EntryId, StringComparer.Ordinal).LastOrDefault()?.Status == DebtorAccountStatus.Closed;
            CoveredOre = all.OfType<CoverageRegistered>().Sum(message => message.AmountOre);
            ReversedOre = all.OfType<CoverageReversed>().Sum(message => message.AmountOre);
            WrittenOffOre = all.OfType<WriteOffRegistered>().Sum(message => message.AmountOre);
            var inForce = cancelled < (newest?.Version ?? 0);
            BalanceOre = (inForce || (newest is null && cancelled < 0) ? AmountOre - WrittenOffOre : 0) - (CoveredOre - ReversedOre);
            Status = cancelled >= (newest?.Version ?? 0) ? AccountStatus.Cancelled
                : newest is null ? AccountStatus.Awaited
                : Math.Min(BalanceOre, AmountOre - WrittenOffOre) <= 0 ? AccountStatus.Settled
                : AccountStatus.Open;
        }

        public bool IsClosed { get; }

        public long AmountOre { get; }

        public long CoveredOre { get; }

        public long ReversedOre { get; }

        public long WrittenOffOre { get; }

        public long BalanceOre { get; }

        public AccountStatus Status { get; }
    }
}

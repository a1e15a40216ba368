using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Simulation;

/// <summary>
/// What happens to the claims on the books: paid in full, in part, too much, taken back, written off. The books are right at once; they are told late, some entries twice,
/// in any order, and now and then without our reference.
/// </summary>
internal sealed partial class DebtorBooks
{
    private readonly List<DebtorEntry> _told = [];
    private int _entries;
    private int _untold;

    /// <summary>Whether no step is still to come and every entry is with the connector.</summary>
    public bool IsAllTold(int taken) => _untold == 0 && taken == _entries;

    private void LiveOn(string reference)
    {
        switch (world.Random.Next(8))
        {
            case 0 or 1:
                Later(() => Pay(reference, owed => owed));
                break;
            case 2:
                Later(() => Pay(reference, owed => owed / 2));
                Later(() => Pay(reference, owed => owed));
                break;
            case 3:
                Later(() => Pay(reference, owed => owed + 100));
                break;
            case 4:
                Later(() =>
                {
                    if (Pay(reference, owed => owed) is { } paid)
                        Later(() => TakeBack(reference, paid));
                });
                break;
            case 5:
                Later(() => Pay(reference, owed => owed / 3));
                Later(() => WriteOff(reference));
                break;
        }
    }

    private DebtorEntry.Coverage? Pay(string reference, Func<long, long> amount)
    {
        var account = Accounts[reference];
        if (account.BalanceOre <= 0 || amount(account.BalanceOre) is not (> 0 and var amountOre))
            return null;
        var entry = new DebtorEntry.Coverage(NextId(), Subject(reference), world.Now, Today, amountOre, "mobilePay");
        Book(reference, account with { CoveredOre = account.CoveredOre + amountOre }, entry);
        return entry;
    }

    private void TakeBack(string reference, DebtorEntry.Coverage paid)
    {
        var account = Accounts[reference];
        Book(reference, account with { CoveredOre = account.CoveredOre - paid.AmountOre },
            new DebtorEntry.Reversal(NextId(), Subject(reference), world.Now, Today, paid.AmountOre, paid.EntryId));
    }

    private void WriteOff(string reference)
    {
        var account = Accounts[reference];
        if (account.BalanceOre > 0)
            Book(reference, account with { WrittenOffOre = account.WrittenOffOre + account.BalanceOre },
                new DebtorEntry.WriteOff(NextId(), Subject(reference), world.Now, Today, account.BalanceOre, "limitation"));
    }

    private void Book(string reference, Account account, DebtorEntry entry)
    {
        Accounts[reference] = account;
        world.Note($"debtor system books {entry.GetType().Name} {entry.EntryId} on {reference}: balance {account.BalanceOre}");
        for (var copies = world.Random.Next(5) == 0 ? 2 : 1; copies > 0; copies--)
        {
            _untold++;
            world.After(world.Moment(30_000), () =>
            {
                _untold--;
                _told.Add(entry);
            });
        }
    }

    private void Later(Action step)
    {
        _untold++;
        world.After(world.Moment(240_000), () =>
        {
            step();
            _untold--;
        });
    }

    private EntrySubject Subject(string reference) => world.Random.Next(6) == 0 ? new EntrySubject(null, $"D-{reference}") : new EntrySubject(reference);

    private string NextId() => $"B-{++_entries:000000}";

    private DateOnly Today => DateOnly.FromDateTime(world.Now.UtcDateTime);
}

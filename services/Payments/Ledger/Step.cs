using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Payments.Ledger;

/// <summary>One decision in the making: the account as it becomes, its new entries, the messages in the order in which they are sent.</summary>
internal sealed class Step(Account account, LedgerEvent occurred)
{
    private readonly Account _before = account;
    private readonly List<Entry> _entries = [];
    private readonly List<PaymentReconciled> _effects = [];

    public Account Account { get; set; } = account;

    public LedgerEvent Event => occurred;

    public bool IsDuplicate { get; set; }

    public void Book(Entry entry) => _entries.Add(entry);

    /// <summary>What the entries say and what the balance does may differ, where a claim is not in force: a counter-entry makes them agree.</summary>
    public void Correct()
    {
        var difference = Account.BalanceOre - _before.BalanceOre - _entries.Sum(entry => entry.AmountOre);
        if (difference != 0)
            Book(new Entry(EntryKind.Correction, difference));
    }

    /// <summary>Adds a payment-reconciled; its id follows from claim, event and effect. The message that reopens a claim still carries the order that it takes back.</summary>
    public void Tell(BalanceChange change, long amountOre, long balanceOre, string? channel, DateOnly valueDate)
    {
        var told = Account;
        var settled = balanceOre <= 0;
        _effects.Add(new PaymentReconciled(
            DeterministicId.Of(told.ClaimId, $"payment/{occurred.Id:N}/{_effects.Count}"), occurred.At, told.ClaimId, told.Municipality, told.Agency, told.FeeId,
            told.Version, told.OrderId, amountOre, balanceOre, settled, channel, valueDate, change, told.Sequence + 1));
        Account = told with
        {
            Sequence = told.Sequence + 1,
            ToldSettled = settled,
            ToldBalanceOre = balanceOre,
            Reopenings = told.Reopenings + (told.ToldSettled && !settled ? 1 : 0),
        };
    }

    public Decision Decided()
    {
        if (_entries.Count > 0)
        {
            Account = Account with { Position = _before.Position + 1, ChangedAt = occurred.At };
        }

        if (Account != _before)
            Account = Account with { MismatchSince = Account.Mismatch is not { } mismatch ? null : mismatch == _before.Mismatch ? _before.MismatchSince : occurred.At };

        return new Decision(Account, _entries, _effects, IsDuplicate);
    }
}

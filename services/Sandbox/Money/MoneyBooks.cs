using System.Globalization;
using ClaimsTransfer.Sandbox.Ledger;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>Makes steps into entries, over what one transaction has loaded. Amounts are those of the moment: a claim that FBS adjusts later may be overpaid, and stays so.</summary>
public sealed class MoneyBooks(MoneyControl control, DateTimeOffset now, long lastEntryNumber)
{
    private const long ReminderFeeOre = 10_000;
    private const long MostInterestOre = 500;
    private const long MostTooMuchOre = 10_000;

    /// <summary>Of what is not paid by bank slip, so that a tenth of all coverage goes by the debtor reference.</summary>
    private const double ByDebtorReference = 0.125;

    private const string BankSlip = "bankSlip";
    private static readonly string[] Channels = ["mobilePay", "selfServiceTerminal", "returnMachine", "app", BankSlip];
    private static readonly TimeSpan LongestUntilTold = TimeSpan.FromSeconds(2);

    private readonly MoneyControl control = control;
    private readonly DateTimeOffset now = now;
    private readonly Dictionary<(string, string), LedgerClaim> claims = [];
    private readonly Dictionary<(string, string), ClaimMoney> money = [];
    private readonly Dictionary<(string, string), List<MoneyEntry>> coverage = [];
    private readonly HashSet<(string, string)> changed = [];
    private long entryNumber = lastEntryNumber;

    public List<MoneyEntry> Entries { get; } = [];

    /// <summary>Each with the moment from which it is told: not in the order of the booking.</summary>
    public List<(Telling Telling, DateTimeOffset DueAt)> Tellings { get; } = [];

    public IEnumerable<(LedgerClaim Claim, ClaimMoney Money)> Changed => changed.Select(key => (claims[key], money[key]));

    public void Load(IEnumerable<LedgerClaim> known, IEnumerable<MoneyEntry> covered)
    {
        foreach (var claim in known)
        {
            claims[(claim.Municipality, claim.Reference)] = claim;
            money[(claim.Municipality, claim.Reference)] = claim.Money;
        }

        foreach (var entry in covered)
            CoverageOf(entry.Municipality, entry.Reference).Add(entry);
    }

    /// <summary>A step of a claim that is cancelled meanwhile is dropped.</summary>
    public void Make(MoneyStep step)
    {
        if (!claims.TryGetValue((step.Municipality, step.Reference), out var claim) || claim.State == ClaimState.Cancelled)
            return;
        var owed = Math.Max(0, claim.BalanceWith(money[(step.Municipality, step.Reference)]));
        var line = new Line(this, claim, step);
        switch (step.Action)
        {
            case MoneyAction.PayRest:
                line.Cover(owed);
                break;
            case MoneyAction.PayShare:
                line.Cover(ShareOf(owed, 0.2, 0.6, step));
                break;
            case MoneyAction.PayMore:
                line.Cover(owed + 1 + (long)(MostTooMuchOre * control.Draw("too-much", step.Id)));
                break;
            case MoneyAction.TakeBack:
                foreach (var taken in CoverageOf(step.Municipality, step.Reference).ToList())
                    line.TakeBack(taken);
                break;
            case MoneyAction.Charge:
                line.Add(MoneyKind.Charge, ReminderFeeOre, MoneyPart.ReminderFee);
                line.Add(MoneyKind.Charge, InterestOre(step), MoneyPart.Interest);
                break;
            case MoneyAction.PayCharges:
                line.Cover(ReminderFeeOre, MoneyPart.ReminderFee);
                if (control.Draws(0.5, "pay-interest", step.Id))
                    line.Cover(InterestOre(step), MoneyPart.Interest);
                break;
            case MoneyAction.Correct:
                line.Add(MoneyKind.Adjustment, -ShareOf(owed, 0.1, 0.2, step), reason: "Rettelse");
                break;
            case MoneyAction.CorrectBack:
                line.Add(MoneyKind.Adjustment, money[(step.Municipality, step.Reference)].WrittenOffOre, reason: "Rettelse taget tilbage");
                break;
            case MoneyAction.WriteOffRest:
                line.Add(MoneyKind.WriteOff, owed, reason: "Uerholdelig");
                line.Set(AccountStatus.Closed);
                break;
            case MoneyAction.Collect:
                line.Set(AccountStatus.InCollection);
                break;
            case MoneyAction.Recall:
                line.Set(AccountStatus.Recalled);
                break;
        }
    }

    /// <summary>A part, never all of it: what is part paid stays open.</summary>
    private long ShareOf(long owed, double least, double range, MoneyStep step) =>
        Math.Clamp((long)(owed * (least + (range * control.Draw("share", step.Id)))), Math.Min(1, Math.Max(0, owed - 1)), Math.Max(0, owed - 1));

    private long InterestOre(MoneyStep step) => 1 + (long)(MostInterestOre * control.Draw("interest", $"{step.Municipality}/{step.Reference}"));

    private List<MoneyEntry> CoverageOf(string municipality, string reference) =>
        coverage.TryGetValue((municipality, reference), out var known) ? known : coverage[(municipality, reference)] = [];

    /// <summary>The entries of one step; their draws are by the step and their place in it, so that they are the same whenever it is made.</summary>
    private sealed class Line(MoneyBooks books, LedgerClaim claim, MoneyStep step)
    {
        private int place;

        public void Cover(long amountOre, MoneyPart part = MoneyPart.Principal)
        {
            var channel = Channels[(int)(Channels.Length * books.control.Draw("channel", Key))];
            var (by, name) = channel == BankSlip && claim.PaymentSlip is { } slip ? (NamedBy.PaymentSlip, slip)
                : books.control.Draws(ByDebtorReference, "name", Key) ? (NamedBy.DebtorReference, claim.DebtorReference)
                : (NamedBy.Reference, claim.Reference);
            Book(MoneyKind.Coverage, amountOre, part, by, name, channel: channel);
        }

        public void TakeBack(MoneyEntry taken) =>
            Book(MoneyKind.Reversal, taken.AmountOre, taken.Part, taken.NamedBy, taken.NamedAs, reverses: taken.EntryId, reason: "Betaling taget tilbage");

        public void Add(MoneyKind kind, long amountOre, MoneyPart part = MoneyPart.Principal, string? reason = null) =>
            Book(kind, amountOre, part, NamedBy.Reference, claim.Reference, reason: reason);

        public void Set(AccountStatus status) => Book(MoneyKind.Account, 0, MoneyPart.Principal, NamedBy.Reference, claim.Reference, status: status);

        private string Key => $"{step.Id}/{place}";

        private void Book(
            MoneyKind kind, long amountOre, MoneyPart part, NamedBy by, string name, string? channel = null, string? reverses = null, string? reason = null, AccountStatus? status = null)
        {
            if (amountOre == 0 && kind != MoneyKind.Account)
                return;
            var number = ++books.entryNumber;
            var entry = new MoneyEntry(
                number, string.Create(CultureInfo.InvariantCulture, $"{claim.Municipality}-B-{number:D9}"), claim.Municipality, claim.Vendor, claim.Reference, kind, part,
                amountOre, channel, by, name, DateOnly.FromDateTime(books.now.UtcDateTime), books.now, reverses, reason, status);
            books.Entries.Add(entry);
            if (kind == MoneyKind.Coverage && part == MoneyPart.Principal)
                books.CoverageOf(entry.Municipality, entry.Reference).Add(entry);
            var key = (entry.Municipality, entry.Reference);
            books.money[key] = books.money[key].With(entry);
            books.changed.Add(key);

            Tell(entry, copy: 0);
            if (books.control.Draws(books.control.Plan.Duplicate, "duplicate", Key))
                Tell(entry, copy: 1);
            place++;
        }

        private void Tell(MoneyEntry entry, int copy) => books.Tellings.Add(
            (new Telling((2 * entry.Number) + copy, entry), books.now + (LongestUntilTold * books.control.Draw($"told-{copy}", Key))));
    }
}

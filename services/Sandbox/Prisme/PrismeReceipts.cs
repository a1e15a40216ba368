using System.Globalization;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;

namespace ClaimsTransfer.Sandbox.Prisme;

/// <summary>Writes the receipts that are due into <c>.kvit</c> files, one a batch; those that the faults double come in a second file.</summary>
public sealed class PrismeReceipts(IReadOnlyDictionary<string, PrismeFolder> folders, DebtorLedger ledger, ReceiptOutbox outbox, FaultControl faults)
{
    private const int MostAtOnce = 2_000;
    private static readonly TimeSpan WhileDown = TimeSpan.FromSeconds(2);

    /// <summary>Returns whether there may be more to bring at once.</summary>
    public async Task<bool> BringAsync(CancellationToken cancellation)
    {
        var due = await outbox.DueAsync(Vendor.Prisme, MostAtOnce, cancellation);
        foreach (var batch in due.GroupBy(d => (d.Municipality, d.ReplyTo)))
        {
            var receipts = batch.ToList();
            if (faults.Plan.Down.Contains(batch.Key.Municipality) || !folders.TryGetValue(batch.Key.Municipality, out var folder))
            {
                await outbox.PostponeAsync(receipts, WhileDown, cancellation);
                continue;
            }

            // Asked once: were the fault lifted while they are written, nonsense would count as brought.
            var poisoned = receipts.Where(ledger.IsPoisoned).ToHashSet();
            await WriteAsync(folder, batch.Key.ReplyTo!, receipts, poisoned, cancellation);
            if (receipts.FindAll(r => faults.DoublesReceipt(r.InstructionId)) is { Count: > 0 } doubled)
                await WriteAsync(folder, batch.Key.ReplyTo!, doubled, poisoned, cancellation);
            await outbox.PostponeAsync(poisoned, DebtorLedger.WhilePoisoned, cancellation);
            await outbox.TakeOffAsync([.. receipts.Except(poisoned)], cancellation);
        }

        return due.Count == MostAtOnce;
    }

    private Task WriteAsync(PrismeFolder folder, string replyTo, List<Decision> receipts, HashSet<Decision> poisoned, CancellationToken cancellation)
    {
        var batch = replyTo.Split('/');
        return folder.PutAsync(batch[0], ".kvit",
        [
            PrismeFolder.ReceiptHeader(folder.Municipality, batch[0], long.Parse(batch[1], CultureInfo.InvariantCulture), long.Parse(batch[2], CultureInfo.InvariantCulture), null),
            .. receipts.Select(receipt => poisoned.Contains(receipt) ? Nonsense(receipt.ReceiptId, receipt.InstructionId, faults) : Line(receipt)),
            PrismeFolder.Trailer("R99", receipts.Count),
        ], cancellation);
    }

    /// <summary>A receipt line with a status that does not exist, or without one.</summary>
    internal static PrismeLine Nonsense(Guid receiptId, Guid instructionId, FaultControl faults) => faults.IsWildNonsense(instructionId)
        ? PrismeLine.Of("R10", (1, receiptId.ToString("N")), (2, instructionId.ToString("N")), (9, "¤%&"))
        : PrismeLine.Of("R10", (1, receiptId.ToString("N")), (2, instructionId.ToString("N")), (3, "#¤%"));

    private static PrismeLine Line(Decision decision) => decision.Refusal is { } refusal
        ? PrismeLine.Of("R10", (1, decision.ReceiptId.ToString("N")), (2, decision.InstructionId.ToString("N")), (3, "AFVIST"), (5, refusal.Code), (6, refusal.Text),
            (7, FixByCode(refusal.FixBy)))
        : PrismeLine.Of("R10", (1, decision.ReceiptId.ToString("N")), (2, decision.InstructionId.ToString("N")), (3, "ACCEPTERET"), (4, decision.DebtorReference),
            (8, decision.PaymentSlip));

    internal static string FixByCode(FixBy fixBy) => fixBy switch { FixBy.Library => "B", FixBy.Municipality => "K", _ => "L" };
}

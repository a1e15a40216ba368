using System.Text.Json;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>Which message an entry becomes: pure, the same for the same entry.</summary>
public sealed class EntryRules(ConnectorOptions options)
{
    /// <summary>The wire's limit; an amount below it, or a payment of nothing, is somebody's mistake.</summary>
    private const long LeastOre = -1_000_000_000;

    /// <summary>An entry that comes in, as it is logged when its id is new.</summary>
    /// <param name="claim">The claim that its reference names; null: none.</param>
    /// <param name="known">What the instruction log knows of it; null: nothing, it was transferred before there was a log.</param>
    public EntryRow Taken(string municipality, EntryContent content, OurReference? claim, ClaimInLog? known, DateTimeOffset now)
    {
        var (bounded, hash) = (content.Bounded(), content.Hash());
        var message = !content.IsOfTheClaim ? null
            : content.Kind == EntryKind.Unreadable ? Unmatched(municipality, bounded, null, isConflict: false)
            : !IsPossible(content) ? Unmatched(municipality, bounded, hash, isConflict: true)
            : claim is null ? Unmatched(municipality, bounded, null, isConflict: false)
            : Ordinary(municipality, bounded, claim, known);
        return new EntryRow(
            municipality, content.EntryId, hash, IsConflict: false, content.Kind, claim?.ClaimId, content.AmountOre, content.BookedAt.ToUnixTimeMilliseconds(),
            now.ToUnixTimeMilliseconds(), bounded.ToJson(), message,
            // Published at once; this is when somebody looks whether that went well.
            message is null ? null : (now + options.Lease).ToUnixTimeMilliseconds());
    }

    /// <summary>The same entry when its id is there with other content: what came first stands, and a person looks at the other.</summary>
    public static EntryRow Conflict(EntryRow row) => row with
    {
        IsConflict = true,
        Message = row.Message is null ? null : Unmatched(row.Municipality, EntryContent.Read(row.Content), row.ContentHash, isConflict: true),
    };

    private static bool IsPossible(EntryContent content) => content.Kind switch
    {
        EntryKind.Coverage or EntryKind.Reversal => content.AmountOre > 0,
        EntryKind.WriteOff or EntryKind.Adjustment => content.AmountOre is >= LeastOre and <= -LeastOre,
        _ => true,
    };

    private static EntryMessage Ordinary(string municipality, EntryContent entry, OurReference reference, ClaimInLog? known)
    {
        // Only what it says of the entry is used: the message it becomes has an id of its own.
        var said = Said(Guid.Empty, municipality, entry, isConflict: false);
        var message = EntryMessages.OfClaim(said, reference.ClaimId, reference.Agency, reference.FeeId, known?.Version ?? 1);
        return new EntryMessage(NameOf(message), message.MessageId, JsonSerializer.Serialize(message, MessageJson.Default.GetTypeInfo(message.GetType())!), known?.TraceParent);
    }

    /// <param name="hash">Of the content, where the entry's id alone would not tell this message from another.</param>
    private static EntryMessage Unmatched(string municipality, EntryContent entry, string? hash, bool isConflict)
    {
        var id = DeterministicId.Create(DeterministicId.ClaimsTransfer, $"entry/{municipality}/{entry.EntryId}{(hash is null ? "" : $"/{hash}")}");
        return new EntryMessage(
            MessageNames.DebtorEntryUnmatched, id, JsonSerializer.Serialize(Said(id, municipality, entry, isConflict), MessageJson.Default.DebtorEntryUnmatched), null);
    }

    private static DebtorEntryUnmatched Said(Guid id, string municipality, EntryContent entry, bool isConflict)
    {
        // Whether its check digit is right is for Payments to judge; what is no slip's number at all is still shown to the person who looks for the claim.
        var slip = PaymentSlips.Digits(entry.PaymentSlip);
        return new(
            id, entry.BookedAt, municipality, entry.EntryId, KindOf(entry.Kind), Math.Max(entry.AmountOre, LeastOre), entry.ValueDate,
            entry.Reference, entry.DebtorReference, slip, entry.Channel, entry.ReversesEntryId, entry.Reason, entry.Status, isConflict,
            slip is null ? entry.PaymentSlip : null, entry.Unreadable);
    }

    private static string NameOf(IClaimMessage message) => message switch
    {
        CoverageRegistered => MessageNames.CoverageRegistered,
        CoverageReversed => MessageNames.CoverageReversed,
        WriteOffRegistered => MessageNames.WriteOffRegistered,
        DebtorAccountChanged => MessageNames.DebtorAccountChanged,
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.GetType().Name, "Not the message of an entry."),
    };

    private static DebtorEntryKind KindOf(EntryKind kind) => kind switch
    {
        EntryKind.Coverage => DebtorEntryKind.Coverage,
        EntryKind.Reversal => DebtorEntryKind.Reversal,
        EntryKind.WriteOff => DebtorEntryKind.WriteOff,
        EntryKind.Adjustment => DebtorEntryKind.Adjustment,
        EntryKind.Account => DebtorEntryKind.Account,
        EntryKind.Unreadable => DebtorEntryKind.Unreadable,
        _ => throw new InvalidOperationException($"A {kind} is none of the claim's and has no message."),
    };
}

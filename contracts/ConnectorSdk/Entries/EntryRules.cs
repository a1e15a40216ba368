using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
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
        var bounded = content.Bounded();
        var message = !content.IsOfTheClaim ? null
            : !IsPossible(content) ? Unmatched(municipality, bounded, content.Hash(), isConflict: true)
            : claim is null ? Unmatched(municipality, bounded, null, isConflict: false)
            : Ordinary(municipality, bounded, claim, known);
        return new EntryRow(
            municipality, content.EntryId, content.Hash(), IsConflict: false, content.Kind, claim?.ClaimId, content.AmountOre, content.BookedAt.ToUnixTimeMilliseconds(),
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
        var (claim, agency, fee, version) = (reference.ClaimId, reference.Agency, reference.FeeId, known?.Version ?? 1);
        var id = DeterministicId.Of(claim, $"entry/{entry.EntryId}");
        return entry.Kind switch
        {
            EntryKind.Coverage => Message(MessageNames.CoverageRegistered, MessageJson.Default.CoverageRegistered, new CoverageRegistered(
                id, entry.BookedAt, claim, municipality, agency, fee, version, entry.EntryId, entry.AmountOre, entry.Channel, entry.ValueDate)),
            EntryKind.Reversal => Message(MessageNames.CoverageReversed, MessageJson.Default.CoverageReversed, new CoverageReversed(
                id, entry.BookedAt, claim, municipality, agency, fee, version, entry.EntryId, entry.ReversesEntryId, entry.AmountOre, entry.ValueDate)),
            EntryKind.WriteOff => Message(MessageNames.WriteOffRegistered, MessageJson.Default.WriteOffRegistered, new WriteOffRegistered(
                id, entry.BookedAt, claim, municipality, agency, fee, version, entry.EntryId, entry.AmountOre, entry.Reason, entry.ValueDate)),
            // The entry says how the claim changed, the message by how much less is claimed.
            EntryKind.Adjustment => Message(MessageNames.WriteOffRegistered, MessageJson.Default.WriteOffRegistered, new WriteOffRegistered(
                id, entry.BookedAt, claim, municipality, agency, fee, version, entry.EntryId, -entry.AmountOre, entry.Reason, entry.ValueDate, WriteOffKind.Adjustment)),
            EntryKind.Account => Message(MessageNames.DebtorAccountChanged, MessageJson.Default.DebtorAccountChanged, new DebtorAccountChanged(
                id, entry.BookedAt, claim, municipality, agency, fee, version, entry.EntryId, entry.Status!.Value)),
            _ => throw new InvalidOperationException($"A {entry.Kind} is none of the claim's and has no message."),
        };

        EntryMessage Message<T>(string name, JsonTypeInfo<T> type, T message) => new(name, id, JsonSerializer.Serialize(message, type), known?.TraceParent);
    }

    /// <param name="hash">Of the content, where the entry's id alone would not tell this message from another.</param>
    private static EntryMessage Unmatched(string municipality, EntryContent entry, string? hash, bool isConflict)
    {
        var id = DeterministicId.Create(DeterministicId.ClaimsTransfer, $"entry/{municipality}/{entry.EntryId}{(hash is null ? "" : $"/{hash}")}");
        var message = new DebtorEntryUnmatched(
            id, entry.BookedAt, municipality, entry.EntryId, KindOf(entry.Kind), Math.Max(entry.AmountOre, LeastOre), entry.ValueDate,
            entry.Reference, entry.DebtorReference, entry.PaymentSlip, entry.Channel, entry.ReversesEntryId, entry.Reason, entry.Status, isConflict);
        return new EntryMessage(MessageNames.DebtorEntryUnmatched, id, JsonSerializer.Serialize(message, MessageJson.Default.DebtorEntryUnmatched), null);
    }

    private static DebtorEntryKind KindOf(EntryKind kind) => kind switch
    {
        EntryKind.Coverage => DebtorEntryKind.Coverage,
        EntryKind.Reversal => DebtorEntryKind.Reversal,
        EntryKind.WriteOff => DebtorEntryKind.WriteOff,
        EntryKind.Adjustment => DebtorEntryKind.Adjustment,
        EntryKind.Account => DebtorEntryKind.Account,
        _ => throw new InvalidOperationException($"A {kind} is none of the claim's and has no message."),
    };
}

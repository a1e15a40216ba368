using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConnectorSdk.Entries;

/// <summary>What an entry is, for the log and the figures.</summary>
public enum EntryKind { Coverage, Reversal, WriteOff, Adjustment, Charge, ChargeWaiver, Account, Unreadable }

/// <summary>
/// An entry laid flat: what tells a repeat from a conflict, and what the log keeps. A field that is absent is left out of its JSON, so that a field added later
/// leaves the hash of earlier entries as it was.
/// </summary>
/// <param name="Part">With coverage, reversal, charge and waiver.</param>
/// <param name="AmountOre">Øre; of an adjustment the change, with its sign; 0 with account.</param>
public sealed record EntryContent(
    EntryKind Kind, string EntryId, string? Reference, string? DebtorReference, string? PaymentSlip, AccountPart? Part, long AmountOre, string? Channel,
    DateOnly ValueDate, DateTimeOffset BookedAt, string? ReversesEntryId, string? Reason, DebtorAccountStatus? Status, UnreadableEntry? Unreadable = null)
{
    private const int MostCharacters = 100;
    private const int MostOfChannel = 50;
    private const int MostOfReason = 500;

    /// <summary>Whether it is about the library's claim. Reminder fees and interest are the debtor system's own: kept, and never published.</summary>
    public bool IsOfTheClaim => Kind is not (EntryKind.Charge or EntryKind.ChargeWaiver) && Part is null or AccountPart.Principal;

    public static EntryContent Of(DebtorEntry entry)
    {
        var bare = new EntryContent(
            default, IdOf(entry.EntryId), entry.Subject.Reference, entry.Subject.DebtorReference, entry.Subject.PaymentSlip, null, 0, null,
            entry.ValueDate, entry.BookedAt.ToUniversalTime(), null, null, null);
        return entry switch
        {
            DebtorEntry.Coverage coverage => bare with { Kind = EntryKind.Coverage, AmountOre = coverage.AmountOre, Channel = coverage.Channel, Part = coverage.Part },
            DebtorEntry.Reversal reversal => bare with
            {
                Kind = EntryKind.Reversal, AmountOre = reversal.AmountOre, Part = reversal.Part, ReversesEntryId = string.IsNullOrWhiteSpace(reversal.ReversesEntryId) ? null : IdOf(reversal.ReversesEntryId),
            },
            DebtorEntry.WriteOff writeOff => bare with { Kind = EntryKind.WriteOff, AmountOre = writeOff.AmountOre, Reason = writeOff.Reason },
            DebtorEntry.Adjustment adjustment => bare with { Kind = EntryKind.Adjustment, AmountOre = adjustment.ChangeOre, Reason = adjustment.Reason },
            DebtorEntry.Charge charge => bare with { Kind = EntryKind.Charge, AmountOre = charge.AmountOre, Part = charge.Part },
            DebtorEntry.ChargeWaiver waiver => bare with { Kind = EntryKind.ChargeWaiver, AmountOre = waiver.AmountOre, Part = waiver.Part, Reason = waiver.Reason },
            DebtorEntry.Unreadable unreadable => bare with { Kind = EntryKind.Unreadable, AmountOre = unreadable.AmountOre, Unreadable = unreadable.Line },
            DebtorEntry.Account account => bare with { Kind = EntryKind.Account, Status = account.Status },
            _ => throw new ArgumentException($"{entry.GetType().Name} is no entry that the SDK knows."),
        };
    }

    public static EntryContent Read(string json) =>
        JsonSerializer.Deserialize(json, EntryJson.Default.EntryContent) ?? throw new InvalidOperationException("The log's content of an entry is null.");

    /// <summary>The same for the same content, whoever reads it and however often; of the content as it came, before anything was cut or masked.</summary>
    public string Hash()
    {
        // The line is what it says, in whatever document and place it comes again.
        var said = Unreadable is null ? this : this with { Unreadable = Unreadable with { Document = "", Line = 0 } };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(said, EntryJson.Default.EntryContent)));
    }

    public string ToJson() => JsonSerializer.Serialize(this, EntryJson.Default.EntryContent);

    /// <summary>As it is stored and sent on: within the wire's limits, and without what has the shape of a CPR number.</summary>
    public EntryContent Bounded() => this with
    {
        Reference = Masked(Reference, MostCharacters), DebtorReference = Masked(DebtorReference, MostCharacters), PaymentSlip = PaymentSlips.Digits(PaymentSlip) ?? Masked(PaymentSlip, MostCharacters),
        Channel = Masked(Channel, MostOfChannel), Reason = Masked(Reason, MostOfReason),
        Unreadable = Unreadable is null ? null : Unreadable with
        {
            Document = PersonalData.Mask(Unreadable.Document, MostCharacters), Field = PersonalData.Mask(Unreadable.Field, MostOfChannel),
            EntryId = Masked(Unreadable.EntryId, MostCharacters), Said = PersonalData.Mask(Unreadable.Said, MostOfReason),
        },
    };

    /// <summary>An id beyond what a key column and the wire hold is replaced by a hash of it: still the same for the same entry.</summary>
    private static string IdOf(string given)
    {
        var id = given.Trim();
        if (id.Length == 0)
            throw new ArgumentException("An entry has no id; a connector hands none in without.");
        return id.Length <= MostCharacters && !id.Any(char.IsControl) ? id : DeterministicId.Create(DeterministicId.ClaimsTransfer, $"entry-id/{id}").ToString();
    }

    private static string? Masked(string? text, int limit) => string.IsNullOrWhiteSpace(text) ? null : PersonalData.Mask(text.Trim(), limit);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(CamelCaseEnum<EntryKind>), typeof(CamelCaseEnum<AccountPart>), typeof(CamelCaseEnum<DebtorAccountStatus>), typeof(CamelCaseEnum<EntryFault>)])]
[JsonSerializable(typeof(EntryContent))]
internal sealed partial class EntryJson : JsonSerializerContext;

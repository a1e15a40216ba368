using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Money;

namespace ClaimsTransfer.Sandbox.Indsigt;

/// <summary>The bodies of the REST profile as the stand-in knows them: it shares no code with the connector.</summary>
public sealed record InstructionBatch(Guid BatchId, IReadOnlyList<InstructionItem> Instructions, bool Test = false);

public sealed record InstructionItem(
    Guid InstructionId, InstructionKind Kind, string Reference, int Version, long AmountOre, string? Agency, long? FeeId, DebtorItem? Debtor);

public sealed record DebtorItem(string? Cpr, string? Cvr, string? Name)
{
    public override string ToString() => "******";
}

public sealed record Question(IReadOnlyList<Guid> InstructionIds);

public enum ItemStatus { Received, Accepted, Rejected, NotFound }

/// <param name="FixBy">With <see cref="ItemStatus.Rejected"/>: library, municipality or vendor.</param>
public sealed record ItemAnswer(
    Guid InstructionId, ItemStatus Status, string? ReceiptId = null, string? DebtorReference = null, string? Code = null, string? Text = null, FixBy? FixBy = null,
    string? PaymentSlip = null);

/// <param name="Items">Each an <see cref="ItemAnswer"/>, but for what the fault <c>poison</c> makes of it.</param>
public sealed record Answers(IReadOnlyList<JsonElement> Items);

/// <summary>An answer or receipt about one instruction that does not fit the profile.</summary>
public sealed record Nonsense(Guid InstructionId, string? ReceiptId, string? Position, JsonElement? Status);

public sealed record ReceiptItem(
    string Position, string ReceiptId, Guid InstructionId, ItemStatus Status, string? DebtorReference = null, string? Code = null, string? Text = null, FixBy? FixBy = null,
    string? PaymentSlip = null);

public sealed record ReceiptPage(IReadOnlyList<JsonElement> Receipts, string Next, bool More);

public enum EntryKind { Coverage, Reversal, WriteOff, Adjustment, Charge, Account }

/// <param name="AmountOre">Of an adjustment the change, with its sign; absent with <see cref="EntryKind.Account"/>.</param>
/// <param name="Status">With <see cref="EntryKind.Account"/>.</param>
public sealed record EntryItem(
    string Position, string EntryId, EntryKind Kind, string? Reference, string? DebtorReference, string? PaymentSlip, MoneyPart? Part, long? AmountOre, string? Channel,
    DateOnly ValueDate, DateTimeOffset BookedAt, string? ReversesEntryId, string? Reason, AccountStatus? Status);

public sealed record EntryPage(IReadOnlyList<EntryItem> Entries, string Next, bool More);

/// <param name="CoveredOre">Covered less reversed.</param>
public sealed record AccountItem(string Reference, long AmountOre, long CoveredOre, long WrittenOffOre, bool InForce, int Bookings, DateTimeOffset ChangedAt);

public sealed record AccountPage(IReadOnlyList<AccountItem> Accounts, bool More);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false, Converters = [typeof(CamelCaseEnum<InstructionKind>), typeof(CamelCaseEnum<FixBy>), typeof(CamelCaseEnum<ItemStatus>),
        typeof(CamelCaseEnum<EntryKind>), typeof(CamelCaseEnum<MoneyPart>), typeof(CamelCaseEnum<AccountStatus>)])]
[JsonSerializable(typeof(InstructionBatch))]
[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Answers))]
[JsonSerializable(typeof(ItemAnswer))]
[JsonSerializable(typeof(ReceiptItem))]
[JsonSerializable(typeof(Nonsense))]
[JsonSerializable(typeof(ReceiptPage))]
[JsonSerializable(typeof(EntryPage))]
[JsonSerializable(typeof(AccountPage))]
internal sealed partial class IndsigtJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OesIndsigt.Extract;
using ClaimsTransfer.OesIndsigt.Feeds;

namespace ClaimsTransfer.OesIndsigt;

/// <summary>A call's instructions. The same at the same attempts have the same batch id, which is the call's Idempotency-Key.</summary>
internal sealed record InstructionBatch(Guid BatchId, bool Test, IReadOnlyList<InstructionItem> Instructions)
{
    public static InstructionBatch Of(DebtorSystem system, IReadOnlyList<Instruction> instructions)
    {
        var names = string.Join('/', instructions.Select(i => $"{i.Id:N}:{i.Attempt}"));
        return new InstructionBatch(
            DeterministicId.Create(DeterministicId.ClaimsTransfer, $"indsigt-batch/{system.Municipality}/{names}"), system.IsTest, [.. instructions.Select(InstructionItem.Of)]);
    }
}

internal sealed record InstructionItem(
    Guid InstructionId, InstructionKind Kind, string Reference, int Version, string Agency, long FeeId, ClaimType Type, string? Reason, long AmountOre,
    DateOnly CreatedOn, DateOnly? DueOn, DebtorKind DebtorKind, DebtorItem Debtor, IReadOnlyList<Material> Materials)
{
    public static InstructionItem Of(Instruction instruction) => new(
        instruction.Id, instruction.Kind, instruction.Reference, instruction.Version, instruction.Agency, instruction.FeeId, instruction.Type, instruction.Reason,
        instruction.AmountOre, instruction.CreatedOn, instruction.DueOn, instruction.DebtorKind, DebtorItem.Of(instruction.Debtor), instruction.Materials);

    public override string ToString() => $"{Kind} {Reference} v{Version}";
}

internal sealed record DebtorItem(string? Cpr, string? Cvr, string? Name)
{
    public static DebtorItem Of(Defaults.Sealing.OpenIdentity identity) => identity.Kind == IdentityKind.Organisation
        ? new DebtorItem(null, identity.Number, identity.Name)
        : new DebtorItem(identity.Number, null, identity.Name);

    public override string ToString() => "******";
}

internal sealed record Question(IReadOnlyList<Guid> InstructionIds);

internal enum ItemStatus { Received, Accepted, Rejected, NotFound }

internal sealed record ItemAnswer(
    Guid InstructionId, ItemStatus Status, string? ReceiptId = null, string? DebtorReference = null, string? Code = null, string? Text = null, FixBy? FixBy = null,
    string? PaymentSlip = null)
{
    // A slip that is none must not stop the claim it was issued for.
    private string? Slip => PaymentSlip is { Length: 15 } slip && slip.All(char.IsAsciiDigit) ? slip : null;

    public Submitted ToSubmitted() => Status switch
    {
        ItemStatus.Received => new Submitted.Pending(ReceiptId),
        ItemStatus.Accepted => new Submitted.Accepted(DebtorReference, ReceiptId, Slip),
        ItemStatus.Rejected => ToRejected(),
        _ => new Submitted.Unknown("the answer to a submission cannot be 'not found'"),
    };

    public Submitted.Rejected ToRejected() => new(Code ?? "UNSPECIFIED", Text ?? "The debtor system gave no reason.", FixBy ?? Messages.FixBy.Vendor);

    public Found ToFound() => Status switch
    {
        ItemStatus.Received => new Found.InProgress(ReceiptId),
        ItemStatus.Accepted => new Found.Done(DebtorReference, ReceiptId, Slip),
        ItemStatus.Rejected => new Found.Rejected(Code ?? "UNSPECIFIED", Text ?? "The debtor system gave no reason.", FixBy ?? Messages.FixBy.Vendor),
        _ => new Found.NotThere(),
    };
}

/// <summary>Each is read by itself: one that does not fit must not take its neighbours with it.</summary>
internal sealed record Answers(IReadOnlyList<JsonElement> Items);

/// <summary>What one of many says, or why it cannot be understood.</summary>
/// <param name="Fault">Where it does not fit, never what stands there; null: it fits.</param>
internal sealed record ItemReading(Guid InstructionId, ItemAnswer? Answer, string? Fault)
{
    /// <summary>Null where not even the instruction can be read that it is about.</summary>
    public static ItemReading? Of(JsonElement json)
    {
        if (!Guid.TryParseExact(TextOf(json, "instructionId"), "D", out var instructionId))
            return null;
        try
        {
            return new ItemReading(instructionId, json.Deserialize(IndsigtJson.Default.ItemAnswer), null);
        }
        catch (JsonException broken)
        {
            return new ItemReading(instructionId, null, $"a field is missing or cannot be read, at {broken.Path}");
        }
    }

    /// <summary>Null where there is none, or one that is no text: half a surrogate, or bytes that are no UTF-8.</summary>
    public static string? TextOf(JsonElement json, string name)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public Submitted ToSubmitted() => Answer?.ToSubmitted() ?? new Submitted.NotUnderstood(Fault!);

    public Found ToFound() => Answer?.ToFound() ?? new Found.NotUnderstood(Fault!);
}

/// <param name="Receipts">Each an <see cref="ItemAnswer"/> with its receipt's id and its position in the feed.</param>
internal sealed record ReceiptPage(IReadOnlyList<JsonElement> Receipts, string Next, bool More);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(CamelCaseEnum<InstructionKind>), typeof(CamelCaseEnum<ClaimType>), typeof(CamelCaseEnum<DebtorKind>), typeof(CamelCaseEnum<FixBy>), typeof(CamelCaseEnum<ItemStatus>),
        typeof(MomentWithOffset)])]
[JsonSerializable(typeof(InstructionBatch))]
[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Answers))]
[JsonSerializable(typeof(ItemAnswer))]
[JsonSerializable(typeof(ReceiptPage))]
[JsonSerializable(typeof(EntryPage))]
[JsonSerializable(typeof(EntryItem))]
[JsonSerializable(typeof(AccountPage))]
internal sealed partial class IndsigtJson : JsonSerializerContext;

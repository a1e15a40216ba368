using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaimsTransfer.Messages;

/// <summary>The wire form of every message: camelCase, enums by name in camelCase, absent when null, UTF-8.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    Converters = [typeof(CamelCaseEnum<ClaimType>), typeof(CamelCaseEnum<DebtorKind>), typeof(CamelCaseEnum<IdentityKind>),
        typeof(CamelCaseEnum<InstructionKind>), typeof(CamelCaseEnum<FixBy>), typeof(CamelCaseEnum<TransferOutcome>), typeof(CamelCaseEnum<ClaimOperation>),
        typeof(CamelCaseEnum<DebtorAccountStatus>), typeof(CamelCaseEnum<WriteOffKind>), typeof(CamelCaseEnum<DebtorEntryKind>), typeof(CamelCaseEnum<EntryFault>),
        typeof(CamelCaseEnum<BalanceChange>)])]
[JsonSerializable(typeof(SubmitClaim))]
[JsonSerializable(typeof(AdjustClaim))]
[JsonSerializable(typeof(CancelClaim))]
[JsonSerializable(typeof(ChangeLiableParty))]
[JsonSerializable(typeof(ClaimRefused))]
[JsonSerializable(typeof(ClaimHeld))]
[JsonSerializable(typeof(ClaimOutOfScope))]
[JsonSerializable(typeof(ClaimTransferred))]
[JsonSerializable(typeof(TransferRejected))]
[JsonSerializable(typeof(ClaimCancelled))]
[JsonSerializable(typeof(ClaimCreated))]
[JsonSerializable(typeof(ClaimAdjusted))]
[JsonSerializable(typeof(ClaimWithdrawn))]
[JsonSerializable(typeof(LiablePartyChanged))]
[JsonSerializable(typeof(TransferClaim))]
[JsonSerializable(typeof(TransferReported))]
[JsonSerializable(typeof(CoverageRegistered))]
[JsonSerializable(typeof(CoverageReversed))]
[JsonSerializable(typeof(WriteOffRegistered))]
[JsonSerializable(typeof(DebtorAccountChanged))]
[JsonSerializable(typeof(DebtorEntryUnmatched))]
[JsonSerializable(typeof(PaymentReconciled))]
[JsonSerializable(typeof(OperateClaim))]
[JsonSerializable(typeof(MessageDeadLettered))]
public sealed partial class MessageJson : JsonSerializerContext;

/// <summary>Enums on the wire are their names in camelCase; numbers are not taken.</summary>
public sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Payments.Asking;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.ToFbs;

namespace ClaimsTransfer.Payments;

/// <summary>How accounts and effects are kept and shown: as on the wire, camelCase, absent when null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(RecordedEffect[]))]
[JsonSerializable(typeof(PaymentsAccounting))]
[JsonSerializable(typeof(AccountView))]
[JsonSerializable(typeof(WorklistPage))]
[JsonSerializable(typeof(PlacedPage))]
[JsonSerializable(typeof(PlacedEntry))]
[JsonSerializable(typeof(WorklistStep[]))]
[JsonSerializable(typeof(PlaceRequest))]
[JsonSerializable(typeof(CloseRequest))]
[JsonSerializable(typeof(WorklistDecision))]
[JsonSerializable(typeof(RecordedList))]
[JsonSerializable(typeof(WaitingPage))]
[JsonSerializable(typeof(Forecasts))]
[JsonSerializable(typeof(Erased))]
[JsonSerializable(typeof(SendersView))]
internal sealed partial class PaymentsJson : JsonSerializerContext;

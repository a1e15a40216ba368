using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Erasing;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Accounting;
using ClaimsTransfer.Routing.Asking;
using ClaimsTransfer.Routing.Definition;
using ClaimsTransfer.Routing.Erasing;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Timeline;

namespace ClaimsTransfer.Routing;

/// <summary>How states and effects are kept and shown: as on the wire, camelCase, absent when null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ClaimState))]
[JsonSerializable(typeof(RecordedEffect[]))]
[JsonSerializable(typeof(RoutingAccounts))]
[JsonSerializable(typeof(ClaimTimeline))]
[JsonSerializable(typeof(OperationRequest))]
[JsonSerializable(typeof(OperationAccepted))]
[JsonSerializable(typeof(LeftOutView))]
[JsonSerializable(typeof(TakeInRequest))]
[JsonSerializable(typeof(RecordedList))]
[JsonSerializable(typeof(ClaimPage))]
[JsonSerializable(typeof(ClaimCount))]
[JsonSerializable(typeof(RejectionGroups))]
[JsonSerializable(typeof(Forecasts))]
[JsonSerializable(typeof(SagaDefinition))]
[JsonSerializable(typeof(SendersView))]
[JsonSerializable(typeof(EndedClaims))]
[JsonSerializable(typeof(Erasure))]
[JsonSerializable(typeof(Erased))]
internal sealed partial class RoutingJson : JsonSerializerContext;

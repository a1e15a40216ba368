using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Running;

namespace ClaimsTransfer.Payments.Reconciliation;

/// <summary>How runs and differences are kept and answered: camelCase, enums by name, an amount that a ledger does not have as null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DictionaryKeyPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(CamelCaseEnum<Cause>), typeof(CamelCaseEnum<SuggestedAction>)])]
[JsonSerializable(typeof(ReconciliationRun))]
[JsonSerializable(typeof(Difference))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class ReconciliationJson : JsonSerializerContext;

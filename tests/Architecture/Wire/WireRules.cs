namespace ClaimsTransfer.Architecture.Wire;

/// <summary>What a C# type cannot say of a field: patterns, limits, closed lists. JSON Schema keywords, by <c>field</c> for every record or by <c>Record.field</c>.</summary>
internal static class WireRules
{
    public static readonly IReadOnlyDictionary<string, string> Fields = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["agency"] = """{ "pattern": "^DK-7[0-9]{5}$" }""",
        ["branch"] = """{ "pattern": "^DK-7[0-9]{5}$" }""",
        ["municipality"] = """{ "pattern": "^[0-9]{4}$" }""",
        ["feeId"] = """{ "minimum": 1 }""",
        ["version"] = """{ "minimum": 1, "maximum": 2147483647 }""",
        ["amountOre"] = """{ "minimum": 1 }""",
        ["newAmountOre"] = """{ "minimum": 1 }""",
        ["reference"] = """{ "pattern": "^[A-Za-z0-9-]{1,35}$" }""",

        ["SubmitClaim.version"] = """{ "const": 1 }""",
        ["SubmitClaim.type"] = """{ "minLength": 1, "maxLength": 100, "examples": ["fee", "compensation"] }""",
        ["SubmitClaim.reason"] = """{ "maxLength": 500 }""",
        ["SubmitClaim.amountOre"] = """{ "maximum": 1000000000 }""",
        ["SubmitClaim.materials"] = """{ "maxItems": 500 }""",
        ["SubmitClaim.currency"] = """{ "const": "DKK" }""",
        ["AdjustClaim.version"] = """{ "minimum": 2 }""",
        ["AdjustClaim.newAmountOre"] = """{ "maximum": 1000000000 }""",
        ["AdjustClaim.reason"] = """{ "maxLength": 500 }""",
        ["CancelClaim.version"] = """{ "minimum": 2 }""",
        ["CancelClaim.reason"] = """{ "enum": ["itemReturned", "error", "complaint", "waived"] }""",
        ["ChangeLiableParty.version"] = """{ "minimum": 2 }""",
        ["ChangeLiableParty.reason"] = """{ "enum": ["cprChange", "guardianAdded", "cameOfAge"] }""",
        ["ClaimWithdrawn.reason"] = """{ "enum": ["itemReturned", "error", "complaint", "waived"] }""",
        ["LiablePartyChanged.reason"] = """{ "enum": ["cprChange", "guardianAdded", "cameOfAge"] }""",

        ["Party.cpr"] = """{ "pattern": "^[0-9]{10}$" }""",
        ["Party.cvr"] = """{ "pattern": "^[0-9]{8}$" }""",
        ["Party.name"] = """{ "maxLength": 200 }""",
        ["Material.itemNumber"] = """{ "maxLength": 100 }""",
        ["Material.faust"] = """{ "maxLength": 100 }""",
        ["Material.group"] = """{ "maxLength": 200 }""",
        ["Material.title"] = """{ "maxLength": 500 }""",

        ["SealedIdentity.sealed"] = """{ "contentEncoding": "base64" }""",
        ["Fault.value"] = """{ "maxLength": 100 }""",
        ["TransferReported.debtorReference"] = """{ "maxLength": 100 }""",
        ["TransferReported.receipt"] = """{ "maxLength": 100 }""",
        ["TransferReported.code"] = """{ "maxLength": 100 }""",
        ["TransferReported.text"] = """{ "maxLength": 500 }""",
        ["OperateClaim.who"] = """{ "maxLength": 100 }""",
        ["OperateClaim.why"] = """{ "maxLength": 500 }""",
        ["patronId"] = """{ "minimum": 1 }""",
        ["paymentSlip"] = """{ "pattern": "^[0-9]{15}$" }""",
        ["entryId"] = """{ "minLength": 1, "maxLength": 100 }""",
        ["TakenPayment.orderId"] = """{ "pattern": "^[A-Za-z0-9-]{1,64}$" }""",
        ["WriteOffRegistered.amountOre"] = """{ "minimum": -1000000000 }""",
        ["DebtorEntryUnmatched.amountOre"] = """{ "minimum": -1000000000 }""",
        ["DebtorEntryUnmatched.reference"] = """{ "pattern": "^.*$", "maxLength": 100 }""",
        ["UnreadableEntry.document"] = """{ "maxLength": 100 }""",
        ["UnreadableEntry.line"] = """{ "minimum": 1 }""",
        ["UnreadableEntry.field"] = """{ "maxLength": 50 }""",
        ["UnreadableEntry.said"] = """{ "maxLength": 500 }""",
        ["PaymentReconciled.amountOre"] = """{ "minimum": -1000000000 }""",
        ["PaymentReconciled.sequence"] = """{ "minimum": 1 }""",
        ["MessageDeadLettered.cause"] = """{ "maxLength": 500 }""",
    };

    /// <summary>Rules about a record as a whole.</summary>
    public static readonly IReadOnlyDictionary<string, string> Records = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // One of the two, and not both; the other may be absent or null.
        ["Party"] = """
            { "oneOf": [
                { "required": ["cpr"], "properties": { "cpr": { "type": "string" }, "cvr": { "type": "null" } } },
                { "required": ["cvr"], "properties": { "cvr": { "type": "string" }, "cpr": { "type": "null" } } } ] }
            """,
    };
}

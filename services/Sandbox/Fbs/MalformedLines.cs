using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>Ways in which a line can be wrong. Each is made from a good claim, so that nothing but the named fault is wrong with it.</summary>
public static class MalformedLines
{
    private static readonly (string Kind, Func<string, byte[]> Make)[] Kinds =
    [
        ("cut-off", good => Utf8(good[..(good.Length / 2)])),
        ("not-json", _ => Utf8("434536;DK-710100;70,00;2026-10-22")),
        ("an-array", _ => Utf8("[1,2,3]")),
        ("a-number", _ => Utf8("42")),
        ("null", _ => Utf8("null")),
        ("empty-object", _ => Utf8("{}")),
        ("trailing-garbage", good => Utf8(good + "}")),
        ("not-utf-8", good => Latin1(good)),
        ("duplicate-key", good => Utf8(good[..^1] + ",\"amountOre\":100}")),
        ("deeply-nested", good => Utf8($"{good[..^1]},\"extra\":{new string('[', 2_000)}{new string(']', 2_000)}}}")),
        ("not-a-number", good => Utf8(Raw(good, "amountOre", "NaN"))),
        ("amount-as-text", Changed("amountOre", "7000")),
        ("amount-with-decimals", good => Utf8(Raw(good, "amountOre", "20.5"))),
        ("amount-beyond-range", good => Utf8(Raw(good, "amountOre", "1e30"))),
        ("amount-zero", Changed("amountOre", 0)),
        ("amount-negative", Changed("amountOre", -7000)),
        ("amount-missing", Changed("amountOre", null)),
        ("currency-euro", Changed("currency", "EUR")),
        ("agency-missing", Changed("agency", null)),
        ("agency-not-an-isil", Changed("agency", "710100")),
        ("agency-of-no-municipality", Changed("agency", "DK-799900")),
        ("fee-id-as-text", Changed("feeId", "434536a")),
        ("message-id-not-a-uuid", Changed("messageId", "17")),
        ("version-zero", Changed("version", 0)),
        ("type-missing", Changed("type", null)),
        ("created-in-danish-form", Changed("createdOn", "22-10-2026")),
        ("created-on-no-day", Changed("createdOn", "2026-02-30")),
        ("borrower-missing", Changed("borrower", null)),
        ("borrower-without-number", Changed("borrower", new JsonObject { ["name"] = "Anne Jensen" })),
        ("cpr-with-letters", Changed("borrower", new JsonObject { ["cpr"] = "01010A1234" })),
        ("cpr-too-short", Changed("borrower", new JsonObject { ["cpr"] = "010101123" })),
        ("cpr-without-date", Changed("borrower", new JsonObject { ["cpr"] = "3113011234" })),
        ("cvr-with-wrong-check", Changed("borrower", new JsonObject { ["cvr"] = "64942213" })),
        ("name-too-long", Changed("borrower", new JsonObject { ["cpr"] = "0101701234", ["name"] = new string('x', 300) })),
        ("guardian-is-borrower", good =>
        {
            var claim = JsonNode.Parse(good)!.AsObject();
            claim["borrower"] = new JsonObject { ["cpr"] = "0101701234" };
            claim["guardian"] = new JsonObject { ["cpr"] = "0101701234" };
            return Utf8(claim.ToJsonString());
        }),
        ("materials-not-a-list", Changed("materials", "5237124059")),
        ("kind-unknown", good => Utf8("{\"kind\":\"submit-clam\"," + good[1..])),
        ("adjustment-without-amount", good => Change(good, MessageNames.AdjustClaim, change => change["reason"] = "returned")),
        ("adjustment-to-text", good => Change(good, MessageNames.AdjustClaim, change => change["newAmountOre"] = "less")),
        ("cancellation-without-known-reason", good => Change(good, MessageNames.CancelClaim, change => change["reason"] = "because")),
        ("liable-party-missing", good => Change(good, MessageNames.ChangeLiableParty, change => change["reason"] = "cprChange")),
    ];

    public static IReadOnlyList<string> KindNames { get; } = [.. Kinds.Select(kind => kind.Kind)];

    /// <summary>The nth malformed line, made from a good one.</summary>
    public static SampleLine Make(int number, string good)
    {
        var (kind, make) = Kinds[number % Kinds.Length];
        var exchange = kind switch
        {
            "kind-unknown" => null,
            "adjustment-without-amount" or "adjustment-to-text" => MessageNames.AdjustClaim,
            "cancellation-without-known-reason" => MessageNames.CancelClaim,
            "liable-party-missing" => MessageNames.ChangeLiableParty,
            _ => MessageNames.SubmitClaim,
        };
        return new SampleLine(SampleCategory.Malformed, exchange, MessageId: null, make(good), MalformedKind: kind);
    }

    private static Func<string, byte[]> Changed(string field, JsonNode? value) => good =>
    {
        var claim = JsonNode.Parse(good)!.AsObject();
        if (value is null)
            claim.Remove(field);
        else
            claim[field] = value.DeepClone();
        return Utf8(claim.ToJsonString());
    };

    private static byte[] Change(string good, string kind, Action<JsonObject> spoil)
    {
        var claim = JsonNode.Parse(good)!.AsObject();
        var change = new JsonObject { ["kind"] = kind };
        foreach (var field in (string[])["messageId", "occurredAt", "agency", "feeId"])
            change[field] = claim[field]!.DeepClone();
        change["version"] = 2;
        spoil(change);
        return Utf8(change.ToJsonString());
    }

    /// <summary>Replaces a number by text that no JSON writer would write.</summary>
    private static string Raw(string good, string field, string value)
    {
        var start = good.IndexOf($"\"{field}\":", StringComparison.Ordinal) + field.Length + 3;
        return $"{good[..start]}{value}{good[good.IndexOf(',', start)..]}";
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Latin1(string good)
    {
        var claim = JsonNode.Parse(good)!.AsObject();
        claim["reason"] = "Gebyr #";
        var bytes = Utf8(claim.ToJsonString());
        bytes[bytes.IndexOf((byte)'#')] = 0xF8;
        return bytes;
    }
}

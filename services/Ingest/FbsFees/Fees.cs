using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.FbsFees;

/// <summary>One fee of FBS, by its own field names.</summary>
internal static class Fees
{
    /// <summary>Some systems write a day of the year 1 where there is none.</summary>
    private const int FirstYear = 1990;

    /// <param name="isPaid">Only whose and which fee it is must be readable.</param>
    public static SubmitClaim? Read(Fields fee, ref Addressed addressed, Beside beside, DateTimeOffset now, bool isPaid)
    {
        var feeId = fee.Integer("feeId", 1, long.MaxValue, "feeId", Examples.FeeId);
        addressed = addressed with { FeeId = feeId };
        if (addressed.Agency is not null && feeId is not null)
        {
            var claimId = DeterministicId.OfClaim(addressed.Agency, feeId.Value);
            addressed = new Addressed(ListedFee.IdOf(claimId, 1), now, addressed.Municipality, addressed.Agency, feeId, 1);
        }

        if (isPaid)
            return null;
        var amount = AmountOre(fee);
        var createdOn = Day(fee, "creationDate", Examples.CreatedOn, isRequired: true);
        var dueOn = Day(fee, "dueDate", Examples.DueOn, isRequired: false);
        Submissions.CheckDates(fee, "creationDate", "dueDate", createdOn, dueOn, now);
        // A type that FBS has not thought of yet is a claim all the same.
        var type = fee.IsGiven("type", out var given) && given.ValueKind == JsonValueKind.String && given.GetString() is "fee" or "compensation" ? given.GetString()! : "other";
        string?[] own = [beside.Borrower?.Cpr, beside.Guardian?.Cpr];
        var reason = PersonalText.MaskCpr(fee.Text("reasonMessage", Limits.ReasonLength, Examples.Reason, isRequired: false), own);
        var materials = Materials(fee, own);

        return addressed is { MessageId: { } id, Agency: { } agency } && feeId is not null && amount is not null && createdOn is not null && beside.Borrower is not null
            ? new SubmitClaim(id, now, agency, feeId.Value, 1, type, reason, amount.Value, "DKK", createdOn.Value, dueOn, null, beside.Borrower, beside.Guardian, materials)
            : null;
    }

    /// <summary>FBS has a day on which it was paid: nothing else of it matters then. What is no such day says nothing, and is a fault.</summary>
    public static bool IsPaid(Fields fee)
    {
        if (!fee.IsGiven("paidDate", out _))
            return false;
        if (Day(fee, "paidDate", Examples.CreatedOn, isRequired: false) is not { } day)
            return false;
        if (day.Year >= FirstYear)
            return true;
        fee.Fault("paidDate", FaultNotes.NoDayOfPayment, "null where it is not paid");
        return false;
    }

    /// <summary>Kroner to øre from the digits as they stand. What a binary fraction leaves behind (70.10000000000001) is no amount of money: it is taken off.</summary>
    private static long? AmountOre(Fields fee)
    {
        // A binary64 of at most 10 million kroner is right to 0.000 000 2 øre; sums of a hundred such to a hundred times that.
        const decimal Residue = 0.0001m;
        const string Example = "70 or 2.56";
        if (!fee.IsGiven("amount", out var value))
        {
            fee.AmountFault("amount", FaultNotes.Missing, Example);
            return null;
        }
        // A decimal holds 28 digits; of a longer text it would drop some, silently.
        if (value.ValueKind != JsonValueKind.Number || value.GetRawText() is not { Length: <= 24 } text
            || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var kroner) || Math.Abs(kroner) > Limits.AmountOre)
        {
            fee.AmountFault("amount", value.ValueKind == JsonValueKind.Number ? FaultNotes.NoKroner : FaultNotes.NotKroner(Fields.KindOf(value)), Example);
            return null;
        }
        var ore = Math.Round(kroner * 100);
        if (Math.Abs(kroner * 100 - ore) > Residue)
            fee.AmountFault("amount", FaultNotes.MoreDecimals, Example);
        else if (ore <= 0)
            fee.AmountFault("amount", FaultNotes.NotAboveZero, Example);
        else if (ore > Limits.AmountOre)
            fee.AmountFault("amount", FaultNotes.AtMostKroner(Limits.AmountOre / 100), Example);
        else
            return (long)ore;
        return null;
    }

    /// <summary>A day, also where FBS writes the time of day behind it.</summary>
    private static DateOnly? Day(Fields fee, string name, string example, bool isRequired)
    {
        if (fee.IsGiven(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 10 and <= 40 } text && text[10] == 'T'
            && DateOnly.TryParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day;
        return fee.Date(name, example, isRequired);
    }

    private static List<Material> Materials(Fields fee, string?[] own)
    {
        var read = new List<Material>();
        if (!fee.IsGiven("materials", out var materials))
            return read;
        if (materials.ValueKind != JsonValueKind.Array || materials.GetArrayLength() > Limits.Materials)
        {
            fee.Fault("materials", FaultNotes.NotTheMaterials(Limits.Materials), """[ { "materialItemNumber": "…", "recordId": "48724566", "materialGroup": { "name": "standard" } } ]""");
            return read;
        }
        var index = 0;
        foreach (var element in materials.EnumerateArray())
        {
            if (fee.Item(element, $"materials[{index++}]", """{ "materialItemNumber": "…", "recordId": "48724566" }""") is not { } material)
                continue;
            var group = material.Object("materialGroup", """{ "name": "standard" }""", isRequired: false);
            var name = group?.Text("name", Limits.GroupLength, "standard", isRequired: false) ?? group?.Text("description", Limits.GroupLength, "Standard", isRequired: false);
            read.Add(new Material(
                PersonalText.MaskOwn(material.Text("materialItemNumber", Limits.ItemNumberLength, "5237124059", isRequired: false), own),
                PersonalText.MaskOwn(material.Text("recordId", Limits.ItemNumberLength, "48724566", isRequired: false), own),
                PersonalText.MaskCpr(name, own)));
        }
        return read;
    }
}

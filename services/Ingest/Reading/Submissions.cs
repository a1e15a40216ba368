using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Reading;

internal static class Submissions
{
    public static SubmitClaim? Read(Fields fields, Addressed addressed)
    {
        var type = fields.Text("type", Limits.TypeLength, "fee");
        var reason = fields.Text("reason", Limits.ReasonLength, Examples.Reason, isRequired: false);
        var amount = fields.Integer("amountOre", 1, Limits.AmountOre, "ore", Examples.AmountOre);
        var currency = fields.OneOf("currency", "DKK");
        var createdOn = fields.Date("createdOn", Examples.CreatedOn);
        var dueOn = fields.Date("dueOn", Examples.DueOn, isRequired: false);
        CheckDates(fields, "createdOn", "dueOn", createdOn, dueOn, addressed.OccurredAt);
        var branch = fields.Text("branch", 100, Examples.Branch, isRequired: false);
        if (branch is not null && !ClaimReader.IsLibrary(branch))
            fields.Fault("branch", FaultNotes.NoBranch, Examples.Branch);
        var borrower = Parties.Read(fields, "borrower", isRequired: true);
        var guardian = Parties.ReadGuardian(fields, borrower);
        var materials = Materials(fields, [borrower?.Cpr, guardian?.Cpr]);

        var patronId = ReadPatron(fields, borrower, guardian);

        if (addressed is not { MessageId: { } id, OccurredAt: { } occurredAt, Agency: { } agency, FeeId: { } feeId }
            || type is null || amount is null || currency is null || createdOn is null || borrower is null)
            return null;
        return new SubmitClaim(
            id, occurredAt, agency, feeId, 1, type, PersonalText.MaskCpr(reason, borrower.Cpr, guardian?.Cpr), amount.Value, currency, createdOn.Value, dueOn,
            branch, borrower, guardian, materials, patronId);
    }

    /// <summary>FBS's own number of the borrower. It is no secret and travels in the clear, which a CPR number in its place must not.</summary>
    private static long? ReadPatron(Fields fields, Party? borrower, Party? guardian)
    {
        if (!fields.IsGiven("patronId", out _) || fields.Integer("patronId", 1, long.MaxValue, "patronId", Examples.PatronId) is not { } patronId)
            return null;
        var asCpr = patronId.ToString("D10", CultureInfo.InvariantCulture);
        if (asCpr != borrower?.Cpr && asCpr != guardian?.Cpr)
            return patronId;
        fields.PersonalFault("patronId", FaultNotes.PatronIsCpr, Examples.PatronId);
        return null;
    }

    public static void CheckDates(Fields fields, string created, string due, DateOnly? createdOn, DateOnly? dueOn, DateTimeOffset? occurredAt)
    {
        if (dueOn < createdOn)
            fields.Fault(due, FaultNotes.LiesBefore(fields.Path(created)), Examples.DueOn);
        if (createdOn is not null && occurredAt is not null && createdOn.Value.DayNumber > DateOnly.FromDateTime(occurredAt.Value.UtcDateTime).DayNumber + Limits.CreatedAheadDays)
            fields.Fault(created, FaultNotes.CreatedAhead, Examples.CreatedOn);
    }

    private static List<Material> Materials(Fields fields, string?[] own)
    {
        var read = new List<Material>();
        if (!fields.IsGiven("materials", out var materials))
            return read;
        if (materials.ValueKind != JsonValueKind.Array)
        {
            fields.Fault("materials", FaultNotes.NotArray(Fields.KindOf(materials)), Examples.Materials);
            return read;
        }
        if (materials.GetArrayLength() > Limits.Materials)
        {
            fields.Fault("materials", FaultNotes.TooMany(materials.GetArrayLength(), Limits.Materials), Examples.Materials);
            return read;
        }
        var index = 0;
        foreach (var element in materials.EnumerateArray())
        {
            if (fields.Item(element, $"materials[{index++}]", Examples.Materials) is not { } material)
                continue;
            read.Add(new Material(
                PersonalText.MaskOwn(material.Text("itemNumber", Limits.ItemNumberLength, "5237124059", isRequired: false), own),
                PersonalText.MaskOwn(material.Text("faust", Limits.ItemNumberLength, "48724566", isRequired: false), own),
                PersonalText.MaskCpr(material.Text("group", Limits.GroupLength, "standard", isRequired: false), own),
                PersonalText.MaskCpr(material.Text("title", Limits.TitleLength, "Bogens titel", isRequired: false), own)));
        }
        return read;
    }
}

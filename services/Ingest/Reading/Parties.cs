using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>Reads who owes: a person by CPR number or an organisation by CVR number.</summary>
internal static class Parties
{
    public static Party? Read(Fields message, string field, bool isRequired)
    {
        if (message.Object(field, Examples.Party, isRequired, isPersonal: true) is not { } party)
            return null;
        var hasCpr = party.IsGiven("cpr", out _);
        var hasCvr = party.IsGiven("cvr", out _);
        string? cpr = null;
        string? cvr = null;
        if (hasCpr && hasCvr)
            party.Fault("cvr", FaultNotes.BesideCpr, "only one of cpr and cvr");
        else if (!hasCpr && !hasCvr)
            party.Fault("cpr", FaultNotes.NoNumber, Examples.Cpr);

        if (hasCpr && (cpr = party.Text("cpr", 100, Examples.Cpr)) is not null && Numbers.WhyNotCpr(cpr) is { } notCpr)
        {
            party.Fault("cpr", notCpr, Examples.Cpr);
            cpr = null;
        }
        if (hasCvr && (cvr = party.Text("cvr", 100, Examples.Cvr)) is not null && Numbers.WhyNotCvr(cvr) is { } notCvr)
        {
            party.Fault("cvr", notCvr, Examples.Cvr);
            cvr = null;
        }
        var name = party.Text("name", Limits.NameLength, Examples.Name, isRequired: false);
        return new Party(cpr, cvr, name);
    }

    /// <summary>A guardian is another person than the borrower, and only a person has one.</summary>
    public static Party? ReadGuardian(Fields message, Party? borrower)
    {
        if (Read(message, "guardian", isRequired: false) is not { } guardian)
            return null;
        if (guardian.Cvr is not null)
            message.Object("guardian", Examples.Party, isPersonal: true)?.Fault("cvr", FaultNotes.GuardianIsPerson, Examples.Cpr);
        if (borrower is { Cvr: not null, Cpr: null })
            message.Fault("guardian", FaultNotes.BesideOrganisation, "leave guardian out");
        if (guardian.Cpr is not null && guardian.Cpr == borrower?.Cpr)
            message.Object("guardian", Examples.Party, isPersonal: true)?.Fault("cpr", FaultNotes.OwnGuardian, "the guardian's own cpr, or no guardian");
        return guardian;
    }
}

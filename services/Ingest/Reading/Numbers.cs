using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>CPR and CVR numbers by their rules; the faults never repeat the number.</summary>
internal static class Numbers
{
    public static Note? WhyNotCpr(string number) => Identifiers.TryCpr(number, out _, out _) ? null : WhyNotDigits(number, 10) ?? FaultNotes.NoDayOfBirth;

    public static Note? WhyNotCvr(string number) => Identifiers.TryCvr(number, out _) ? null : WhyNotDigits(number, 8) ?? FaultNotes.NoCvr;

    public static int? AgeOn(DateOnly day, string cpr) => Identifiers.TryCpr(cpr, out var bornOn, out _) ? Identifiers.AgeOn(day, bornOn) : null;

    private static Note? WhyNotDigits(string number, int digits) =>
        number.Length != digits ? FaultNotes.WrongLength(number.Length, digits) : number.AsSpan().ContainsAnyExceptInRange('0', '9') ? FaultNotes.NotDigits(digits) : null;
}

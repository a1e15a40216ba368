using ClaimsTransfer.Defaults.Identifiers;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>CPR and CVR numbers by their rules; the faults never repeat the number.</summary>
internal static class Numbers
{
    public static string? WhyNotCpr(string number) => Identifiers.TryCpr(number, out _, out var fault) ? null : fault;

    public static string? WhyNotCvr(string number) => Identifiers.TryCvr(number, out var fault) ? null : fault;

    public static DateOnly? BornOn(string cpr) => Identifiers.TryCpr(cpr, out var bornOn, out _) ? bornOn : null;
}

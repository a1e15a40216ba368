using System.Text.Json;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Auditing;

/// <summary>Somebody saw personal data of a citizen.</summary>
/// <param name="Action">As in the audit log, sealed.view.</param>
/// <param name="Who">Null: not asked for. A citizen may be told when and why, normally not by whom.</param>
public sealed record CitizenLookup(DateTimeOffset At, string Action, string Municipality, string Why, string? Who);

/// <param name="Lookups">The newest first.</param>
/// <param name="AreAll">False: there are older ones.</param>
public sealed record CitizenLookups(IReadOnlyList<CitizenLookup> Lookups, bool AreAll);

/// <summary>
/// Which look-ups were of one citizen. An entry of the audit log says whom it was about by a keyed hash of the CPR number, within what the chain is over; the number itself is
/// kept nowhere.
/// </summary>
public sealed class CitizenTrail(AuditLog log, KeyRing keys)
{
    /// <summary>More than that of one citizen are not read at once.</summary>
    public const int Most = 1000;

    private readonly ChainSeal _seal = new(keys, "citizens");

    /// <summary>An entry's particulars, for what was seen of these numbers.</summary>
    /// <param name="numbers">CPR numbers, as they were written.</param>
    public string What(IEnumerable<string> numbers) =>
        JsonSerializer.Serialize(new { citizens = numbers.Select(Digits).Distinct(StringComparer.Ordinal).Select(Of).Order(StringComparer.Ordinal) }, ServiceClient.Json);

    /// <summary>That somebody asked is on record before anything is told.</summary>
    /// <param name="fault">What is wrong with the number, for whoever gave it.</param>
    public static bool IsNumber(string? number, out string fault)
    {
        var isOne = Identifiers.TryCpr(Digits(number ?? ""), out _, out var why);
        fault = isOne ? "" : why;
        return isOne;
    }

    public async Task<CitizenLookups> ListAsync(Actor actor, string number, bool byWhom, string why, CancellationToken cancellation)
    {
        var citizen = Of(Digits(number));
        var found = await log.OfCitizenAsync(actor.Municipalities, citizen, Most + 1, cancellation);
        await log.AppendAsync(actor, new AuditedAction("citizen.list", $"citizen {citizen[..12]}", "", why, What([number]), "shown"), cancellation);
        return new CitizenLookups(
            [.. found.Take(Most).Select(entry => new CitizenLookup(entry.At, entry.Action, entry.Municipality, entry.Why, byWhom ? entry.Who : null))], found.Count <= Most);
    }

    private string Of(string digits) => _seal.Next("", digits);

    private static string Digits(string number) => string.Concat(number.Where(char.IsAsciiDigit));
}

using System.Xml.Linq;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.KmdOpus.Wire;

/// <summary>What the debtor system says to us, in the port's words. Only documents that fit the profile come here.</summary>
public static class Replies
{
    /// <summary>The business codes whose owner is known; any other refusal is the municipality's to look at, any failure the vendor's.</summary>
    private static readonly Dictionary<string, FixBy> Owners = new(StringComparer.Ordinal)
    {
        ["LIABLE-PARTY-CODE-UNKNOWN"] = FixBy.Municipality,
        ["CLAIM-UNKNOWN"] = FixBy.Library,
        ["CLAIM-CANCELLED"] = FixBy.Library,
        ["OUT-OF-ORDER"] = FixBy.Vendor,
    };

    internal static Dictionary<Guid, Submitted> TransportReceipts(CallEnd.Answered reply)
    {
        var answers = reply.Misfits.ToDictionary(misfit => misfit.Key, Submitted (misfit) => new Submitted.NotUnderstood(misfit.Value));
        foreach (var answer in reply.Body.Elements(Profile.Debtor + "Svar"))
        {
            var receipt = answer.Element(Profile.Debtor + "Transportkvittering")!;
            answers[IdOf(answer, Profile.Debtor + "RegistreringId")] = Value(receipt, "Status") == "FEJL"
                ? Rejected(receipt, FixBy.Vendor)
                : new Submitted.Pending(Value(receipt, "KvitteringId"));
        }

        return answers;
    }

    internal static Dictionary<Guid, Found> Answers(CallEnd.Answered reply)
    {
        var answers = reply.Misfits.ToDictionary(misfit => misfit.Key, Found (misfit) => new Found.NotUnderstood(misfit.Value));
        foreach (var answer in reply.Body.Elements(Profile.Debtor + "Svar"))
        {
            var receipt = answer.Element(Profile.Debtor + "Forretningskvittering");
            answers[IdOf(answer, Profile.Debtor + "RegistreringId")] = receipt is null ? new Found.NotThere() : Outcome(receipt) switch
            {
                Submitted.Accepted accepted => new Found.Done(accepted.DebtorReference, accepted.Receipt, accepted.PaymentSlip),
                Submitted.Rejected rejected => new Found.Rejected(rejected.Code, rejected.Text, rejected.FixBy),
                _ => new Found.InProgress(Value(receipt, "KvitteringId")),
            };
        }

        return answers;
    }

    /// <summary>Of receipts that do not fit: their instructions are asked about. They have no id that could be believed.</summary>
    public static IEnumerable<Receipt> Unreadable(IReadOnlyDictionary<Guid, string> misfits) =>
        misfits.Select(misfit => new Receipt(misfit.Key, misfit.Key.ToString("N"), new Submitted.NotUnderstood(misfit.Value)));

    /// <summary>The receipts that decide something; MODTAGET and AFLEVERET say only that it is under way.</summary>
    public static IReadOnlyList<Receipt> BusinessReceipts(XElement body) =>
    [
        .. from receipt in body.Elements(Profile.Debtor + "Forretningskvittering")
           let outcome = Outcome(receipt)
           where outcome is not null
           select new Receipt(IdOf(receipt, Profile.Receipts + "RegistreringId"), Value(receipt, "KvitteringId")!, outcome),
    ];

    private static Submitted? Outcome(XElement receipt) => Value(receipt, "Status") switch
    {
        "ACCEPTERET" => new Submitted.Accepted(Value(receipt, "DebitorReference"), Value(receipt, "KvitteringId"), Value(receipt, "Betalingsid")),
        "AFVIST" => Rejected(receipt, Value(receipt, "Type") == "TEKNISK" ? FixBy.Vendor : FixBy.Municipality),
        "FEJLET" => Rejected(receipt, FixBy.Vendor),
        _ => null,
    };

    private static Submitted.Rejected Rejected(XElement receipt, FixBy otherwise)
    {
        var faults = receipt.Element(Profile.Receipts + "FejlListe")?.Elements(Profile.Receipts + "Fejl").ToList() ?? [];
        var code = faults.Count == 0 ? Value(receipt, "Status")! : Value(faults[0], "FejlKode")!;
        var text = faults.Count == 0
            ? Value(receipt, "Begrundelse") ?? "The debtor system gives no reason."
            : string.Join(" ", faults.Select(fault => Value(fault, "FejlTekst")));
        return new Submitted.Rejected(code, text, Owners.GetValueOrDefault(code, otherwise));
    }

    private static string? Value(XElement receipt, string name) => receipt.Element(Profile.Receipts + name)?.Value;

    private static Guid IdOf(XElement parent, XName name) => Guid.Parse(parent.Element(name)!.Value);
}

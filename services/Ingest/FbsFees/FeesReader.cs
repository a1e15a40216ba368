using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.FbsFees;

/// <summary>
/// Reads what FBS serves: the array of <c>GET …/fees/v2</c>, with the agency and the patron given beside it. A fee that is new becomes
/// a claim's first version; of one that is known the books decide what it has become. Ids are derived from the claim: the same file again is the same messages again.
/// </summary>
internal sealed class FeesReader(ISealer sealer, IMunicipalities municipalities)
{
    private const int MostFees = 10_000;
    private const string Example = """{ "agency": "DK-710100", "borrower": { "cpr": "DDMMYYSSSS", "name": "…" }, "fees": [ { "feeId": 434536, "amount": 70, … } ] }""";

    private readonly ClaimReader _claims = new(sealer, municipalities);
    private readonly Fingerprints _fingerprints = new(sealer);

    /// <summary>A message for each fee; one refused message when there are no fees to be read at all.</summary>
    public IReadOnlyList<ReadMessage> Read(ReadOnlyMemory<byte> body, bool isTooLong, DateTimeOffset now, string? traceParent)
    {
        var faults = new FaultList();
        if (isTooLong)
            faults.Add("$", null, FaultNotes.TooMuchAtOnce, "fewer fees at a time");
        using var document = isTooLong ? null : JsonBody.Open(body, faults);
        if (document is null)
            return [Refused(Addressed.ToNobody, faults, _fingerprints.OfBytes("fbs-fees", body.Span), KeptBody.OfUnreadable(body.Span, isTooLong), 0, traceParent) with { IsUnreadable = true, IsTooLong = isTooLong }];

        var fields = new Fields(document.RootElement, "", faults);
        var agency = _claims.ReadAgency(fields, out var municipality);
        var borrower = Parties.Read(fields, "borrower", isRequired: true);
        var guardian = Parties.ReadGuardian(fields, borrower);
        if (!fields.IsGiven("fees", out var fees) || fees.ValueKind != JsonValueKind.Array || fees.GetArrayLength() > MostFees)
        {
            fields.Fault("fees", FaultNotes.NotTheFees(MostFees), Example);
            return [Refused(
                new Addressed(null, null, municipality, agency, null, null), faults, _fingerprints.OfBody("fbs-fees", document.RootElement), KeptBody.Of(document.RootElement), 0, traceParent)];
        }

        var debtor = _fingerprints.OfBytes("debtor", Encoding.UTF8.GetBytes(NumberOf(borrower) ?? ""));
        var beside = new Beside(agency, municipality, borrower, guardian, debtor, faults.All);
        var read = new List<ReadMessage>(fees.GetArrayLength());
        foreach (var fee in fees.EnumerateArray())
            read.Add(ReadFee(fee, read.Count, beside, now, traceParent));
        RefuseContradictions(read, [.. fees.EnumerateArray()]);
        return read;
    }

    /// <summary>Of a fee that stands twice with different amounts, or as paid and not, nobody can tell which counts.</summary>
    private void RefuseContradictions(List<ReadMessage> read, JsonElement[] fees)
    {
        var twice = read.Where(message => message.Listed is not null && message.Faults.Count == 0)
            .GroupBy(message => message.Addressed.ClaimId).Where(group => group.DistinctBy(message => (message.Listed!.IsPaid, (message.Message as SubmitClaim)?.AmountOre)).Skip(1).Any())
            .SelectMany(group => group).Select(message => (int)message.Line - 1).ToList();
        foreach (var index in twice)
        {
            var faults = new FaultList();
            faults.Add($"fees[{index}]", null, FaultNotes.TwiceInList, "each fee once");
            read[index] = Refused(
                read[index].Addressed, faults, _fingerprints.OfBody($"fbs-fee/{read[index].Addressed.Agency}", fees[index]), KeptBody.Of(fees[index]), index + 1, read[index].TraceParent) with
            { Listed = read[index].Listed };
        }
    }

    private ReadMessage ReadFee(JsonElement element, int index, Beside beside, DateTimeOffset now, string? traceParent)
    {
        var faults = new FaultList();
        faults.AddAll(beside.Faults);
        var path = $"fees[{index}]";
        var addressed = new Addressed(null, now, beside.Municipality, beside.Agency, null, 1);
        if (element.ValueKind != JsonValueKind.Object)
        {
            faults.Add(path, null, FaultNotes.NotObject(Fields.KindOf(element)), Example);
            return Refused(addressed, faults, _fingerprints.OfBody($"fbs-fee/{beside.Agency}", element), KeptBody.Of(element), index + 1, traceParent);
        }

        var fields = new Fields(element, path, faults);
        var listed = new ListedFee(Fees.IsPaid(fields), beside.Debtor);
        var claim = Fees.Read(fields, ref addressed, beside, now, listed.IsPaid);
        if (listed.IsPaid && faults.IsEmpty && addressed.ClaimId is { } claimId)
            return new ReadMessage(MessageNames.SubmitClaim, ListedFee.IdOfPaid(claimId), null, null, addressed, [], TraceParent: traceParent, Line: index + 1, Listed: listed);
        if (claim is not null && faults.IsEmpty)
        {
            return new ReadMessage(
                MessageNames.SubmitClaim, claim.MessageId, _fingerprints.OfContent(MessageNames.SubmitClaim, claim), claim, addressed, [], TraceParent: traceParent, Line: index + 1, Listed: listed);
        }
        return Refused(addressed, faults, _fingerprints.OfBody($"fbs-fee/{beside.Agency}", element), KeptBody.Of(element), index + 1, traceParent) with { Listed = listed };
    }

    private static string? NumberOf(Party? party) => party?.Cpr ?? party?.Cvr;

    private static ReadMessage Refused(Addressed addressed, FaultList faults, Guid id, string kept, int line, string? traceParent) =>
        new(MessageNames.SubmitClaim, id, null, null, addressed, faults.All, kept, traceParent, line);
}

/// <summary>What stands beside the fees, for all of them, with its faults: each fee is refused for them.</summary>
internal sealed record Beside(string? Agency, string? Municipality, Party? Borrower, Party? Guardian, Guid Debtor, IReadOnlyList<ToldFault> Faults);

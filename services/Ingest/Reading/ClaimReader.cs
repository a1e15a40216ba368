using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>
/// Makes a message of untrusted bytes, or a list of everything that is wrong with them. It never throws for what somebody sent, and gives the same
/// answer for the same bytes.
/// </summary>
public sealed class ClaimReader(ISealer sealer, IMunicipalities municipalities)
{
    private readonly Fingerprints _fingerprints = new(sealer);

    public ReadMessage Read(Incoming incoming)
    {
        if (!IsTraceParent(incoming.TraceParent))
            incoming = incoming with { TraceParent = null };
        var faults = new FaultList();
        if (incoming.IsTooLong || incoming.Body.Length > Limits.BodyBytes)
        {
            faults.Add("$", null, FaultNotes.LargerThan(Limits.BodyBytes), "one message, a few kilobytes");
            return Unreadable(incoming, faults) with { IsTooLong = true };
        }
        using var document = JsonBody.Open(incoming.Body, faults);
        return document is null ? Unreadable(incoming, faults) : Read(incoming, document.RootElement, faults);
    }

    private ReadMessage Read(Incoming incoming, JsonElement body, FaultList faults)
    {
        var fields = new Fields(body, "", faults);
        var kind = incoming.Kind ?? (fields.IsGiven("kind", out _)
            ? fields.OneOf("kind", MessageNames.SubmitClaim, MessageNames.AdjustClaim, MessageNames.CancelClaim, MessageNames.ChangeLiableParty)
            : MessageNames.SubmitClaim);
        var message = ReadAs(kind, fields, out var addressed);
        if (faults.IsEmpty && message is not null)
        {
            return new ReadMessage(
                kind!, message.MessageId, _fingerprints.OfContent(kind!, message), message, addressed, [], TraceParent: incoming.TraceParent, Line: incoming.Line);
        }
        kind ??= MessageNames.SubmitClaim;
        return new ReadMessage(
            kind, _fingerprints.OfBody(kind, body), null, null, addressed, faults.All, KeptBody.Of(body), incoming.TraceParent, incoming.Line);
    }

    private IMessage? ReadAs(string? kind, Fields fields, out Addressed addressed)
    {
        switch (kind)
        {
            case MessageNames.AdjustClaim:
                addressed = ReadAddressed(fields, isChange: true);
                return Changes.ReadAdjustment(fields, addressed);
            case MessageNames.CancelClaim:
                addressed = ReadAddressed(fields, isChange: true);
                return Changes.ReadCancellation(fields, addressed);
            case MessageNames.ChangeLiableParty:
                addressed = ReadAddressed(fields, isChange: true);
                return Changes.ReadLiableParty(fields, addressed);
            case null:
                addressed = ReadAddressed(fields, isChange: null);
                return null;
            default:
                addressed = ReadAddressed(fields, isChange: false);
                return Submissions.Read(fields, addressed);
        }
    }

    private Addressed ReadAddressed(Fields fields, bool? isChange)
    {
        var messageId = fields.Uuid("messageId", Examples.MessageId);
        var occurredAt = fields.Instant("occurredAt", Examples.OccurredAt);
        var agency = ReadAgency(fields, out var municipality);
        var feeId = fields.Integer("feeId", 1, long.MaxValue, "feeId", Examples.FeeId);
        var version = fields.Integer("version", isChange == true ? 2 : 1, isChange == false ? 1 : int.MaxValue, VersionRule(isChange), isChange == true ? "2" : "1");
        return new Addressed(messageId, occurredAt, municipality, agency, feeId, (int?)version);
    }

    private static string VersionRule(bool? isChange) => isChange switch
    {
        true => "versionOfChange",
        false => "versionOfClaim",
        null => "version",
    };

    /// <summary>The agency decides the municipality: DK-7, the last three digits of the municipality's code, two digits of its own.</summary>
    internal string? ReadAgency(Fields fields, out string? municipality)
    {
        municipality = null;
        if (fields.Text("agency", 100, Examples.Agency) is not { } agency)
            return null;
        if (!IsLibrary(agency))
        {
            fields.Fault("agency", FaultNotes.NoAgency, Examples.Agency);
            return null;
        }
        var code = $"0{agency.AsSpan(4, 3)}";
        if (municipalities.Find(code) is null)
        {
            fields.Fault("agency", FaultNotes.UnknownMunicipality(code), Examples.Agency);
            return null;
        }
        municipality = code;
        return agency;
    }

    internal static bool IsLibrary(string isil) =>
        isil.Length == 9 && isil.StartsWith("DK-7", StringComparison.Ordinal) && !isil.AsSpan(4).ContainsAnyExceptInRange('0', '9');

    private static bool IsTraceParent(string? text) => text is { Length: 55 } && !text.AsSpan().ContainsAnyExcept("0123456789abcdef-");

    private ReadMessage Unreadable(Incoming incoming, FaultList faults)
    {
        var kind = incoming.Kind ?? MessageNames.SubmitClaim;
        return new ReadMessage(
            kind, _fingerprints.OfBytes(kind, incoming.Body.Span), null, null, Addressed.ToNobody, faults.All, KeptBody.OfUnreadable(incoming.Body.Span, incoming.IsTooLong),
            incoming.TraceParent, incoming.Line, IsUnreadable: true);
    }
}

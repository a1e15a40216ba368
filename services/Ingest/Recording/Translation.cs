using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Recording;

/// <summary>What the other services and FBS are told. Here identities are sealed: nothing after this has a number or a name in the clear.</summary>
internal sealed class Translation(ISealer sealer)
{
    /// <summary>The id depends on claim and version alone: whoever takes the message, and however often, chooses it again.</summary>
    public Taken Taken(ReadMessage read, string? traceParent)
    {
        var claimId = read.Addressed.ClaimId!.Value;
        var municipality = read.Addressed.Municipality!;
        Guid Id(string name, int version) => DeterministicId.Of(claimId, $"{name}/{version}");
        switch (read.Message)
        {
            case SubmitClaim m:
                var borrower = Seal(municipality, m.Borrower, m.CreatedOn);
                var guardian = m.Guardian is null ? null : Seal(municipality, m.Guardian);
                return new Taken(
                    Outgoing(MessageNames.ClaimCreated, traceParent, new ClaimCreated(
                        Id(MessageNames.ClaimCreated, 1), m.OccurredAt, claimId, municipality, m.Agency, m.FeeId, 1, TypeOf(m.Type), m.Reason, m.AmountOre,
                        m.CreatedOn, m.DueOn, m.Branch, borrower, guardian, m.Materials ?? [], m.PatronId), MessageJson.Default.ClaimCreated),
                    guardian is null ? [borrower.Identity.Ref] : [borrower.Identity.Ref, guardian.Identity.Ref]);
            case AdjustClaim m:
                return new Taken(Outgoing(MessageNames.ClaimAdjusted, traceParent, new ClaimAdjusted(
                    Id(MessageNames.ClaimAdjusted, m.Version), m.OccurredAt, claimId, municipality, m.Agency, m.FeeId, m.Version, m.NewAmountOre, m.Reason),
                    MessageJson.Default.ClaimAdjusted), []);
            case CancelClaim m:
                return new Taken(Outgoing(MessageNames.ClaimWithdrawn, traceParent, new ClaimWithdrawn(
                    Id(MessageNames.ClaimWithdrawn, m.Version), m.OccurredAt, claimId, municipality, m.Agency, m.FeeId, m.Version, m.Reason),
                    MessageJson.Default.ClaimWithdrawn), []);
            case ChangeLiableParty m:
                var liable = Seal(municipality, m.LiableParty);
                return new Taken(
                    Outgoing(MessageNames.LiablePartyChanged, traceParent, new LiablePartyChanged(
                        Id(MessageNames.LiablePartyChanged, m.Version), m.OccurredAt, claimId, municipality, m.Agency, m.FeeId, m.Version, liable, m.Reason),
                        MessageJson.Default.LiablePartyChanged),
                    [liable.Identity.Ref]);
            default:
                throw new ArgumentException("A message with faults is not taken", nameof(read));
        }
    }

    /// <param name="row">The id the refusal is recorded under.</param>
    public static OutgoingMessage Refused(ReadMessage read, Guid row, IReadOnlyList<Fault> faults, DateTimeOffset now, string? traceParent)
    {
        var about = read.Addressed;
        return Outgoing(MessageNames.ClaimRefused, traceParent, new ClaimRefused(
            DeterministicId.Of(row, MessageNames.ClaimRefused), now, about.ClaimId, about.Municipality, about.Agency, about.FeeId, about.Version, about.MessageId, read.Kind, faults),
            MessageJson.Default.ClaimRefused);
    }

    public static long? AmountOf(IMessage? message) => message switch
    {
        SubmitClaim submit => submit.AmountOre,
        AdjustClaim adjust => adjust.NewAmountOre,
        _ => null,
    };

    private static ClaimType TypeOf(string type) => type switch
    {
        "fee" => ClaimType.Fee,
        "compensation" => ClaimType.Compensation,
        _ => ClaimType.Other,
    };

    /// <param name="createdOn">The claim's day, where a policy may ask how old the party was then: the number is not there to be asked later.</param>
    private SealedParty Seal(string municipality, Party party, DateOnly? createdOn = null)
    {
        var kind = party.Cpr is not null ? IdentityKind.Person : IdentityKind.Organisation;
        return new SealedParty(
            sealer.Seal(municipality, new OpenIdentity(kind, party.Cpr ?? party.Cvr!, party.Name)), kind, party.Cpr is null || createdOn is null ? null : Numbers.AgeOn(createdOn.Value, party.Cpr));
    }

    private static OutgoingMessage Outgoing<T>(string name, string? traceParent, T message, JsonTypeInfo<T> type)
        where T : IMessage => new(name, message.MessageId, JsonSerializer.SerializeToUtf8Bytes(message, type), TraceParent: traceParent);
}

/// <summary>What a message is taken as.</summary>
/// <param name="Message">What the other services are told.</param>
/// <param name="Parties">The refs of whom it names.</param>
internal sealed record Taken(OutgoingMessage Message, IReadOnlyList<string> Parties);

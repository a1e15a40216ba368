using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Telemetry;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Senders;

/// <summary>
/// Whether whoever sent a message may say what it says: a vendor speaks for the municipalities whose vendor it is, and for their claims. The broker's permissions say the same of
/// routing keys; this looks into the message, and does not rely on them.
/// </summary>
/// <param name="isRequired">Whether a reply must have a sender: where every service and vendor has a user of its own.</param>
/// <param name="read">Reads a message as its handler will: what is checked is what takes effect.</param>
public sealed class SenderRules(IMunicipalities municipalities, bool isRequired, Func<Delivery, IMessage> read)
{
    public bool IsRequired => isRequired;

    /// <returns>Null: it may.</returns>
    public SenderRefusal? RefusalOf(Delivery delivery)
    {
        if (BrokerUsers.IsVendor(delivery.Sender))
            return OfVendor(delivery, delivery.Sender!);
        if (!isRequired || !Topology.IsReply(delivery.Name) || BrokerUsers.SpeaksForAll(delivery.Sender))
            return null;
        return delivery.Sender is null or BrokerUsers.Nobody
            ? Refused(delivery, RefusalReason.NoSender, "",
                $"A {delivery.Name} came without the broker's word for who sent it. Whoever publishes it must set the AMQP property user_id to the user it is connected as.")
            : Refused(delivery, RefusalReason.UnknownSender, "", $"The broker's user '{delivery.Sender}' sent a {delivery.Name}, and speaks for no municipality.");
    }

    private SenderRefusal? OfVendor(Delivery delivery, string user)
    {
        if (!Topology.IsReply(delivery.Name))
            return Refused(delivery, RefusalReason.NotAReply, "", $"The broker's user '{user}' sent a {delivery.Name}, which no vendor says.");
        if (BrokerUsers.VendorOf(user) is not { } vendor)
            return Refused(delivery, RefusalReason.UnknownSender, "", $"The broker's user '{user}' sent a {delivery.Name}, and is no vendor of ours.");
        IMessage message;
        try
        {
            message = read(delivery);
        }
        catch (Exception unread) when (!BatchConsumer.IsTransient(unread))
        {
            return Refused(delivery, RefusalReason.Unreadable, "", $"The broker's user '{user}' sent what cannot be read: {unread.Message}");
        }

        var code = message switch { IClaimMessage claim => claim.Municipality, DebtorEntryUnmatched entry => entry.Municipality, _ => "" } ?? "";
        if (municipalities.Find(code) is not { } municipality)
            return Refused(delivery, RefusalReason.OtherMunicipality, "", $"The broker's user '{user}' spoke for a municipality that is not configured, in a {delivery.Name}.");
        if (municipality.Vendor != vendor)
            return Refused(delivery, RefusalReason.OtherMunicipality, code,
                $"The broker's user '{user}' spoke for municipality {code}, whose vendor is {municipality.Vendor}, in a {delivery.Name}.");
        if (message is IClaimMessage of && !IsOf(code, of))
            return Refused(delivery, RefusalReason.OtherClaim, code,
                $"The broker's user '{user}' spoke for municipality {code} about a claim that is not its own, or whose id is not that of its agency and fee, in a {delivery.Name}.");
        if (IdOf(message) is { } id && message.MessageId != id)
            return Refused(delivery, RefusalReason.OtherMessage, code,
                $"The broker's user '{user}' sent a {delivery.Name} for municipality {code} whose messageId is not the one of its claim and entry; see contracts/README.md for how it is made.");
        return null;
    }

    /// <summary>The claim's id follows from agency and fee, and the agency's number says whose it is: nobody can name another's claim as his.</summary>
    private static bool IsOf(string municipality, IClaimMessage claim) =>
        Identifiers.Identifiers.TryIsil(claim.Agency, out var ofAgency, out _) && ofAgency == municipality && DeterministicId.OfClaim(claim.Agency, claim.FeeId) == claim.ClaimId;

    /// <summary>The id that an entry's message must have: with one of its choice, a vendor could take the place of a message that is still to come.</summary>
    private static Guid? IdOf(IMessage message) => message switch
    {
        CoverageRegistered coverage => Entry(coverage, coverage.EntryId),
        CoverageReversed reversal => Entry(reversal, reversal.EntryId),
        WriteOffRegistered writeOff => Entry(writeOff, writeOff.EntryId),
        DebtorAccountChanged account => Entry(account, account.EntryId),
        _ => null,
    };

    private static Guid Entry(IClaimMessage message, string entryId) => DeterministicId.Of(message.ClaimId, $"entry/{entryId}");

    private static SenderRefusal Refused(Delivery delivery, RefusalReason reason, string municipality, string text) =>
        new(delivery.Sender ?? BrokerUsers.Nobody, municipality, delivery.Name, reason, text);
}

/// <summary>
/// Takes what is not believed out of a batch before its handler sees it. It goes to the error queue, for a person to look at; the claim it names is told nothing, so that no forger
/// makes another's claim stand still, and the rest of the batch does not notice.
/// </summary>
public sealed partial class SenderCheck(SenderRules rules, SenderRefusals refusals, ILogger logger)
{
    public async Task<SendersView> ReadAsync(CancellationToken cancellation) => new(rules.IsRequired, await refusals.ReadAsync(cancellation));

    public BatchHandler Before(string queue, BatchHandler handler) => async (batch, cancellation) =>
    {
        var refused = new List<(DeadLetter Letter, SenderRefusal Refusal)>();
        foreach (var delivery in batch)
        {
            if (rules.RefusalOf(delivery) is { } refusal)
                refused.Add((new DeadLetter(delivery, new SenderRefusedException(refusal.Text)), refusal));
        }

        if (refused.Count == 0)
            return await handler(batch, cancellation);

        await refusals.RecordAsync([.. refused.Select(one => one.Refusal)], cancellation);
        foreach (var group in refused.GroupBy(one => (one.Refusal.Sender, one.Refusal.Reason, one.Refusal.Message, one.Refusal.Municipality)))
        {
            ClaimMetrics.SenderRefused(group.Key.Sender, group.Key.Municipality, group.Key.Reason.ToString(), group.Count());
            Log.Refused(logger, queue, group.Count(), PersonalData.Mask(group.First().Refusal.Text, 500));
        }

        var letters = refused.ConvertAll(one => one.Letter);
        var believed = batch.Except(letters.Select(letter => letter.Delivery), ReferenceEqualityComparer.Instance).Cast<Delivery>().ToList();
        return believed.Count == 0 ? letters : [.. letters, .. await handler(believed, cancellation)];
    };

    private static partial class Log
    {
        [LoggerMessage(1060, LogLevel.Error, "{Queue}: {Count} messages are not believed and go to the error queue. {Text}")]
        public static partial void Refused(ILogger logger, string queue, int count, string text);
    }
}

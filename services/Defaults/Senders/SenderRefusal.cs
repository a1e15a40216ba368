using System.Text.Json.Serialization;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Senders;

/// <summary>Why a message was not believed.</summary>
[JsonConverter(typeof(CamelCaseEnum<RefusalReason>))]
public enum RefusalReason
{
    /// <summary>The broker does not vouch for anybody, and must.</summary>
    NoSender,

    /// <summary>A user who speaks for no municipality.</summary>
    UnknownSender,

    /// <summary>A vendor said what no connector says.</summary>
    NotAReply,

    /// <summary>A vendor's message that does not fit its format: nobody can tell for whom it speaks.</summary>
    Unreadable,

    /// <summary>A vendor spoke for a municipality that is not his.</summary>
    OtherMunicipality,

    /// <summary>A vendor named a claim that is not of the municipality he spoke for.</summary>
    OtherClaim,

    /// <summary>A vendor used an id that is not this message's, and may be another's.</summary>
    OtherMessage,

    /// <summary>A vendor answered for an instruction that its claim was never given. It stands in the claim's history and changes nothing.</summary>
    NeverGiven,
}

/// <summary>A message that was not believed.</summary>
/// <param name="Sender">The broker's user; <c>nobody</c>: the broker vouched for none.</param>
/// <param name="Municipality">Named in the message, where it is one of ours; else empty.</param>
/// <param name="Message">Its name.</param>
/// <param name="Text">Who spoke for whom, in a sentence.</param>
public sealed record SenderRefusal(string Sender, string Municipality, string Message, RefusalReason Reason, string Text);

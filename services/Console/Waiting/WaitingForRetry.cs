using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.Waiting;

/// <summary>What a service goes on with by itself, and when.</summary>
/// <param name="Source">Which: a connector, or Payments with its orders to FBS.</param>
/// <param name="Id">The instruction's or the order's.</param>
/// <param name="Kind">register, adjust, cancel, changeLiableParty; FbsOrder.</param>
/// <param name="Attempts">Calls made so far.</param>
/// <param name="DueAt">When the next is made.</param>
/// <param name="Why">What it waits for, or what came of the last call.</param>
public sealed record WaitingMessage(
    string Source, string Id, Guid ClaimId, string Municipality, string Agency, long FeeId, string Kind, int Attempts, DateTimeOffset DueAt, DateTimeOffset? Since, Note? Why);

/// <summary>What waits for a retry at the connectors and at Payments, the soonest first.</summary>
/// <param name="More">Sources that have more: give the name as <c>source</c> and the value as <c>after</c>.</param>
/// <param name="Away">Services that could not be asked, with why.</param>
public sealed record WaitingMessages(IReadOnlyList<WaitingMessage> Waiting, IReadOnlyDictionary<string, string> More, IReadOnlyDictionary<string, IReadOnlyList<Note>> Away);

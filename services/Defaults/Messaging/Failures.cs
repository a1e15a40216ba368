namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>Something failed that will work later: retried with backoff, never dead-lettered.</summary>
public sealed class TransientException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>This message can never be handled as it is: straight to the error queue.</summary>
public class PermanentException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Somebody spoke for a municipality, or for a claim, that is not his. The claim's own course is not touched by it: nobody is told that the claim stands still.
/// </summary>
public sealed class SenderRefusedException(string message) : PermanentException(message);

/// <summary>The broker has not what we need, or has it otherwise than it must be: says what, and what to do.</summary>
public sealed class BrokerNotReadyException(string message, Exception? inner = null) : InvalidOperationException(message, inner);

/// <summary>The broker does not let our user say something. Permissions change, so what waits to be said is tried again, but not at once.</summary>
public sealed class NotAllowedException(string message, Exception? inner = null) : Exception(message, inner);

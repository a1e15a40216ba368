namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>Something failed that will work later: retried with backoff, never dead-lettered.</summary>
public sealed class TransientException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>This message can never be handled as it is: straight to the error queue.</summary>
public class PermanentException(string message, Exception? inner = null) : Exception(message, inner);

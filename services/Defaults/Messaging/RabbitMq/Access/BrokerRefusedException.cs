namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

/// <summary>
/// The broker will not have us, or we will not have this broker: waiting does not help, only what the text says does. A broker that is merely away is another
/// matter and is waited for.
/// </summary>
public sealed class BrokerRefusedException(string message, Exception? inner = null) : Exception(message, inner);

using RabbitMQ.Client;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>The user a connection is on the broker. Every message says it (<c>user_id</c>), and the broker refuses one that says another's.</summary>
internal static class BrokerUser
{
    public static string Of(ConnectionFactory factory) => factory.UserName;
}

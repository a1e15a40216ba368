using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Cli.Broker;

/// <summary>
/// RabbitMQ's definitions: users with what they may do, the policy that limits vendors' queues, exchanges, queues and bindings. Giving them to a broker again
/// changes what has changed and takes nothing away; what a municipality leaves behind when it changes its vendor is taken away by Routing and Payments while
/// they run.
/// </summary>
public static class BrokerDefinitions
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="hashOf">A user's password as RabbitMQ keeps it; empty: it cannot sign in with any.</param>
    public static string Of(IReadOnlyCollection<Municipality> municipalities, IReadOnlyList<BrokerUser> users, string vhost, Func<string, string> hashOf)
    {
        var layout = BrokerLayout.Of(municipalities);
        return Text(
        [
            ("users", users.Select(user => new JsonObject
            {
                ["name"] = user.Name, ["password_hash"] = hashOf(user.Name), ["hashing_algorithm"] = "rabbit_password_hashing_sha256", ["tags"] = user.Tags, ["limits"] = Limits(user),
            })),
            ("vhosts", [new JsonObject { ["name"] = vhost }]),
            ("permissions", users.Select(user => new JsonObject
            {
                ["user"] = user.Name, ["vhost"] = vhost, ["configure"] = user.Configure, ["write"] = user.Write, ["read"] = user.Read,
            })),
            ("topic_permissions", users.SelectMany(user => user.Topics.Select(topic => new JsonObject
            {
                ["user"] = user.Name, ["vhost"] = vhost, ["exchange"] = topic.Exchange, ["write"] = topic.Write, ["read"] = topic.Read,
            }))),
            ("policies",
            [
                new JsonObject
                {
                    ["name"] = VendorQueues.PolicyName, ["vhost"] = vhost, ["pattern"] = VendorQueues.Pattern, ["apply-to"] = "queues", ["priority"] = 0,
                    ["definition"] = Arguments(VendorQueues.Policy),
                },
            ]),
            ("exchanges", layout.Exchanges.Select(exchange => new JsonObject
            {
                ["name"] = exchange.Name, ["vhost"] = vhost, ["type"] = exchange.Type, ["durable"] = true, ["auto_delete"] = false, ["internal"] = false,
                ["arguments"] = Arguments(exchange.Arguments),
            })),
            ("queues", layout.Queues.Select(queue => new JsonObject
            {
                ["name"] = queue.Name, ["vhost"] = vhost, ["durable"] = true, ["auto_delete"] = false, ["arguments"] = Arguments(queue.Arguments),
            })),
            ("bindings", layout.Bindings.Select(bound => new JsonObject
            {
                ["source"] = bound.Binding.Exchange, ["vhost"] = vhost, ["destination"] = bound.Queue, ["destination_type"] = "queue", ["routing_key"] = bound.Binding.RoutingKey,
                ["arguments"] = new JsonObject(),
            })),
        ]);
    }

    private static JsonObject Limits(BrokerUser user)
    {
        var limits = new JsonObject();
        if (user.MaxConnections is { } connections)
            limits["max-connections"] = connections;
        if (user.MaxChannels is { } channels)
            limits["max-channels"] = channels;
        return limits;
    }

    private static JsonObject Arguments(IReadOnlyDictionary<string, object?> arguments) =>
        new(arguments.Select(argument => KeyValuePair.Create(argument.Key, argument.Value is int number ? JsonValue.Create(number) : (JsonNode?)JsonValue.Create((string)argument.Value!))));

    /// <summary>A line for each thing: what has changed is seen line by line.</summary>
    private static string Text(IReadOnlyList<(string Key, IEnumerable<JsonObject> Things)> sections)
    {
        var text = new StringBuilder("{\n");
        for (var i = 0; i < sections.Count; i++)
        {
            var lines = sections[i].Things.Select(thing => $"    {thing.ToJsonString(Plain)}").ToList();
            text.Append("  \"").Append(sections[i].Key).Append("\": [\n").AppendJoin(",\n", lines).Append("\n  ]").Append(i < sections.Count - 1 ? ",\n" : "\n");
        }

        return text.Append("}\n").ToString();
    }
}

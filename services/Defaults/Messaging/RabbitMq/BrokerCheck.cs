using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq;

/// <summary>One thing the check looked at.</summary>
/// <param name="IsUnsafe">Messages could be lost or double: the start is refused.</param>
public sealed record BrokerFinding(bool IsUnsafe, string Subject, string Sentence);

/// <summary>
/// Looks whether a broker keeps what it confirms: its version, the type and arguments of every queue, the alternate exchange, and that nothing lets the
/// queues which must keep their messages forget them. Changes nothing; what is missing is declared by the services when they start.
/// </summary>
/// <param name="managementUri">Of the management plugin, with the broker's user: only there policies show. Null: they are not looked at.</param>
/// <param name="allowsOlder">Whether a broker will do that does not keep vendors with users of their own wholly apart.</param>
public sealed class BrokerCheck(BrokerAccess access, string? managementUri = null, bool allowsOlder = false)
{
    private static readonly Version Oldest = new(3, 10);
    private static readonly Version TooNew = new(5, 0);

    /// <summary>From here on a user's permission by routing key is held against every key that a message names: https://github.com/rabbitmq/rabbitmq-server/pull/12553.</summary>
    private static readonly Version KeepsVendorsApart = new(4, 1);
    private const string Untold = "";
    private static readonly string[] Forgetting = ["message-ttl", "expires", "max-length", "max-length-bytes", "dead-letter-exchange", "delivery-limit"];

    public BrokerCheck(string uri, string? managementUri = null, bool allowsOlder = false)
        : this(BrokerAccess.To(uri), managementUri, allowsOlder)
    {
    }

    public async Task<IReadOnlyList<BrokerFinding>> LookAsync(IReadOnlyList<QueueDefinition> queues, CancellationToken cancellation)
    {
        await using var connection = await access.ConnectAsync("claims-transfer, check", cancellation);
        var findings = new List<BrokerFinding> { Version(connection) };
        await using var probe = new Probe(connection);
        await ExchangesAsync(probe, queues, findings, cancellation);
        await QueueAsync(probe, Topology.Unrouted, BrokerTopology.Keeping, findings, cancellation);
        foreach (var queue in queues)
        {
            await QueueAsync(probe, queue.Name, BrokerTopology.Working(queue.Name), findings, cancellation);
            await QueueAsync(probe, Topology.ErrorQueue(queue.Name), BrokerTopology.Keeping, findings, cancellation);
            await QueueAsync(probe, Topology.DeadQueue(queue.Name), BrokerTopology.Keeping, findings, cancellation);
        }
        if (managementUri is not null)
            await PoliciesAsync(findings, cancellation);
        return findings;
    }

    /// <summary>For every start: refuses a broker that would lose messages, naming all that is wrong with it.</summary>
    public async Task RequireSafeAsync(IReadOnlyList<QueueDefinition> queues, CancellationToken cancellation)
    {
        var faults = (await LookAsync(queues, cancellation)).Where(finding => finding.IsUnsafe).Select(finding => finding.Sentence).ToList();
        if (faults.Count > 0)
            throw new InvalidOperationException($"The broker would not keep messages safe, so nothing is started: {string.Join(' ', faults)}");
    }

    /// <summary>All that was made on the broker, as its management exports it.</summary>
    /// <exception cref="BrokerRefusedException">The management is not to be trusted, or does not take its user for an administrator.</exception>
    /// <exception cref="HttpRequestException">The management is away.</exception>
    public async Task<JsonElement> DefinitionsAsync(CancellationToken cancellation)
    {
        using var api = new ManagementApi(access, managementUri ?? throw new InvalidOperationException("Where the management is was not said."));
        return await api.DefinitionsAsync(cancellation);
    }

    private BrokerFinding Version(IConnection connection) => Judge(
        connection.ServerProperties?.TryGetValue("version", out var told) == true && told is byte[] bytes ? Encoding.UTF8.GetString(bytes) : "unknown", access.User, allowsOlder);

    /// <param name="user">Ours. One of those that the definitions make says that vendors have users of their own.</param>
    internal static BrokerFinding Judge(string text, string user, bool allowsOlder)
    {
        if (!System.Version.TryParse(text.Split('-', '+')[0], out var version) || version < Oldest || version >= TooNew)
            return new BrokerFinding(true, "version", $"RabbitMQ {text} is not one of the versions this was made for ({Oldest} to 4.x).");
        if (version >= KeepsVendorsApart || !BrokerUsers.SpeaksForAll(user))
            return new BrokerFinding(false, "version", $"RabbitMQ {text} is one of the versions this was made for ({Oldest} to 4.x).");
        var reach = $"On RabbitMQ {text} a vendor's user reaches other vendors' queues with what it publishes; it is not believed there, and it takes room.";
        return allowsOlder
            ? new BrokerFinding(false, "version", $"{reach} Claims:AllowOlderBroker allows it.")
            : new BrokerFinding(true, "version", $"{reach} Where services and vendors have users of their own RabbitMQ {KeepsVendorsApart} is needed, or Claims:AllowOlderBroker=true.");
    }

    private static async Task ExchangesAsync(Probe probe, IReadOnlyList<QueueDefinition> queues, List<BrokerFinding> findings, CancellationToken cancellation)
    {
        foreach (var exchange in queues.SelectMany(queue => queue.Bindings).Select(binding => binding.Exchange).Append(Topology.QueuesExchange).Distinct(StringComparer.Ordinal))
        {
            var (exists, refusal) = await probe.TryAsync(
                channel => channel.ExchangeDeclarePassiveAsync(exchange, cancellation),
                channel => BrokerTopology.MakeExchangeAsync(channel, exchange, cancellation), cancellation);
            findings.Add(
                !exists ? new BrokerFinding(false, exchange, $"The exchange '{exchange}' is not there yet; a service declares it when it starts.")
                : refusal == Untold ? new BrokerFinding(false, exchange, $"The exchange '{exchange}' is there; whether it is as it must be the broker does not tell this user.")
                : refusal is null ? new BrokerFinding(false, exchange, $"The exchange '{exchange}' sends what no queue is bound for to '{Topology.Unrouted}'.")
                : new BrokerFinding(true, exchange, $"The exchange '{exchange}' is not durable, not of the right type ({BrokerTopology.TypeOf(exchange)}), or loses what no queue is bound for: {refusal}. "
                    + "Stop all services, delete the exchange (what stands on queues stays there), and start again."));
        }
    }

    private static async Task QueueAsync(
        Probe probe, string queue, Dictionary<string, object?> arguments, List<BrokerFinding> findings, CancellationToken cancellation)
    {
        var (exists, refusal) = await LookAtAsync(arguments);
        if (refusal is not (null or Untold) && Topology.IsVendorQueue(queue))
            (_, refusal) = await LookAtAsync(VendorQueues.Limited(arguments));
        findings.Add(
            !exists ? new BrokerFinding(false, queue, $"The queue '{queue}' is not there yet; a service declares it when it starts.")
            : refusal == Untold ? new BrokerFinding(false, queue, $"The queue '{queue}' is there; whether it is as it must be the broker does not tell this user.")
            : refusal is null ? new BrokerFinding(false, queue, $"The queue '{queue}' is a quorum queue with the arguments it must have.")
            : new BrokerFinding(true, queue, $"The queue '{queue}' is not as it must be: {refusal}. Empty it, delete it, and start again."));

        Task<(bool Exists, string? Refusal)> LookAtAsync(Dictionary<string, object?> with) => probe.TryAsync(
            channel => channel.QueueDeclarePassiveAsync(queue, cancellation),
            channel => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, with, cancellationToken: cancellation),
            cancellation);
    }

    /// <summary>A policy changes a queue without changing its arguments.</summary>
    private async Task PoliciesAsync(List<BrokerFinding> findings, CancellationToken cancellation)
    {
        var looked = findings.Select(finding => finding.Subject).ToHashSet(StringComparer.Ordinal);
        using var api = new ManagementApi(access, managementUri!);
        foreach (var queue in await api.QueuesAsync("", cancellation))
        {
            var name = queue.GetProperty("name").GetString()!;
            if (!looked.Contains(name) || !queue.TryGetProperty("effective_policy_definition", out var policy) || policy.ValueKind != JsonValueKind.Object)
                continue;
            foreach (var rule in policy.EnumerateObject().Where(rule => Forgetting.Contains(rule.Name) && !VendorQueues.Allows(name, rule, policy)))
                findings.Add(new BrokerFinding(true, name, $"A policy gives the queue '{name}' {rule.Name} = {rule.Value}, which lets messages vanish. Remove it from the policy."));
        }
    }

    /// <summary>The broker answers a wrong question by closing the channel, so there is always a fresh one.</summary>
    private sealed class Probe(IConnection connection) : IAsyncDisposable
    {
        private IChannel? channel;

        public async Task<(bool Exists, string? Refusal)> TryAsync(Func<IChannel, Task> exists, Func<IChannel, Task> equals, CancellationToken cancellation)
        {
            if (await RefusalAsync(exists, cancellation) is not null)
                return (false, null);
            return (true, await RefusalAsync(equals, cancellation));
        }

        public async ValueTask DisposeAsync()
        {
            if (channel is not null)
                await channel.DisposeAsync();
        }

        private async Task<string?> RefusalAsync(Func<IChannel, Task> question, CancellationToken cancellation)
        {
            if (channel is not { IsOpen: true })
                channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
            try
            {
                await question(channel);
                return null;
            }
            catch (OperationInterruptedException answer) when (answer.ShutdownReason?.ReplyCode == Constants.AccessRefused)
            {
                return Untold;
            }
            catch (OperationInterruptedException answer) when (answer.ShutdownReason?.ReplyCode is Constants.NotFound or Constants.PreconditionFailed)
            {
                return answer.ShutdownReason.ReplyText;
            }
        }
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq;

namespace ClaimsTransfer.Cli.Doctor;

/// <summary>
/// What stands on a broker and is otherwise than the definitions would have it, each with what to do. To import definitions adds what is missing and changes users; what stands
/// as an exchange or a queue it leaves as it is, and says that all is well.
/// </summary>
/// <param name="wanted">As <c>claims broker definitions</c> makes them.</param>
/// <param name="standing">As the broker exports them, of every virtual host.</param>
internal sealed class BrokerDifferences(JsonElement wanted, JsonElement standing, string vhost)
{
    private const string Import = "Make the definitions and import them: claims broker definitions, rabbitmqctl import_definitions.";

    private static readonly TimeSpan MatchWithin = TimeSpan.FromSeconds(1);

    /// <summary>What makes a queue drop what nobody has taken.</summary>
    private static readonly string[] Dropping = ["x-message-ttl", "x-expires", "x-max-length", "x-max-length-bytes"];

    public IReadOnlyList<string> Find()
    {
        // Without users of their own on it the services make what is missing themselves, and no vendor's exchange is needed.
        var isDefined = Of(standing, "users").Any(user => BrokerUsers.VendorOf(Text(user, "name")) is not null);
        List<string> found = [.. Exchanges(isDefined), .. Queues(isDefined), .. DeadLetterQueuesOfOthers(), .. Policies(isDefined)];
        if (isDefined)
            found.AddRange([.. Bindings(), .. Users(), .. Permissions(), .. Topics(), .. Strangers()]);
        return found;
    }

    private IEnumerable<string> Exchanges(bool isDefined) => Compared(
        "exchanges", isDefined, one => Text(one, "name"), one => $"{Text(one, "type")}, {(Flag(one, "durable") ? "durable" : "not durable")}{Arguments(one)}",
        name => $"The exchange '{name}'",
        "No import changes it. Stop all services, delete it (what stands on queues stays there), import the definitions again, start.");

    private IEnumerable<string> Queues(bool isDefined) => Compared(
        "queues", isDefined, one => Text(one, "name"), one => $"{(Flag(one, "durable") ? "durable" : "not durable")}{QueueArguments(one)}",
        name => $"The queue '{name}'",
        $"No import changes it. Let its consumers empty it, delete it only when it is empty (rabbitmqctl delete_queue NAME --if-empty), import the definitions again; what is published meanwhile stands on "
        + $"'{Topology.Unrouted}', and the console sends it on.");

    private IEnumerable<string> Users() => Compared(
        "users", isDefined: true, one => Text(one, "name"), one => $"tags [{Tags(one)}]{Limits(one)}", name => $"The user '{name}'", Import);

    private IEnumerable<string> Permissions() => Compared(
        "permissions", isDefined: true, one => Text(one, "user"), one => $"configure {Text(one, "configure")}, write {Text(one, "write")}, read {Text(one, "read")}",
        name => $"What the user '{name}' may", Import);

    private IEnumerable<string> Topics() => Compared(
        "topic_permissions", isDefined: true, one => $"{Text(one, "user")} {Text(one, "exchange")}", one => $"write {Text(one, "write")}, read {Text(one, "read")}",
        name => $"What the user '{name.Split(' ')[0]}' may on the exchange '{name.Split(' ')[1]}'", Import);

    /// <summary>A binding that is missing is made by an import; one too many lets somebody reach what is not his.</summary>
    private IEnumerable<string> Bindings()
    {
        static string Name(JsonElement one) => $"'{Text(one, "source")}' to '{Text(one, "destination")}' with the key '{Text(one, "routing_key")}'";
        var ours = Of(wanted, "queues").Concat(Of(wanted, "exchanges")).Select(one => Text(one, "name")).ToHashSet(StringComparer.Ordinal);
        var should = Of(wanted, "bindings").Select(Name).ToHashSet(StringComparer.Ordinal);
        var stand = Here("bindings").Where(one => ours.Contains(Text(one, "destination"))).Select(Name).ToHashSet(StringComparer.Ordinal);
        foreach (var missing in should.Except(stand).Order(StringComparer.Ordinal))
            yield return $"No binding leads from {missing}. {Import}";
        foreach (var surplus in stand.Except(should).Order(StringComparer.Ordinal))
        {
            yield return $"A binding that the definitions do not have leads from {surplus}. No import takes it away: Routing and Payments do with what a municipality left behind when they run; "
                + "else remove it in the management, where the queue is shown.";
        }
    }

    /// <summary>Others' queues are theirs to declare; what lies on them is lost when they drop it, before the console has it or while somebody looks.</summary>
    private IEnumerable<string> DeadLetterQueuesOfOthers()
    {
        foreach (var queue in Here("queues").Where(queue => DeadLetterQueueName.IsOthers(Text(queue, "name"))))
        {
            var arguments = queue.TryGetProperty("arguments", out var all) && all.ValueKind == JsonValueKind.Object ? all : default;
            if (arguments.ValueKind != JsonValueKind.Object)
                continue;
            var drops = arguments.EnumerateObject().Where(one => Dropping.Contains(one.Name) || (one.Name == "x-delivery-limit" && IsSmall(one.Value))).Select(one => $"{one.Name} = {one.Value}").ToList();
            if (drops.Count > 0)
            {
                yield return $"The dead-letter queue '{Text(queue, "name")}' of others drops messages: {string.Join(", ", drops)}, from its work queue perhaps. The console takes what it sees in time; let whoever "
                    + "declares it declare it without, delete it when it is empty, and not look into it with other tools.";
            }
        }
    }

    /// <summary>
    /// Our own limits vendors' queues in bytes; it is needed wherever one of these has no limit of its own. The broker obeys one policy a queue, so another of
    /// ours' would take its place.
    /// </summary>
    private IEnumerable<string> Policies(bool isDefined)
    {
        var isNeeded = isDefined || Here("queues").Any(queue => Topology.IsVendorQueue(Text(queue, "name")) && !HasOwnLimit(queue));
        var ours = Of(wanted, "queues").Concat(Of(wanted, "exchanges")).Select(one => Text(one, "name")).ToList();
        var named = Of(wanted, "policies").Select(policy => Text(policy, "name")).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. Compared(
                "policies", isNeeded, one => Text(one, "name"), one => $"for {Text(one, "apply-to")} {Text(one, "pattern")}{Listed(one, "definition")}",
                name => $"The policy '{name}'", Import),
            .. from policy in Here("policies")
               where !named.Contains(Text(policy, "name"))
               let touched = ours.FirstOrDefault(name => Matches(Text(policy, "pattern"), name))
               where touched is not null
               let definition = policy.TryGetProperty("definition", out var rules) ? rules.ToString() : ""
               select $"The policy '{Text(policy, "name")}' ({definition}) is for '{touched}' and perhaps more of ours; the definitions have none for it. "
                   + "Let its pattern leave out what is ours: rabbitmqctl clear_policy, set_policy.",
        ];
    }

    /// <summary>As a service declares a vendor's queue where no definitions were imported.</summary>
    private static bool HasOwnLimit(JsonElement queue) =>
        Topology.IsVendorQueue(Text(queue, "name")) && queue.TryGetProperty("arguments", out var all) && all.ValueKind == JsonValueKind.Object
        && all.TryGetProperty(VendorQueues.Argument, out var limit) && limit.TryGetInt64(out var bytes) && bytes == Topology.VendorQueueBytes;

    /// <summary>Users that the definitions do not make and that may write where replies are said, or read our queues.</summary>
    private IEnumerable<string> Strangers()
    {
        var known = Of(wanted, "users").Select(user => Text(user, "name")).ToHashSet(StringComparer.Ordinal);
        var queues = Of(wanted, "queues").Select(queue => Text(queue, "name")).ToList();
        return from permission in Here("permissions")
               let user = Text(permission, "user")
               where !known.Contains(user)
               let reaches = Topology.Replies.Append(Topology.QueuesExchange).FirstOrDefault(exchange => Matches(Text(permission, "write"), exchange))
                   ?? queues.Find(queue => Matches(Text(permission, "read"), queue) || Matches(Text(permission, "configure"), queue))
               where reaches is not null
               select $"The user '{user}', which the definitions do not make, may use '{reaches}'. Remove it (rabbitmqctl delete_user {user}) or take the right away.";
    }

    private IEnumerable<string> Compared(
        string section, bool isDefined, Func<JsonElement, string> nameOf, Func<JsonElement, string> shapeOf, Func<string, string> subject, string whenDifferent)
    {
        var stand = Here(section).ToDictionary(nameOf, shapeOf, StringComparer.Ordinal);
        foreach (var one in Of(wanted, section))
        {
            var (name, should) = (nameOf(one), shapeOf(one));
            if (!stand.TryGetValue(name, out var shape))
            {
                if (isDefined)
                    yield return $"{subject(name)} is not there. {Import}";
            }
            else if (shape != should)
            {
                yield return $"{subject(name)} is {shape}, and must be {should}. {whenDifferent.Replace("NAME", name, StringComparison.Ordinal)}";
            }
        }
    }

    /// <summary>Of our virtual host; what belongs to none is everybody's.</summary>
    private IEnumerable<JsonElement> Here(string section) => Of(standing, section).Where(one => !one.TryGetProperty("vhost", out var host) || host.GetString() == vhost);

    private static IEnumerable<JsonElement> Of(JsonElement definitions, string section) =>
        definitions.TryGetProperty(section, out var all) && all.ValueKind == JsonValueKind.Array ? all.EnumerateArray() : [];

    private static string Text(JsonElement of, string field) => of.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool Flag(JsonElement of, string field) => of.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.True;

    private static string Arguments(JsonElement one) => Listed(one, "arguments");

    /// <summary>A limit of its own beside the policy's, which is the same, is no difference.</summary>
    private static string QueueArguments(JsonElement queue) => HasOwnLimit(queue)
        ? Arguments(queue).Replace($", {VendorQueues.Argument} = {Topology.VendorQueueBytes}", "", StringComparison.Ordinal)
        : Arguments(queue);

    private static string Limits(JsonElement user) => Listed(user, "limits");

    private static string Listed(JsonElement one, string field) => one.TryGetProperty(field, out var all) && all.ValueKind == JsonValueKind.Object
        ? string.Concat(all.EnumerateObject().OrderBy(argument => argument.Name, StringComparer.Ordinal).Select(argument => $", {argument.Name} = {argument.Value}"))
        : "";

    /// <summary>A list, or before 3.10 one text.</summary>
    private static string Tags(JsonElement user) =>
        user.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array ? string.Join(',', tags.EnumerateArray().Select(tag => tag.GetString())) : Text(user, "tags");

    private static bool IsSmall(JsonElement limit) => limit.ValueKind == JsonValueKind.Number && limit.TryGetInt64(out var often) && often is >= 0 and <= 2;

    private static bool Matches(string expression, string name)
    {
        try
        {
            return expression.Length > 0 && Regex.IsMatch(name, expression, RegexOptions.CultureInvariant, MatchWithin);
        }
        catch (Exception fault) when (fault is ArgumentException or RegexMatchTimeoutException)
        {
            // Not one that we can read: it is named rather than passed over.
            return true;
        }
    }
}

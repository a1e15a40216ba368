namespace ClaimsTransfer.ConnectorSdk.Hosting;

/// <summary>What a connector says of itself that cannot be: told at the start, all at once, to whoever writes it.</summary>
internal static class CapabilityFaults
{
    private const string Good = "new ConnectorCapabilities(\"{0}\", BatchSize: 100, ReadInterval: TimeSpan.FromSeconds(30))";
    private static readonly TimeSpan LongestLinger = TimeSpan.FromMinutes(1);

    /// <summary>Throws with every fault.</summary>
    /// <returns>The capabilities, which are good.</returns>
    public static ConnectorCapabilities CapabilitiesOf(IConnector connector, string vendor)
    {
        var example = string.Format(System.Globalization.CultureInfo.InvariantCulture, Good, vendor);
        if (connector.Capabilities is not { } capabilities)
            throw new InvalidOperationException($"{connector.GetType().Name}.Capabilities is null. Say what the connector can, once: {example}.");
        var faults = Of(capabilities, vendor).ToList();
        return faults.Count == 0
            ? capabilities
            : throw new InvalidOperationException(
                $"{connector.GetType().Name}.Capabilities cannot be used:\n- {string.Join("\n- ", faults)}\nGood: {example}");
    }

    private static IEnumerable<string> Of(ConnectorCapabilities capabilities, string vendor)
    {
        if (capabilities.Vendor != vendor)
            yield return $"Vendor is \"{capabilities.Vendor}\", and the connector was added by AddConnector(\"{vendor}\"): the two are the same name, as in municipalities.yaml.";
        if (capabilities.BatchSize < 1)
            yield return $"BatchSize is {capabilities.BatchSize}: so no call would carry an instruction. 1 where the debtor system takes one at a time.";
        if (capabilities.ReadInterval is { } interval && interval <= TimeSpan.Zero)
            yield return $"ReadInterval is {interval}: ReadAsync would be called without a pause. TimeSpan.FromSeconds(30) for a feed; null where the debtor system pushes and ReadAsync is never to be called.";
        if (capabilities.OpeningHours is { } hours && hours.From == hours.To)
            yield return $"OpeningHours are from {hours.From:HH\\:mm} to {hours.To:HH\\:mm}, which is never. new OpeningHours(new TimeOnly(6, 0), new TimeOnly(22, 0), Weekends: false), or null: always open.";
        if (capabilities.Linger is { } linger && (linger < TimeSpan.Zero || linger > LongestLinger))
            yield return $"Linger is {linger}: a batch waits between nothing and a minute to become full. TimeSpan.FromSeconds(1) where each call costs a file; null: 40 milliseconds.";
    }
}

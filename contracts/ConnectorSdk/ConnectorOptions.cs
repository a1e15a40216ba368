using System.Globalization;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.Extensions.Configuration;

namespace ClaimsTransfer.ConnectorSdk;

/// <summary>Settings of every connector: section <c>Connectors</c>; <c>Connectors:VENDOR</c> overrides for one vendor. All have defaults fit for production.</summary>
public sealed record ConnectorOptions
{
    private const string Section = "Connectors";

    /// <summary>How long an outcome may stay unclear, or a debtor system unavailable, before its claims are reported Unknown and wait for a person.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The longest one call to the debtor system may take. Below 60 s, the longest a message may be in hand.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From an unclear outcome to the first question; the pauses grow from here to <see cref="LongestPause"/>.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After "unavailable", when the debtor system does not say when to come back; doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>So many calls in a row without a clear answer open the municipality's circuit breaker; "unavailable" opens it at once.</summary>
    public int BreakerFailures { get; init; } = 5;

    /// <summary>So many answers about one instruction in a row that cannot be understood, and it is dead-lettered.</summary>
    public int NotUnderstoodAtMost { get; init; } = 3;

    /// <summary>How often due work is looked for, outcomes are published again and consumers are checked.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>More instructions than this in a municipality's log, and the rest waits on the broker.</summary>
    public int MaxInHand { get; init; } = 5_000;

    /// <summary>How many instances of the connector share each municipality's rate and concurrency.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>A call begun so long ago is considered lost: whoever made it has died.</summary>
    public TimeSpan Lease => CallTimeout + TimeSpan.FromSeconds(10);

    /// <summary>What this instance has just taken it works itself; others look at it only after this.</summary>
    public static TimeSpan Reservation { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Reads them and throws with everything that is wrong at once: key, bad value, a good one. A key that is misspelt is wrong too: it would be ignored for years.</summary>
    public static ConnectorOptions Read(IConfiguration configuration, string vendor)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (all, own) = (configuration.GetSection(Section), configuration.GetSection($"{Section}:{vendor}"));
        var known = typeof(ConnectorOptions).GetProperties().Where(property => property.SetMethod is not null).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        List<string> faults =
        [
            .. from setting in all.GetChildren()
               where setting.Value is not null && !known.ContainsKey(setting.Key)
               select $"{setting.Path} is no setting of connectors. Known: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}; a vendor's own stand below {Section}:{vendor}.",
        ];
        var options = new ConnectorOptions();
        foreach (var (name, property) in known)
        {
            foreach (var setting in new[] { all.GetSection(name), own.GetSection(name) }.Where(setting => setting.Value is not null))
            {
                if (ValueOf(setting.Value!, property.PropertyType) is { } value)
                    property.SetValue(options, value);
                else
                    faults.Add($"{setting.Path} is '{setting.Value}', which is no {(property.PropertyType == typeof(int) ? "whole number" : "time (days.hours:minutes:seconds)")}; a good one is {ExampleOf(name)}.");
            }
        }

        faults.AddRange(options.Faults(name => own.GetSection(name).Value is not null ? $"{Section}:{vendor}:{name}" : $"{Section}:{name}"));
        return faults.Count == 0
            ? options
            : throw new SettingsException($"The settings of the connector {vendor} cannot be used:\n- {string.Join("\n- ", faults)}\nIn the environment a colon is written as two underscores: {Section}__CallTimeout=00:00:30. All settings: the SDK's README.");
    }

    /// <summary>What is wrong with values that could be read.</summary>
    /// <param name="key">How a setting is called where it was given.</param>
    internal IEnumerable<string> Faults(Func<string, string> key)
    {
        (string Name, object Value, bool IsGood, string Rule)[] rules =
        [
            (nameof(GiveUpAfter), GiveUpAfter, GiveUpAfter > TimeSpan.Zero, "must be more than nothing"),
            (nameof(CallTimeout), CallTimeout, CallTimeout > TimeSpan.Zero && CallTimeout < TimeSpan.FromSeconds(60), "must be more than nothing and below one minute, the longest a message may be in hand"),
            (nameof(AskAfter), AskAfter, AskAfter >= TimeSpan.Zero, "must not be below nothing"),
            (nameof(RetryAfter), RetryAfter, RetryAfter > TimeSpan.Zero, "must be more than nothing"),
            (nameof(LongestPause), LongestPause, LongestPause >= RetryAfter && LongestPause >= AskAfter, $"must be at least RetryAfter ({RetryAfter}) and AskAfter ({AskAfter}), which grow to it"),
            (nameof(BreakerFailures), BreakerFailures, BreakerFailures > 0, "must be 1 or more"),
            (nameof(NotUnderstoodAtMost), NotUnderstoodAtMost, NotUnderstoodAtMost > 0, "must be 1 or more"),
            (nameof(SweepInterval), SweepInterval, SweepInterval > TimeSpan.Zero, "must be more than nothing"),
            (nameof(MaxInHand), MaxInHand, MaxInHand > 0, "must be 1 or more"),
            (nameof(Instances), Instances, Instances > 0, "must be 1 or more"),
        ];
        return rules.Where(rule => !rule.IsGood).Select(rule => $"{key(rule.Name)} is {rule.Value} and {rule.Rule}; a good one is {ExampleOf(rule.Name)}.");
    }

    private static string ExampleOf(string name) => $"{typeof(ConnectorOptions).GetProperty(name)!.GetValue(new ConnectorOptions())}, the default";

    private static object? ValueOf(string text, Type type) =>
        type == typeof(int)
            ? int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;
}

using System.Globalization;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Http.Extensions;

namespace ClaimsTransfer.OperationsConsole.Claims;

/// <summary>
/// Which claims, as a query string says it: <c>text=…&amp;municipality=0101&amp;category=Held&amp;from=2026-11-01</c>. Pages and API read the same. Dates are Danish days, the last
/// one included.
/// </summary>
public sealed record ClaimQuery
{
    /// <summary>What claims count as; the same words as Routing's.</summary>
    public static readonly IReadOnlyList<string> Categories = ["InFlight", "Transferred", "Rejected", "Held", "Unknown", "DeadLettered", "OutOfScope", "Cancelled", "Awaited"];

    public static readonly IReadOnlyList<string> Statuses =
    [
        "Awaited", "Held", "OutOfScope", "Sending", "Sent", "Transferred", "Changing", "PartlyCovered", "Settled", "Rejected", "Unknown", "Cancelling", "Cancelled", "Credited",
        "WrittenOff", "InCollection",
    ];

    private const int LongestText = 100;

    public IReadOnlyList<string> Municipality { get; init; } = [];
    public IReadOnlyList<string> Category { get; init; } = [];
    public IReadOnlyList<string> Status { get; init; } = [];
    public string? Agency { get; init; }
    public long? FeeId { get; init; }
    public Guid? ClaimId { get; init; }
    public string? Text { get; init; }
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? To { get; init; }

    /// <summary>Only claims with a change that waits for a version before it.</summary>
    public bool VersionGap { get; init; }

    /// <summary>Each wrong field, with what is wrong; empty: it can be asked for.</summary>
    public IReadOnlyDictionary<string, string> Faults { get; init; } = new Dictionary<string, string>();

    public static ClaimQuery Read(IQueryCollection query)
    {
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = One("text");
        if (text?.Length > LongestText)
            faults["text"] = $"text has {text.Length} characters; give at most {LongestText}.";
        return new ClaimQuery
        {
            Municipality = Many("municipality"), Category = Among("category", Categories), Status = Among("status", Statuses), Agency = One("agency")?.ToUpperInvariant(),
            FeeId = Parsed<long>("feeId", (string given, out long id) => long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out id), "a number such as 434536"),
            ClaimId = Parsed<Guid>("claimId", Guid.TryParse, "an id such as 0f8fad5b-d9cb-469f-a165-70867728950e"),
            Text = text, From = Moment("from", lastOfDay: false), To = Moment("to", lastOfDay: true), VersionGap = One("versionGap") == "true", Faults = faults,
        };

        string? One(string name) => query[name].FirstOrDefault()?.Trim() is { Length: > 0 } given ? given : null;

        List<string> Many(string name) => [.. query[name].Select(given => given?.Trim() ?? "").Where(given => given.Length > 0).Distinct(StringComparer.Ordinal)];

        List<string> Among(string name, IReadOnlyList<string> words)
        {
            var given = Many(name);
            if (given.Find(word => !words.Contains(word, StringComparer.OrdinalIgnoreCase)) is not { } unknown)
                return given.ConvertAll(word => words.First(known => string.Equals(known, word, StringComparison.OrdinalIgnoreCase)));
            faults[name] = $"{name} is '{unknown}'; give one of {string.Join(", ", words)}.";
            return [];
        }

        T? Parsed<T>(string name, Parser<T> parse, string good)
            where T : struct
        {
            if (One(name) is not { } given)
                return null;
            if (parse(given, out var value))
                return value;
            faults[name] = $"{name} is '{given}'; give {good}.";
            return null;
        }

        DateTimeOffset? Moment(string name, bool lastOfDay)
        {
            if (One(name) is not { } given)
                return null;
            if (DateOnly.TryParseExact(given, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                return DanishDay.Begins(lastOfDay ? day.AddDays(1) : day);
            if (DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
                return at;
            faults[name] = $"{name} is '{given}'; give a day or a moment such as 2026-11-22.";
            return null;
        }
    }

    /// <summary>Narrowed to what a person sees; null: nothing of it. Routing takes no municipality for all, so that nobody may ask it with none by mistake.</summary>
    public ClaimQuery? For(Actor actor)
    {
        if (actor.Municipalities is not { } own)
            return this;
        var seen = Municipality.Count == 0 ? [.. own.Order(StringComparer.Ordinal)] : Municipality.Where(own.Contains).ToList();
        return seen.Count == 0 ? null : this with { Municipality = seen };
    }

    /// <summary>As Routing is asked.</summary>
    public string ToQueryString(int? limit = null, string? after = null)
    {
        var query = new QueryBuilder();
        foreach (var (name, values) in new[] { ("municipality", Municipality), ("category", Category), ("status", Status) })
        {
            foreach (var value in values)
                query.Add(name, value);
        }

        Add("agency", Agency);
        Add("feeId", FeeId?.ToString(CultureInfo.InvariantCulture));
        Add("claimId", ClaimId?.ToString());
        Add("text", Text);
        Add("from", From?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Add("to", To?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Add("versionGap", VersionGap ? "true" : null);
        Add("limit", limit?.ToString(CultureInfo.InvariantCulture));
        Add("after", after);
        return query.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
                query.Add(name, value);
        }
    }

    private delegate bool Parser<T>(string given, out T value);
}

/// <summary>When a day begins in Denmark.</summary>
internal static class DanishDay
{
    public static DateTimeOffset Begins(DateOnly day)
    {
        // Midnight is at +01:00 or +02:00, never in an hour that the clock skips.
        var winter = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(1));
        return new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), Danish.Local(winter).Offset) is var begins && Danish.Local(begins).Offset == begins.Offset ? begins : winter;
    }
}

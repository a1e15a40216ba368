using System.Globalization;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>A filter as a query string says it: <c>status=Open&amp;municipality=0101&amp;vendor=KmdOpus&amp;text=…</c>. Pages and API read the same.</summary>
public static class LetterFilterQuery
{
    public static bool TryRead(IQueryCollection query, out LetterFilter filter, out string fault)
    {
        filter = new LetterFilter();
        fault = "";
        var statuses = new List<LetterStatus>();
        foreach (var text in Values("status"))
        {
            if (string.Equals(text, "all", StringComparison.OrdinalIgnoreCase))
                statuses.AddRange(Enum.GetValues<LetterStatus>());
            else if (Enum.TryParse<LetterStatus>(text, ignoreCase: true, out var status) && Enum.IsDefined(status))
                statuses.Add(status);
            else
                return Fault(out fault, $"status is '{text}'; give one of {string.Join(", ", Enum.GetNames<LetterStatus>())}, or all.");
        }

        if (!TryParse("claimId", text => Guid.TryParse(text, out var id) ? id : null, "an id such as 0f8fad5b-d9cb-469f-a165-70867728950e", out Guid? claim, out fault)
            || !TryParse("replayId", text => Guid.TryParse(text, out var id) ? id : null, "an id such as 0f8fad5b-d9cb-469f-a165-70867728950e", out Guid? replay, out fault)
            || !TryParse("feeId", text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null, "a number such as 434536", out long? fee, out fault)
            || !TryParse("from", Moment, "a day or a moment such as 2026-11-22", out DateTimeOffset? from, out fault)
            || !TryParse("to", Moment, "a day or a moment such as 2026-11-23", out DateTimeOffset? to, out fault))
            return false;
        filter = new LetterFilter
        {
            Status = statuses.Count > 0 ? statuses : null, Fingerprint = Value("fingerprint"), Cause = Value("cause"), Municipality = Values("municipality") is { Count: > 0 } codes ? codes : null,
            Vendor = Value("vendor"), Name = Value("name"), Queue = Value("queue"), ClaimId = claim, Agency = Value("agency"), FeeId = fee, MessageId = Value("messageId"), ReplayId = replay,
            Text = Value("text"), From = from, To = to,
        };
        return true;

        string? Value(string name) => query[name].FirstOrDefault()?.Trim() is { Length: > 0 } text ? text : null;

        List<string> Values(string name) => [.. query[name].Select(text => text?.Trim() ?? "").Where(text => text.Length > 0)];

        bool TryParse<T>(string name, Func<string, T?> parse, string good, out T? value, out string wrong)
        {
            (value, wrong) = (default, "");
            if (Value(name) is not { } text)
                return true;
            value = parse(text);
            return value is not null || Fault(out wrong, $"{name} is '{text}'; give {good}.");
        }
    }

    private static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static bool Fault(out string fault, string text)
    {
        fault = text;
        return false;
    }
}

using System.Globalization;
using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.OperationsConsole.DeadLetters;

/// <summary>A filter as a query string says it: <c>status=Open&amp;municipality=0101&amp;vendor=KmdOpus&amp;text=…</c>. Pages and API read the same.</summary>
public static class LetterFilterQuery
{
    /// <param name="fault">What cannot be read; null: nothing.</param>
    public static bool TryRead(IQueryCollection query, out LetterFilter filter, out Note? fault)
    {
        filter = new LetterFilter();
        fault = null;
        var statuses = new List<LetterStatus>();
        foreach (var text in Values("status"))
        {
            if (string.Equals(text, "all", StringComparison.OrdinalIgnoreCase))
                statuses.AddRange(Enum.GetValues<LetterStatus>());
            else if (Enum.TryParse<LetterStatus>(text, ignoreCase: true, out var status) && Enum.IsDefined(status))
                statuses.Add(status);
            else
                return Fault(out fault, FilterNotes.NoStatus(text, string.Join(", ", Enum.GetNames<LetterStatus>())));
        }

        if (!TryParse("claimId", text => Guid.TryParse(text, out var id) ? id : null, FilterNotes.NoId, out Guid? claim, out fault)
            || !TryParse("replayId", text => Guid.TryParse(text, out var id) ? id : null, FilterNotes.NoId, out Guid? replay, out fault)
            || !TryParse("feeId", text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null, FilterNotes.NoNumber, out long? fee, out fault)
            || !TryParse("from", Moment, FilterNotes.NoMoment, out DateTimeOffset? from, out fault)
            || !TryParse("to", Moment, FilterNotes.NoMoment, out DateTimeOffset? to, out fault))
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

        bool TryParse<T>(string name, Func<string, T?> parse, Func<string, string, Note> note, out T? value, out Note? wrong)
        {
            (value, wrong) = (default, null);
            if (Value(name) is not { } text)
                return true;
            value = parse(text);
            return value is not null || Fault(out wrong, note(name, text));
        }
    }

    private static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static bool Fault(out Note? fault, Note note)
    {
        fault = note;
        return false;
    }
}

using System.CommandLine;
using System.Globalization;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Failures;

/// <summary>Which of the failed messages a command is about, as its options say and the console's API takes it.</summary>
public sealed class FailureFilter
{
    private readonly Option<string[]> _municipality = new("--municipality") { Description = "Four digits, 0101; more than one may be given.", HelpName = "CODE" };
    private readonly Option<string?> _vendor = new("--vendor") { Description = "KmdOpus, Prisme or OesIndsigt.", HelpName = "VENDOR" };
    private readonly Option<string?> _type = new("--type") { Description = "The message, such as transfer-claim.", HelpName = "MESSAGE" };
    private readonly Option<string?> _cause = new("--cause") { Description = "A cause's key (causeKey in the JSON list), such as answerNotUnderstood.", HelpName = "KEY" };
    private readonly Option<string?> _fingerprint = new("--fingerprint") { Description = "One group, as the list shows it.", HelpName = "FINGERPRINT" };
    private readonly Option<string?> _agency = new("--agency") { Description = "ISIL of the library agency, DK-710100.", HelpName = "ISIL" };
    private readonly Option<long?> _fee = new("--fee") { Description = "FBS's id of the fee, 434536.", HelpName = "FEEID" };
    private readonly Option<string?> _text = new("--text") { Description = "Part of the failure's text.", HelpName = "TEXT" };
    private readonly Option<string?> _from = new("--from") { Description = "Failed last at that day or moment (UTC), or later.", HelpName = "2026-11-22" };
    private readonly Option<string?> _to = new("--to") { Description = "Failed last before that day or moment (UTC).", HelpName = "2026-11-23" };

    private readonly Option<string[]> _status = new("--status") { Description = "Open (when absent), Replaying, Replayed, Corrected, Archived, Purged, or all.", HelpName = "STATUS" };

    private readonly Argument<Guid[]> _letters = new("LETTERID") { Description = "Just these messages.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _all = new("--all") { Description = "Every message that the command can be about." };

    /// <summary>For a list.</summary>
    public void AddTo(Command command)
    {
        AddFiltersTo(command);
        command.Add(_status);
    }

    /// <summary>For an action: what it touches must be said.</summary>
    public void AddChoiceTo(Command command)
    {
        command.Add(_letters);
        command.Add(_all);
        AddFiltersTo(command);
    }

    /// <summary><c>municipality=0101&amp;vendor=KmdOpus</c>.</summary>
    public string Query(ParseResult parsed)
    {
        var query = new List<(string Name, string? Value)>();
        query.AddRange((parsed.GetValue(_municipality) ?? []).Select(code => ("municipality", (string?)code)));
        query.AddRange((parsed.GetValue(_status) ?? []).Select(status => ("status", (string?)status)));
        query.AddRange([
            ("vendor", parsed.GetValue(_vendor)), ("name", parsed.GetValue(_type)), ("cause", parsed.GetValue(_cause)), ("fingerprint", parsed.GetValue(_fingerprint)),
            ("agency", parsed.GetValue(_agency)), ("feeId", parsed.GetValue(_fee)?.ToString(CultureInfo.InvariantCulture)), ("text", parsed.GetValue(_text)),
            ("from", Moment(parsed, _from)?.ToString("O")), ("to", Moment(parsed, _to)?.ToString("O")),
        ]);
        return string.Join('&', query.Where(part => part.Value is { Length: > 0 }).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
    }

    /// <summary>Whether anything was said at all.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_all) || Letters(parsed).Length > 0 || HasFilters(parsed);

    /// <summary>The same as a request's body has it.</summary>
    /// <exception cref="CommandFailure">Nothing was said, or two things at a time.</exception>
    public object Chosen(ParseResult parsed)
    {
        var letters = Letters(parsed);
        var given = (parsed.GetValue(_all) ? 1 : 0) + (letters.Length > 0 ? 1 : 0) + (HasFilters(parsed) ? 1 : 0);
        if (given != 1)
            throw new CommandFailure(
                given == 0 ? "Which messages is not said." : "--all, filters and ids cannot be given together.",
                "Give the ids of messages, or filters such as --municipality 0101 --cause answerNotUnderstood, or --all.", ExitCodes.Usage);
        return letters.Length > 0
            ? new { letterIds = letters }
            : new
            {
                municipality = parsed.GetValue(_municipality) is { Length: > 0 } codes ? codes : null,
                vendor = parsed.GetValue(_vendor),
                name = parsed.GetValue(_type),
                cause = parsed.GetValue(_cause),
                fingerprint = parsed.GetValue(_fingerprint),
                agency = parsed.GetValue(_agency),
                feeId = parsed.GetValue(_fee),
                text = parsed.GetValue(_text),
                from = Moment(parsed, _from),
                to = Moment(parsed, _to),
            };
    }

    private Guid[] Letters(ParseResult parsed) => parsed.GetValue(_letters) ?? [];

    private bool HasFilters(ParseResult parsed) => Query(parsed).Length > 0;

    private void AddFiltersTo(Command command)
    {
        foreach (var option in (Option[])[_municipality, _vendor, _type, _cause, _fingerprint, _agency, _fee, _text, _from, _to])
            command.Add(option);
    }

    private static DateTimeOffset? Moment(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is not { Length: > 0 } given ? null
        : DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment
        : throw new CommandFailure($"{option.Name} is '{given}', which is neither day nor moment.", $"Good: {option.Name} 2026-11-22, or 2026-11-22T06:54:00Z", ExitCodes.Usage);
}

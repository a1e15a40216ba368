using System.Globalization;
using System.Text.RegularExpressions;
using ClaimsTransfer.OperationsConsole.Pages.Frame;

namespace ClaimsTransfer.OperationsConsole.Claims;

/// <summary>
/// The journal's notes in the reader's language. The journal is written once, in English; what it says again and again has a sentence in the texts, and what it says seldom,
/// or quotes from people and debtor systems, stands as it was written.
/// </summary>
public sealed partial class Notes(ITexts texts)
{
    private static readonly (Regex Form, string Key)[] Forms =
    [
        (Received(), "received"), (Sent(), "sent"), (Acknowledged(), "acknowledged"), (Refused(), "rejected"), (Held(), "held"), (OutOfScope(), "outOfScope"), (Amount(), "amount"),
        (ByFbs(), "cancelledByFbs"), (InHand(), "inHand"), (Asked(), "asked"), (DeadLettered(), "deadLettered"), (Known(), "known"), (Person(), "person"), (NobodyCanTell(), "nobodyCanTell"),
        (Paused(), "paused"), (MinorWithoutGuardian(), "minor"), (BelowMinimum(), "belowMinimum"), (BeforeCutover(), "beforeCutover"), (NotLive(), "notLive"), (NotAwaited(), "notAwaited"),
        (NoMeaning(), "noMeaning"), (ToBePutRight(), "toBePutRight"), (OldVersion(), "oldVersion"), (Waits(), "waits"), (HereAlready(), "hereAlready"), (Cancelled(), "cancelled"),
        (LiableParty(), "liableParty"), (NoAnswer(), "noAnswer"), (Coverage(), "coverage"), (TakenBack(), "takenBack"), (WrittenOff(), "writtenOff"), (Corrected(), "corrected"), (ClaimedAgain(), "claimedAgain"),
    ];

    /// <summary>Those whose values are amounts in øre.</summary>
    private static readonly IReadOnlySet<string> Amounts = new HashSet<string>(StringComparer.Ordinal) { "amount", "belowMinimum", "coverage", "takenBack", "writtenOff", "corrected", "claimedAgain" };

    /// <summary>Parts are separated by "; " or stand after a rule's name.</summary>
    public string Say(string? note) => string.IsNullOrEmpty(note) || texts.Language == TextCatalogue.English ? note ?? "" : string.Join("; ", note.Split("; ").Select(Part));

    private string Part(string part)
    {
        foreach (var (form, key) in Forms)
        {
            if (form.Match(part) is not { Success: true } match)
                continue;
            // A part of the form that is left out, such as a receipt's number, has a sentence of its own.
            var values = match.Groups.Values.Skip(1).Where(group => group.Success).Select(group => (object?)(Amounts.Contains(key) ? Danish.Kroner(long.Parse(group.Value, CultureInfo.InvariantCulture)) : Word(group.Value))).ToArray();
            return texts[$"claims.note.{(key == "acknowledged" && values.Length == 1 ? "acknowledgedOnly" : key)}", values];
        }

        return part;
    }

    private string Word(string value) => texts.Find($"claims.word.{value}") ?? texts.Find($"claims.status.{value}") ?? value;

    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.Singleline;

    [GeneratedRegex("^claim received$", Plain, 1000)]
    private static partial Regex Received();

    [GeneratedRegex("^([a-z ]+) sent(?: \\(.*\\))?$", Plain, 1000)]
    private static partial Regex Sent();

    [GeneratedRegex("^([a-z ]+) acknowledged(?:, receipt (.*))?$", Plain, 1000)]
    private static partial Regex Acknowledged();

    [GeneratedRegex("^([a-z ]+) rejected: (.*)$", Plain, 1000)]
    private static partial Regex Refused();

    [GeneratedRegex("^held: (.*)$", Plain, 1000)]
    private static partial Regex Held();

    [GeneratedRegex("^out of scope: (.*)$", Plain, 1000)]
    private static partial Regex OutOfScope();

    [GeneratedRegex("^amount is (-?[0-9]+) øre$", Plain, 1000)]
    private static partial Regex Amount();

    [GeneratedRegex("^cancelled by FBS: (.*)$", Plain, 1000)]
    private static partial Regex ByFbs();

    [GeneratedRegex("^the connector has it in hand$", Plain, 1000)]
    private static partial Regex InHand();

    [GeneratedRegex("^no answer yet: asked what became of the (.*)$", Plain, 1000)]
    private static partial Regex Asked();

    [GeneratedRegex("^a message is on (.*?): (.*)$", Plain, 1000)]
    private static partial Regex DeadLettered();

    [GeneratedRegex("^known$", Plain, 1000)]
    private static partial Regex Known();

    [GeneratedRegex("^([^:]+): (Release|Retry|Ask|Cancel|Reregister|Readjust) \\((.*)\\)$", Plain, 1000)]
    private static partial Regex Person();

    [GeneratedRegex("^nobody can tell: (.*)$", Plain, 1000)]
    private static partial Regex NobodyCanTell();

    [GeneratedRegex("^(?:Paused: )?Transfers for (.*) are paused\\.$", Plain, 1000)]
    private static partial Regex Paused();

    [GeneratedRegex("^(?:[A-Za-z0-9]+: )?The borrower was ([0-9]+) on ([0-9-]+), no guardian is given\\.$", Plain, 1000)]
    private static partial Regex MinorWithoutGuardian();

    [GeneratedRegex("^(?:BelowMinimum: )?([0-9]+) øre is below the minimum of ([0-9]+) øre\\.$", Plain, 1000)]
    private static partial Regex BelowMinimum();

    [GeneratedRegex("^(?:BeforeCutover: )?Created ([0-9-]+), before the cut-over ([0-9-]+)\\.$", Plain, 1000)]
    private static partial Regex BeforeCutover();

    [GeneratedRegex("^(?:Planned: )?(.*) has not gone live\\.$", Plain, 1000)]
    private static partial Regex NotLive();

    [GeneratedRegex("^([A-Za-z]+) of an instruction that is not awaited$", Plain, 1000)]
    private static partial Regex NotAwaited();

    [GeneratedRegex("^([^:]+): ([A-Za-z]+) \\((.*)\\) has no meaning while ([A-Za-z]+)$", Plain, 1000)]
    private static partial Regex NoMeaning();

    [GeneratedRegex("^(.*) \\(to be put right by the ([a-z]+)\\)$", Plain, 1000)]
    private static partial Regex ToBePutRight();

    [GeneratedRegex("^version ([0-9]+) is not newer than ([0-9]+)$", Plain, 1000)]
    private static partial Regex OldVersion();

    [GeneratedRegex("^waits for version ([0-9]+)$", Plain, 1000)]
    private static partial Regex Waits();

    [GeneratedRegex("^the claim is here already$", Plain, 1000)]
    private static partial Regex HereAlready();

    [GeneratedRegex("^cancelled$", Plain, 1000)]
    private static partial Regex Cancelled();

    [GeneratedRegex("^another liable party: (.*)$", Plain, 1000)]
    private static partial Regex LiableParty();

    [GeneratedRegex("^no answer to ([0-9]+) questions$", Plain, 1000)]
    private static partial Regex NoAnswer();

    [GeneratedRegex("^covered ([0-9]+) øre$", Plain, 1000)]
    private static partial Regex Coverage();

    [GeneratedRegex("^coverage of ([0-9]+) øre taken back$", Plain, 1000)]
    private static partial Regex TakenBack();

    [GeneratedRegex("^written off ([0-9]+) øre$", Plain, 1000)]
    private static partial Regex WrittenOff();

    [GeneratedRegex("^corrected by the debtor system: ([0-9]+) øre less$", Plain, 1000)]
    private static partial Regex Corrected();

    [GeneratedRegex("^([0-9]+) øre claimed again$", Plain, 1000)]
    private static partial Regex ClaimedAgain();
}

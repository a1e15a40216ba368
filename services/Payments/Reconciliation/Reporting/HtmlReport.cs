using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Running;

namespace ClaimsTransfer.Payments.Reconciliation.Reporting;

/// <summary>The page that a finance department reads and prints: complete in itself, no scripts, nothing from elsewhere.</summary>
internal sealed class HtmlReport(Differences differences, int mostLines = HtmlReport.MostLines)
{
    private static readonly NoteTexts InDanish = new(NoteTexts.Danish, ore => Danish.Kroner(ore));

    /// <summary>More than anybody reads on paper; the CSV has all.</summary>
    public const int MostLines = 2_000;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public async Task WriteAsync(ReconciliationRun run, Municipality? municipality, Stream stream, CancellationToken cancellation)
    {
        await using var html = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
        var place = municipality is null ? $"Kommune {run.Municipality}" : $"{municipality.Name} Kommune";
        await html.WriteAsync(
            $"""
            <!DOCTYPE html>
            <html lang="da">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Afstemning {Text(place)} {run.Day:dd-MM-yyyy}</title>
            <style>
            {PageStyle.Css}
            </style>
            </head>
            <body>
            <header>
            <p class="kind">Afstemning af bibliotekskrav</p>
            <h1>{Text(place)}</h1>
            <p class="when">{Danish.Day(run.Day)} · kommunekode {Text(run.Municipality)} · læst {Danish.Moment(run.StartedAt)}</p>
            </header>
            <main>

            """);
        if (run.Doubt is { } doubt)
        {
            await html.WriteLineAsync(
                $"""<div class="verdict failed"><strong>Afstemningen blev ikke gennemført.</strong><p>FBS' liste har {doubt.Came} åbne krav{(doubt.LastTime is { } last ? $"; sidst var der {last}" : "")}, og her er {doubt.Ours} åbne. Listen er ikke sammenlignet med noget, før nogen siger god for den.</p></div>""");
        }
        else if (run.Failure is not null)
            await html.WriteLineAsync($"""<div class="verdict failed"><strong>Afstemningen blev ikke gennemført.</strong><p>{Text(run.Why is { } why ? InDanish.Say(why) : run.Failure)}</p></div>""");
        if (run.Failure is null || run.Differences > 0 || run.Agreeing > 0)
        {
            await WriteLedgersAsync(html, run, municipality);
            await WriteDifferencesAsync(html, run, cancellation);
        }

        await html.WriteAsync(
            """
            </main>
            <footer>Beløb i kroner. Rykkergebyrer og renter hører til debitorsystemet og er ikke med. Siden indeholder ingen personoplysninger.</footer>
            </body>
            </html>

            """);
    }

    private static async Task WriteLedgersAsync(StreamWriter html, ReconciliationRun run, Municipality? municipality)
    {
        await html.WriteLineAsync(run.Differences == 0
            ? """<div class="verdict agrees"><strong>Alt stemmer.</strong> De tre systemer er enige på øren.</div>"""
            : $"""<div class="verdict differs"><strong>{Danish.Differences(run.Differences)}.</strong> {Danish.Count(run.Agreeing)} krav stemmer på øren i alle tre systemer.</div>""");
        var debtor = municipality is null ? "Debitorsystemet" : $"Debitorsystemet ({Danish.Name(municipality.Vendor)})";
        await html.WriteAsync(
            $"""
            <section>
            <h2>De tre systemer</h2>
            <table class="ledgers">
            <thead><tr><th scope="col">System</th><th scope="col" class="number">Åbne krav</th><th scope="col" class="number">Åben saldo (kr.)</th><th scope="col" class="number">Forskel til kravoverførslen (kr.)</th></tr></thead>
            <tbody>
            {Ledger("FBS", run.Fbs, run.Ours)}
            {Ledger(Danish.Ours, run.Ours, null)}
            {Ledger(debtor, run.Debtor, run.Ours)}
            </tbody>
            </table>
            <p class="note">Kravoverførslen har desuden {Danish.Count(run.Ours.Settled)} betalte eller afskrevne og {Danish.Count(run.Ours.Cancelled)} annullerede krav. {Danish.Count(run.Agreeing)} krav stemmer i alle tre systemer.</p>
            </section>

            """);
    }

    private static string Ledger(string name, Total total, Total? ours) =>
        $"""<tr><th scope="row">{Text(name)}</th><td class="number">{Danish.Count(total.Claims)}</td><td class="number">{Danish.Kroner(total.Ore)}</td><td class="number">{(ours is null ? "" : Danish.Kroner(total.Ore - ours.Ore))}</td></tr>""";

    private async Task WriteDifferencesAsync(StreamWriter html, ReconciliationRun run, CancellationToken cancellation)
    {
        if (run.Differences == 0)
            return;
        await html.WriteLineAsync("<section>\n<h2>Afvigelser</h2>");
        if (run.Differences > mostLines)
            await html.WriteLineAsync($"""<p class="note"><strong>Siden viser de første {Danish.Count(mostLines)} linjer, fordelt på årsagerne. CSV-filen har alle {Danish.Count(run.Differences)}.</strong></p>""");
        await html.WriteLineAsync("""<table class="causes"><thead><tr><th scope="col">Årsag</th><th scope="col" class="number">Antal</th></tr></thead><tbody>""");
        foreach (var (cause, count) in run.ByCause)
            await html.WriteLineAsync($"""<tr><th scope="row">{Danish.Name(cause)}</th><td class="number">{Danish.Count(count)}</td></tr>""");
        await html.WriteLineAsync("</tbody></table>\n</section>");
        var shares = Shares(run.ByCause);
        foreach (var (cause, count) in run.ByCause.OrderBy(pair => pair.Key))
            await WriteCauseAsync(html, run, cause, count, shares[cause], cancellation);
    }

    /// <summary>No cause fills the page so that another is not seen: the small ones are shown whole, the large ones share what is left.</summary>
    private Dictionary<Cause, int> Shares(IReadOnlyDictionary<Cause, long> counts)
    {
        var (left, causes) = ((long)mostLines, counts.Count);
        var shares = new Dictionary<Cause, int>();
        foreach (var (cause, count) in counts.OrderBy(pair => pair.Value))
        {
            shares[cause] = (int)Math.Min(count, left / causes--);
            left -= shares[cause];
        }

        return shares;
    }

    private async Task WriteCauseAsync(StreamWriter html, ReconciliationRun run, Cause cause, long count, int share, CancellationToken cancellation)
    {
        await html.WriteAsync(
            $"""
            <section class="cause">
            <h3>{Danish.Name(cause)} <span class="count">{Danish.Count(count)}</span></h3>
            <p>{Danish.Explanation(cause)}</p>
            <table class="lines">
            <thead><tr><th scope="col">Bibliotek</th><th scope="col">Gebyrnr.</th><th scope="col" class="number">FBS</th><th scope="col" class="number">{Danish.Ours}</th><th scope="col" class="number">Debitorsystem</th><th scope="col">Siden</th>{Special(cause)}</tr></thead>

            """);
        // What is to be done stands once above its lines.
        foreach (var group in (await differences.FirstAsync(run.Number, cause, share, cancellation)).GroupBy(line => line.Action))
        {
            await html.WriteLineAsync($"""<tbody><tr class="action"><th scope="rowgroup" colspan="7">{Text(Danish.Name(group.Key))}</th></tr>""");
            foreach (var line in group)
                await html.WriteLineAsync(Row(cause, line));
            await html.WriteLineAsync("</tbody>");
        }

        await html.WriteLineAsync("</table>");
        if (share < count)
            await html.WriteLineAsync($"""<p class="note">{Danish.Count(share)} af {Danish.Count(count)} er vist; resten står i CSV-filen.</p>""");
        await html.WriteLineAsync("</section>");
    }

    /// <summary>The last column holds what is special about the cause: most can be repaired.</summary>
    private static string Special(Cause cause) => cause switch
    {
        Cause.UnmatchedPayment => """<th scope="col" class="number">Indbetalt</th>""",
        Cause.Late => """<th scope="col">Ellers</th>""",
        _ => """<th scope="col">Automatisk rettelse</th>""",
    };

    private static string Row(Cause cause, Difference line)
    {
        // A line without a claim is known by what the debtor system or the payment calls it.
        var claim = line.Agency is null
            ? $"""<th scope="row" colspan="2">{Text(line.Reference ?? Danish.None)}</th>"""
            : $"""<th scope="row">{Text(line.Agency)}</th><td>{line.FeeId}</td>""";
        var special = (cause, line) switch
        {
            (Cause.UnmatchedPayment, _) => $"""<td class="number">{Danish.Kroner(line.PaymentOre)}</td>""",
            (Cause.Late, { WouldBe: { } otherwise }) => $"<td>{Danish.Name(otherwise)}</td>",
            (_, { RepairedAt: { } at }) => $"""<td><span class="done">Udført {Danish.DayOf(at)}</span></td>""",
            (_, { IsSafe: true }) => """<td><span class="safe">Mulig</span></td>""",
            _ => "<td></td>",
        };
        return $"""<tr>{claim}<td class="number">{Danish.Kroner(line.FbsOre)}</td><td class="number">{Danish.Kroner(line.OursOre)}</td><td class="number">{Danish.Kroner(line.DebtorOre)}</td><td class="date">{Danish.DayOf(line.Since)}</td>{special}</tr>""";
    }

    private static string Text(string text) => Encoder.Encode(text);
}

using System.Globalization;
using System.Net;
using System.Text;
using ClaimsTransfer.ConformanceKit.Checks;

namespace ClaimsTransfer.ConformanceKit.Proving;

/// <summary>A result as one HTML page, which needs nothing else: to read, to print, to send along.</summary>
public static class ResultPage
{
    private const string Style =
        """
        body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.75rem; margin-bottom: 0.25rem; } h2 { font-size: 1.25rem; margin-top: 2rem; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 0.5rem; border-bottom: 1px solid #bfbfbf; }
        th { background: #f3f3f3; } td.name { white-space: nowrap; font-weight: 600; } td small { color: #4d4d4d; display: block; margin-top: 0.25rem; }
        .word { font-weight: 600; white-space: nowrap; } .passed { color: #1b6b2d; } .failed, .notRun { color: #b30000; } .waived { color: #7a4b00; }
        .verdict { font-size: 1.25rem; padding: 0.75rem 1rem; border-left: 0.5rem solid; margin: 1rem 0; background: #f8f8f8; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1.5rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
        @media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
        """;

    public static string Of(ConformanceResult result)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append(CultureInfo.InvariantCulture, $"<title>Conformance of {Text(result.Connector)}</title><style>{Style}</style></head><body><main>\n")
            .Append(CultureInfo.InvariantCulture, $"<h1>Conformance of {Text(result.Connector)}</h1>\n");
        var verdict = result.Checks.Count == 0 ? ("failed", "No check was run: nothing is proved.")
            : result.Passed ? ("passed", result.Count(CheckOutcome.Waived) == 0 ? "Every check passed." : "Every check passed but those that are waived.")
            : ("failed", "Not every check passed.");
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"verdict {verdict.Item1}\"><strong>{verdict.Item2}</strong> ")
            .Append(CultureInfo.InvariantCulture, $"{result.Count(CheckOutcome.Passed)} passed, {result.Count(CheckOutcome.Failed)} failed, {result.Count(CheckOutcome.NotRun)} could not be run, {result.Count(CheckOutcome.Waived)} waived.</p>\n");
        Waivers(page, result);
        page.Append("<dl>\n");
        Fact(page, "Kit", result.Kit);
        Fact(page, "Municipality played", result.Municipality);
        Fact(page, "Run (UTC)", string.Create(CultureInfo.InvariantCulture, $"{result.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} to {result.EndedAt.UtcDateTime:HH:mm:ss}"));
        Fact(page, "Instructions in a row", result.Many.ToString("N0", CultureInfo.InvariantCulture));
        if (result.Signature is { } signature)
            Fact(page, "Signed by the key", $"{ResultSigner.FingerprintOf(signature)} (the JSON is what is signed, not this page)");
        page.Append("</dl>\n");
        foreach (var level in Enum.GetValues<Level>().Where(level => result.Checks.Any(check => check.Level == level)))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{level}</h2>\n<table><thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Outcome</th><th scope=\"col\">Expected</th><th scope=\"col\">Came</th><th scope=\"col\">Seconds</th></tr></thead><tbody>\n");
            foreach (var check in result.Checks.Where(check => check.Level == level))
            {
                page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"name\">{Text(check.Name)}</td><td><span class=\"word {Word(check.Outcome)}\">{Said(check.Outcome)}</span></td>")
                    .Append(CultureInfo.InvariantCulture, $"<td>{Text(check.Expected)}<small>{Text(check.Why)}</small><small>See {Text(check.Where)}</small></td><td>{Text(check.Got)}</td><td>{check.Seconds:0.0}</td></tr>\n");
            }

            page.Append("</tbody></table>\n");
        }

        return page.Append("</main></body></html>\n").ToString();
    }

    private static void Waivers(StringBuilder page, ConformanceResult result)
    {
        if (result.Waivers.Count == 0)
            return;
        page.Append("<h2>Waivers</h2>\n<table><thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Counts until</th><th scope=\"col\">Reason</th></tr></thead><tbody>\n");
        foreach (var waiver in result.Waivers)
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"name\">{Text(waiver.Check)}</td><td>{waiver.Expires:yyyy-MM-dd}</td><td>{Text(waiver.Reason)}</td></tr>\n");
        page.Append("</tbody></table>\n");
    }

    private static void Fact(StringBuilder page, string name, string value) => page.Append(CultureInfo.InvariantCulture, $"<dt>{name}</dt><dd>{Text(value)}</dd>\n");

    private static string Said(CheckOutcome outcome) => outcome == CheckOutcome.NotRun ? "could not be run" : Word(outcome);

    private static string Word(CheckOutcome outcome) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString());

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}

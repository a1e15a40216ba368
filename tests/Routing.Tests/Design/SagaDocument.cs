using System.Text;
using ClaimsTransfer.Routing.Definition;

namespace ClaimsTransfer.Routing.Tests.Design;

/// <summary>The diagram and the table as they stand in DESIGN.md.</summary>
internal static class SagaDocument
{
    public static string Render()
    {
        var text = new StringBuilder();
        text.AppendLine("```mermaid").AppendLine("stateDiagram-v2");
        text.AppendLine("    [*] --> Awaited: a change or report first");
        foreach (var first in new[] { ("Sending", "claim-created"), ("Held", "claim-created, a rule holds it"), ("OutOfScope", "claim-created, not transferred") })
            text.AppendLine($"    [*] --> {first.Item1}: {first.Item2}");
        foreach (var arrow in SagaAtlas.Pairs.Where(pair => pair.From != pair.To).GroupBy(pair => (pair.From, pair.To)))
            text.AppendLine($"    {arrow.Key.From} --> {arrow.Key.To}: {string.Join(" / ", arrow.Select(pair => Short(pair.Event)).Distinct())}");
        text.AppendLine("```").AppendLine();

        text.AppendLine("| In | comes | decision | then | sends |").AppendLine("|---|---|---|---|---|");
        foreach (var pair in SagaAtlas.Pairs)
            text.AppendLine($"| {pair.From} | {pair.Event} | {pair.Verdict} | {(pair.To == pair.From ? "" : pair.To.ToString())} | {string.Join(", ", pair.Sends)} |");
        return text.ToString();
    }

    private static string Short(string occurs) => occurs.Replace(", next version", "", StringComparison.Ordinal).Replace("transfer-reported ", "", StringComparison.Ordinal)
        .Replace("debtor-account-changed ", "account ", StringComparison.Ordinal).Replace("operate-claim ", "person ", StringComparison.Ordinal);
}

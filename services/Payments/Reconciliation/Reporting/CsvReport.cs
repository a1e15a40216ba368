using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Payments.Reconciliation.Running;

namespace ClaimsTransfer.Payments.Reconciliation.Reporting;

/// <summary>Every difference as a line that a Danish spreadsheet opens right: byte order mark, semicolons, decimal commas. The codes at the end are those of the JSON.</summary>
internal sealed class CsvReport(Differences differences)
{
    private static readonly string[] Columns =
    [
        "Kommune", "Bibliotek", "Gebyrnummer", "Reference", "FBS (kr.)", $"{Danish.Ours} (kr.)", "Debitorsystem (kr.)", "Indbetaling uden krav (kr.)", "Årsag", "Ellers", "Siden",
        "Anbefalet handling", "Kan udføres automatisk", "Udført", "Årsagskode", "Handlingskode",
    ];

    public async Task WriteAsync(ReconciliationRun run, Municipality? municipality, Stream stream, CancellationToken cancellation)
    {
        await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync(string.Join(';', Columns));
        // With the name beside it the code keeps its leading zero.
        var place = $"{run.Municipality} {municipality?.Name}".TrimEnd();
        await foreach (var page in differences.PagesAsync(run.Number, isUnrepaired: false, cancellation))
        {
            foreach (var line in page)
                await text.WriteLineAsync(string.Join(';', Values(place, line)));
            await text.FlushAsync(cancellation);
        }
    }

    private static string[] Values(string place, Difference line) =>
    [
        Cell(place), Cell(line.Agency), line.FeeId?.ToString() ?? "", Cell(line.Reference), Danish.PlainKroner(line.FbsOre), Danish.PlainKroner(line.OursOre),
        Danish.PlainKroner(line.DebtorOre), Danish.PlainKroner(line.PaymentOre), Cell(Danish.Name(line.Cause)), Cell(line.WouldBe is { } cause ? Danish.Name(cause) : null),
        Danish.Moment(line.Since), Cell(Danish.Name(line.Action)), line.IsSafe ? "ja" : "nej", line.RepairedAt is { } at ? Danish.Moment(at) : "",
        Code(line.Cause), Code(line.Action),
    ];

    /// <summary>What others wrote must not become a formula.</summary>
    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().ContainsAny(";\"\r\n") ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
    }

    private static string Code<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Http;

namespace ClaimsTransfer.Connectors.Tests.Opus;

/// <summary>The debtor system's documents about money, written from the profile's description alone.</summary>
internal static class Money
{
    public const string Debtor = "urn:claimstransfer:oir-profile:debitor:1";

    private const string Receipts = "urn:claimstransfer:oir-profile:kvittering:1";

    public static string Envelope(string body) => $"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>{body}</e:Body></e:Envelope>";

    /// <summary>A posting a line, the first on line 2.</summary>
    public static string Pushed(params string[] postings) =>
        Envelope($"<DaekningAfskrivning xmlns='{Debtor}'>\n{string.Join('\n', postings)}</DaekningAfskrivning>");

    /// <param name="middle">Delfordring, Beloeb and Kanal.</param>
    /// <param name="end">What stands after Bogfoert.</param>
    public static string Posting(string art, string middle, string end = "", string id = "p-1", string bookedAt = "2026-11-23T10:30:00+01:00") =>
        $"<Postering><PosteringId>{id}</PosteringId><Art>{art}</Art><EksternReference>DK-710100-434536</EksternReference><DebitorReference>OP-77</DebitorReference>" +
        $"<Betalingsid>000000000000018</Betalingsid>{middle}<Valoerdato>2026-11-22</Valoerdato><Bogfoert>{bookedAt}</Bogfoert>{end}</Postering>";

    public static string Receipt(Guid instruction, string? paymentSlip) =>
        Envelope($"<Forretningskvitteringer xmlns='{Debtor}'>{ReceiptElement(instruction, paymentSlip)}</Forretningskvitteringer>");

    public static string ReceiptElement(Guid instruction, string? paymentSlip) =>
        $"<Forretningskvittering><KvitteringId xmlns='{Receipts}'>{Guid.Empty}</KvitteringId><RegistreringId xmlns='{Receipts}'>{instruction}</RegistreringId>" +
        $"<Status xmlns='{Receipts}'>ACCEPTERET</Status><Type xmlns='{Receipts}'>FORRETNING</Type><DebitorReference xmlns='{Receipts}'>OP-77</DebitorReference>" +
        (paymentSlip is null ? "" : $"<Betalingsid xmlns='{Receipts}'>{paymentSlip}</Betalingsid>") + "</Forretningskvittering>";

    /// <summary>Answers calls to the debtor system in the stand-in's place.</summary>
    public static async Task Replying(HttpContext context, Func<Task> next, Func<string, string> reply)
    {
        if (!context.Request.Path.StartsWithSegments("/sandbox/opus"))
        {
            await next();
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        await context.Response.WriteAsync(reply(await reader.ReadToEndAsync()));
    }
}

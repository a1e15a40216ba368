using System.Xml.Linq;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>The ØiR-shaped stand-in: <c>POST /sandbox/opus/{municipality}</c> takes registrations, questions and requests for an extract, SOAP 1.1.</summary>
internal sealed class OpusEndpoint(DebtorLedger ledger, FaultControl faults, OpusReceiptPush push, TimeProvider time)
{
    private const long MostBytes = 20_000_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(
        "/sandbox/opus/{municipality:regex(^[0-9]{{4}}$)}",
        (string municipality, HttpContext context, OpusEndpoint opus) => opus.TakeAsync(municipality, context)).WithMetadata(new AcceptsMetadata(["text/xml"]));

    private async Task<IResult> TakeAsync(string municipality, HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MostBytes;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;

        var (envelope, error) = OpusXml.Read(body);
        if (envelope is null)
            return Answer(OpusXml.Fault("Client", error ?? "No envelope."), StatusCodes.Status500InternalServerError);
        if (OpusDocuments.Route(envelope).ReplyTo is { } replyTo)
            push.Learn(municipality, replyTo);
        var content = OpusDocuments.Content(envelope);
        return content.Name.LocalName switch
        {
            "DebitorRegistrering" => await RegisterAsync(municipality, envelope, context),
            "DebitorForespoergsel" => await FindAsync(municipality, envelope, context),
            "DebitorUdtraek" => await ExtractAsync(municipality, content, context),
            _ => Answer(OpusXml.Fault("Client", $"{content.Name.LocalName} is no request."), StatusCodes.Status500InternalServerError),
        };
    }

    private Task<IResult> RegisterAsync(string municipality, XElement envelope, HttpContext context)
    {
        var arrivals = OpusDocuments.Arrivals(municipality, envelope);
        return faults.AnswerAsync(context, municipality, $"register/{arrivals[0].InstructionId}", time, async () =>
        {
            // Booked even if the caller hangs up meanwhile: that is what a debtor system does.
            var decisions = await ledger.TakeUnderFaultsAsync(arrivals, CancellationToken.None);
            push.Wake();
            return Answer(OpusXml.Envelope(new XElement(OpusXml.Debtor + "DebitorRegistreringSvar", decisions.Select(
                (decision, i) => decision is null ? Nonsense(arrivals[i].InstructionId) : OpusDocuments.TransportReceipt(decision)))));
        });
    }

    private Task<IResult> FindAsync(string municipality, XElement envelope, HttpContext context)
    {
        var questions = OpusDocuments.Questions(envelope);
        return faults.AnswerAsync(context, municipality, $"find/{questions[0]}", time, async () =>
        {
            var found = await ledger.FindAsync(municipality, questions, context.RequestAborted);
            var poisoned = await ledger.PoisonedAsync(municipality, questions, found, context.RequestAborted);
            var now = time.GetUtcNow();
            return Answer(OpusXml.Envelope(new XElement(OpusXml.Debtor + "DebitorForespoergselSvar", questions.Select(
                question => poisoned.Contains(question) ? Nonsense(question) : OpusDocuments.Answer(question, found.GetValueOrDefault(question), now)))));
        });
    }

    private Task<IResult> ExtractAsync(string municipality, XElement question, HttpContext context)
    {
        var after = question.Element(OpusXml.Debtor + "Efter")?.Value;
        var most = (int)question.Element(OpusXml.Debtor + "Antal")!;
        return faults.AnswerAsync(context, municipality, $"extract/{municipality}/{after}", time, async () =>
        {
            // One more than is asked for says whether there are more.
            var lines = await ledger.ExtractAsync(municipality, after, most + 1, context.RequestAborted);
            return Answer(OpusXml.Envelope(OpusEntries.Extract([.. lines.Take(most)], lines.Count > most)));
        });
    }

    private XElement Nonsense(Guid instructionId) => OpusDocuments.Nonsense(instructionId, faults.IsWildNonsense(instructionId));

    private static IResult Answer(XElement envelope, int status = StatusCodes.Status200OK) =>
        Results.Text(OpusXml.Write(envelope), "text/xml; charset=utf-8", status);
}

using System.Security.Cryptography;
using System.Xml.Linq;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.KmdOpus.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.KmdOpus.Callback;

/// <summary>
/// The debtor system brings its business receipts here, and what it has booked by itself. It is answered when that is stored for good; until then it has to bring it again.
/// Who calls has signed in (<see cref="Door.DebtorSystem"/>) and is believed for the municipalities that are its own.
/// </summary>
internal sealed partial class OpusCallback(IReceiptInbox receiptInbox, IEntryInbox entryInbox, [FromKeyedServices("KmdOpus")] ICallerRefusals refusals, ILogger<OpusCallback> log)
{
    public static void Map(WebApplication app)
    {
        CallbackListener.AddTo(app);
        app.MapPost(
            CallbackAddress.Path + "/{municipality:regex(^[0-9]{{4}}$)}",
            (string municipality, HttpContext context, OpusCallback callback) => callback.TakeAsync(municipality, context))
            .WithMetadata(new AcceptsMetadata(["text/xml"])).RequireAuthorization(Door.DebtorSystem);
    }

    private async Task<IResult> TakeAsync(string municipality, HttpContext context)
    {
        if (!context.User.SpeaksFor(municipality))
        {
            // Before anything of the body is read: what stands in it is not this caller's to say.
            await refusals.CountAsync(context.User.Identity!.Name!, municipality, context.RequestAborted);
            return Answer(Profile.Fault("Client", $"Whoever calls does not speak for municipality {municipality}."), StatusCodes.Status403Forbidden);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = Bound.PushBytes;
        MemoryStream body;
        try
        {
            // Counted here too: the server counts what came, not what it unpacks to.
            body = await BoundedBody.ReadAsync(context.Request.Body, Bound.PushBytes, context.RequestAborted);
        }
        catch (BeyondBoundException beyond)
        {
            Log.Refused(log, municipality, beyond.Message);
            return Answer(Profile.Fault("Client", beyond.Message), StatusCodes.Status413PayloadTooLarge);
        }

        var (envelope, misfits, error) = Items.Read(body);
        var content = envelope?.Element(Profile.Soap + "Body")!.Elements().First();
        switch (content?.Name.LocalName)
        {
            case "Forretningskvitteringer" when content.HasElements:
                if (misfits.Count > 0)
                    Log.Misfits(log, municipality, misfits.Count, misfits.Values.First());
                IReadOnlyList<Receipt> receipts = [.. Replies.BusinessReceipts(content), .. Replies.Unreadable(misfits)];
                if (receipts.Count > 0)
                    await receiptInbox.TakeInAsync(municipality, receipts, context.RequestAborted);
                return Taken("ForretningskvitteringerSvar", content.Elements().Count());
            case "DaekningAfskrivning" when Postings.Read(content, out error) is { } entries:
                await entryInbox.TakeInAsync(municipality, entries, IdOf(body), context.RequestAborted);
                return Taken("DaekningAfskrivningSvar", entries.Count);
            default:
                var why = error?.ToString()
                    ?? (misfits.Count > 0 ? misfits.Values.First() : $"Expected Forretningskvitteringer that fit or DaekningAfskrivning, not {content?.Name.LocalName}.");
                Log.Refused(log, municipality, why);
                await RefuseAsync(municipality, body, error, context.RequestAborted);
                return Answer(Profile.Fault("Client", why), StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>Receipts that are refused are missed by nobody: their instructions are asked about. Money is.</summary>
    private async Task RefuseAsync(string municipality, MemoryStream body, XmlFault? error, CancellationToken cancellation)
    {
        var (content, entryId) = Items.About(body);
        if (content == "Forretningskvitteringer")
            return;
        var fault = content switch { null => DocumentFault.Unreadable, "DaekningAfskrivning" => DocumentFault.WrongEntry, _ => DocumentFault.WrongHeader };
        var name = $"{content ?? "push"}{(entryId is null ? "" : $" {entryId}")}";
        await entryInbox.RefuseAsync(
            municipality, new RefusedDocument(entryId is null ? IdOf(body) : name, DocumentKind.Push, name, fault, error?.Line, error?.Element) { EntryId = entryId }, cancellation);
    }

    /// <summary>Of a push that names no entry: the same body is the same push.</summary>
    private static string IdOf(MemoryStream body) => $"push {Convert.ToHexStringLower(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)))}";

    private static IResult Taken(string answer, int count) => Answer(
        Profile.Envelope(null, new XElement(Profile.Debtor + answer, new XElement(Profile.Debtor + "Modtaget", count))), StatusCodes.Status200OK);

    private static IResult Answer(XElement envelope, int status) =>
        Results.Text(ProfileXml.Write(envelope), $"{Profile.ContentType}; charset=utf-8", status);

    private static partial class Log
    {
        [LoggerMessage(5112, LogLevel.Error, "{Municipality}: {Count} receipts do not fit the profile; their instructions are asked about. The first: {Reason}")]
        public static partial void Misfits(ILogger log, string municipality, int count, string reason);

        [LoggerMessage(5111, LogLevel.Error, "{Municipality}: what the debtor system brought does not fit the profile and was refused whole; it brings it again until it fits. {Reason}")]
        public static partial void Refused(ILogger log, string municipality, string reason);
    }
}

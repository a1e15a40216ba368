using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.KmdOpus.Wire;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.KmdOpus.Callback;

/// <summary>The debtor system brings its business receipts here. It is answered when they are stored for good; until then it has to bring them again.</summary>
internal sealed partial class ReceiptCallback(IReceiptInbox inbox, ILogger<ReceiptCallback> log)
{
    private const long MostBytes = 10_000_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(
        CallbackAddress.Path + "/{municipality:regex(^[0-9]{{4}}$)}",
        (string municipality, HttpContext context, ReceiptCallback callback) => callback.TakeAsync(municipality, context));

    private async Task<IResult> TakeAsync(string municipality, HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MostBytes;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;

        var (envelope, error) = ProfileXml.Read(body);
        var content = envelope?.Element(Profile.Soap + "Body")!.Elements().First();
        if (content?.Name != Profile.Debtor + "Forretningskvitteringer")
        {
            error ??= $"Expected Forretningskvitteringer, not {content?.Name.LocalName}.";
            Log.Refused(log, municipality, error);
            return Answer(Profile.Fault("Client", error), StatusCodes.Status400BadRequest);
        }

        var receipts = Replies.BusinessReceipts(content);
        if (receipts.Count > 0)
            await inbox.TakeInAsync(municipality, receipts, context.RequestAborted);
        return Answer(Profile.Envelope(null, new XElement(Profile.Debtor + "ForretningskvitteringerSvar",
            new XElement(Profile.Debtor + "Modtaget", content.Elements().Count()))), StatusCodes.Status200OK);
    }

    private static IResult Answer(XElement envelope, int status) =>
        Results.Text(ProfileXml.Write(envelope), $"{Profile.ContentType}; charset=utf-8", status);

    private static partial class Log
    {
        [LoggerMessage(5111, LogLevel.Warning, "{Municipality}: a receipt that does not fit the profile was refused. {Reason}")]
        public static partial void Refused(ILogger log, string municipality, string reason);
    }
}

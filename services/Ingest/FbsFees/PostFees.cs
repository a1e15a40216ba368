using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Ingest.Senders;
using ClaimsTransfer.Ingest.SubmitClaims;
using ClaimsTransfer.Ingest.Telemetry;

namespace ClaimsTransfer.Ingest.FbsFees;

/// <summary><c>POST /claims/fbs-fees</c>: an answer for each fee, in their order; the patron's number comes in the body, never in a URL.</summary>
internal static class PostFees
{
    public static async Task HandleAsync(
        HttpContext context, FeesReader reader, IngestHandler handler, SenderLimits limits, IngestOptions options, Installation installation, OwnFaults faults, TimeProvider time)
    {
        if (await PostClaims.IsStillEncodedAsync(context))
            return;
        try
        {
            var body = await PostClaims.ReadBodyAsync(context, options.FeesBytes);
            var sender = Sender.Of(context.User);
            if (await limits.IsTooMuchAsync(context, sender, body.Bytes.Length))
                return;
            var read = reader.Read(body.Bytes, body.IsTooLong, time.GetUtcNow(), IngestTelemetry.TraceParentOf(context.Request)).Select(sender.Speak).ToList();
            var answers = new List<Answer>(read.Count);
            foreach (var batch in read.Chunk(options.BatchSize))
                answers.AddRange(await handler.HandleAsync(batch, new Intake($"http/{installation.Instance}", IsRedelivered: false), context.RequestAborted));
            context.Response.StatusCode = answers switch
            {
                [{ IsTooLong: true }] => StatusCodes.Status413PayloadTooLarge,
                [{ IsUnreadable: true }] => StatusCodes.Status400BadRequest,
                [{ Line: null }] => StatusCodes.Status422UnprocessableEntity,
                _ => StatusCodes.Status200OK,
            };
            await context.Response.WriteAsJsonAsync(answers, ResultJson.Default.IReadOnlyListAnswer);
        }
        catch (Exception fault) when (PostClaims.IsOurs(fault) && !context.Response.HasStarted)
        {
            faults.Met(fault);
            await PostClaims.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Nothing can be kept now, by no fault of what was sent. Send the same again later: what was taken is recognised.");
        }
        catch (InvalidDataException) when (!context.Response.HasStarted)
        {
            await PostClaims.RefuseAsync(context, StatusCodes.Status400BadRequest, PostClaims.NotUnpacked);
        }
    }
}

using System.Buffers;
using System.Data.Common;
using System.IO.Pipelines;
using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Ingest.Senders;
using ClaimsTransfer.Ingest.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ClaimsTransfer.Ingest.SubmitClaims;

/// <summary><c>POST /claims</c>: one message as JSON, or any number of them as a stream of lines, answered line by line.</summary>
internal static class PostClaims
{
    public const string Lines = "application/x-ndjson";
    public const string ImportHeader = "X-Import-Id";
    public const string FirstLineHeader = "X-Import-First-Line";

    public static async Task HandleAsync(
        HttpContext context, IngestHandler handler, MessageStore messages, SenderLimits limits, IngestOptions options, Installation installation, OwnFaults faults)
    {
        if (await IsStillEncodedAsync(context))
            return;
        try
        {
            if (context.Request.ContentType?.StartsWith(Lines, StringComparison.OrdinalIgnoreCase) == true)
                await HandleLinesAsync(context, handler, messages, limits, options, installation);
            else
                await HandleOneAsync(context, handler, limits, installation);
        }
        catch (Exception fault) when (IsOurs(fault))
        {
            faults.Met(fault);
            // Behind what was answered already, a broken stream says that it goes on there.
            if (context.Response.HasStarted)
                throw;
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "Nothing can be kept now, by no fault of what was sent; nothing was taken. Send again later.");
        }
        catch (InvalidDataException) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, NotUnpacked);
        }
    }

    private static async Task HandleOneAsync(HttpContext context, IngestHandler handler, SenderLimits limits, Installation installation)
    {
        var body = await ReadBodyAsync(context, Limits.BodyBytes);
        var sender = Sender.Of(context.User);
        if (await limits.IsTooMuchAsync(context, sender, body.Bytes.Length))
            return;
        var incoming = new Incoming(body.Bytes, TraceParent: IngestTelemetry.TraceParentOf(context.Request), IsTooLong: body.IsTooLong);
        var answers = await handler.HandleAsync([sender.Speak(handler.Reader.Read(incoming))], new Intake($"http/{installation.Instance}", IsRedelivered: false), context.RequestAborted);
        var answer = answers[0];
        context.Response.StatusCode = answer switch
        {
            { IsTooLong: true } => StatusCodes.Status413PayloadTooLarge,
            { IsUnreadable: true } => StatusCodes.Status400BadRequest,
            { Outcome: Outcome.Refused } => StatusCodes.Status422UnprocessableEntity,
            { Outcome: Outcome.Duplicate } => StatusCodes.Status200OK,
            _ => StatusCodes.Status202Accepted,
        };
        await context.Response.WriteAsJsonAsync(answer, ResultJson.Default.Answer);
    }

    private static async Task HandleLinesAsync(
        HttpContext context, IngestHandler handler, MessageStore messages, SenderLimits limits, IngestOptions options, Installation installation)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        // A stream may be slow by nature, and a client that sends first reads late.
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } requestRate)
            requestRate.MinDataRate = null;
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } responseRate)
            responseRate.MinDataRate = null;

        var import = context.Request.Headers[ImportHeader].ToString();
        if (import.Length > 0 && !IsImportId(import))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"{ImportHeader} must be 1 to 100 letters, digits, '.', '_', '-' or ':'. Good: the SHA-256 of the file in hex");
            return;
        }
        var sender = Sender.Of(context.User);
        var source = sender.ImportSource(import);
        var firstLine = 1L;
        if (context.Request.Headers.TryGetValue(FirstLineHeader, out var first) && (!long.TryParse(first, out firstLine) || firstLine < 1))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"{FirstLineHeader} must be the number, from 1, of the file's line that the body begins with. Good: 50001");
            return;
        }
        if (import.Length > 0 && firstLine > 1 && await messages.PositionAsync(source, context.RequestAborted) is var recorded && recorded < firstLine - 1)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, $"Only {recorded} lines of this import are on record: go on with line {recorded + 1}");
            return;
        }

        if (context.Request.ContentLength > options.ImportBytes)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, TooLong(options));
            return;
        }
        using var begun = await limits.TryBeginImportAsync(context, sender);
        if (begun is null)
            return;

        context.Response.ContentType = Lines;
        var reader = new LineReader(context.Request.BodyReader, options.BatchSize, firstLine, options.ImportBytes);
        var charged = 0L;
        await using var results = new ResultStream(context.Response.BodyWriter);
        for (var from = firstLine - 1; await reader.ReadAsync(context.RequestAborted) is { } batch; from = reader.Position)
        {
            var intake = import.Length > 0
                ? new Intake(source, IsRedelivered: false, from, reader.Position)
                : new Intake($"http/{installation.Instance}", IsRedelivered: false);
            if (import.Length > 0 && reader.Position == from)
                continue;
            await limits.WaitAsync(sender, reader.Bytes - charged, context.RequestAborted);
            charged = reader.Bytes;
            var answers = await handler.HandleAsync([.. batch.Select(handler.Reader.Read).Select(sender.Speak)], intake, context.RequestAborted);
            if (answers.Count > 0)
                await results.WriteAsync(ToLines(answers), context.RequestAborted);
        }
        if (reader.IsCutOff && !context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, TooLong(options));
            return;
        }
        // What was answered before stands; the sender goes on behind it.
        if (reader.IsCutOff)
            await results.WriteAsync(ToLines([Refusal(TooLong(options)) with { Line = reader.Position + 1 }]), context.RequestAborted);
        await results.CompleteAsync(context.RequestAborted);
    }

    public const string NotUnpacked = "The body is not what its Content-Encoding says; it could not be unpacked.";

    /// <summary>A store that takes nothing, keys that are not there: whoever sent may send the same again.</summary>
    public static bool IsOurs(Exception fault) => fault is TransientException or DbException or KeyNotHereException or UnauthorizedAccessException && BatchConsumer.IsTransient(fault);

    /// <summary>Refuses a body in an encoding that nobody has unpacked.</summary>
    public static async Task<bool> IsStillEncodedAsync(HttpContext context)
    {
        var encoding = context.Request.Headers.ContentEncoding;
        if (encoding.Count == 0 || (encoding.Count == 1 && string.Equals(encoding[0], "identity", StringComparison.OrdinalIgnoreCase)))
            return false;
        await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "The body's Content-Encoding is not known here. Good: gzip, br, deflate, or none");
        return true;
    }

    public static bool IsImportId(string id) =>
        id.Length is > 0 and <= 100 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':');

    public static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(Refusal(reason), ResultJson.Default.Answer);
    }

    private static Answer Refusal(string reason) => new(null, Outcome.Refused, null, null, null, [new("$", null, reason, "")]);

    private static string TooLong(IngestOptions options) =>
        $"A stream of more than {options.ImportBytes} bytes is not taken at once. With {ImportHeader} it goes on behind what was taken, in another request.";

    /// <summary>The body up to the limit; of a longer one the beginning, and the rest is not read.</summary>
    public static async Task<(ReadOnlyMemory<byte> Bytes, bool IsTooLong)> ReadBodyAsync(HttpContext context, int limit)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var pipe = context.Request.BodyReader;
        while (true)
        {
            var result = await pipe.ReadUnpackedAsync(context.RequestAborted);
            if (result.Buffer.Length > limit)
            {
                var beginning = result.Buffer.Slice(0, 4096).ToArray();
                pipe.AdvanceTo(result.Buffer.End);
                return (beginning, true);
            }
            if (result.IsCompleted)
            {
                var bytes = result.Buffer.ToArray();
                pipe.AdvanceTo(result.Buffer.End);
                return (bytes, false);
            }
            pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static ReadOnlyMemory<byte> ToLines(IReadOnlyList<Answer> answers)
    {
        var lines = new ArrayBufferWriter<byte>(answers.Count * 128);
        using var writer = new Utf8JsonWriter(lines);
        foreach (var answer in answers)
        {
            JsonSerializer.Serialize(writer, answer, ResultJson.Default.Answer);
            writer.Flush();
            writer.Reset();
            lines.Write("\n"u8);
        }
        return lines.WrittenMemory;
    }
}

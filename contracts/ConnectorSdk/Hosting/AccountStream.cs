using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Messaging;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConnectorSdk.Hosting;

/// <summary>
/// <c>GET /connectors/VENDOR/municipalities/CODE/accounts</c>: the claims that the municipality's debtor system holds, a line each. A list that is short and looks
/// complete would make a reconciliation find differences that are none: what cannot be told to its end breaks off the connection.
/// </summary>
internal sealed partial class AccountStream(string vendor, ConnectorHost host, TimeProvider time, ILogger<AccountStream> logger)
{
    private const int BufferedBytes = 32 * 1024;

    public async Task HandleAsync(HttpContext context, string code)
    {
        if (!host.Serves(code))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, $"This connector does not serve municipality {code}.");
            return;
        }

        if (host.Extract is not { } extract)
        {
            await RefuseAsync(context, StatusCodes.Status501NotImplemented, $"The connector to {vendor} cannot list the claims that its debtor systems hold; reconcile with a file instead.");
            return;
        }

        if (host.SystemOf(code) is not { } system)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, $"No endpoint is configured for municipality {code}.");
            return;
        }

        // The debtor system is as slow as it is, and who compares a million lines may be slower.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        var began = time.GetTimestamp();
        try
        {
            await WriteAsync(context, extract.ExtractAsync(system, context.RequestAborted));
            ConnectorTelemetry.Called(vendor, code, "extract", "answered", time.GetElapsedTime(began));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more.
            ConnectorTelemetry.Called(vendor, code, "extract", "abandoned", time.GetElapsedTime(began));
        }
        catch (Exception cause)
        {
            var reason = PersonalData.Mask($"{cause.GetType().Name}: {cause.Message}", 300);
            Log.BrokeOff(logger, vendor, code, reason);
            ConnectorTelemetry.Called(vendor, code, "extract", "failed", time.GetElapsedTime(began));
            if (context.Response.HasStarted)
                context.Abort();
            else
                await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, $"The debtor system of municipality {code} did not list its claims: {reason}");
        }
    }

    private static async Task WriteAsync(HttpContext context, IAsyncEnumerable<DebtorAccount> accounts)
    {
        context.Response.ContentType = "application/x-ndjson";
        var lines = new ArrayBufferWriter<byte>(BufferedBytes + 1_024);
        await using var json = new Utf8JsonWriter(lines);
        await foreach (var account in accounts.WithCancellation(context.RequestAborted))
        {
            JsonSerializer.Serialize(json, account, AccountJson.Default.DebtorAccount);
            json.Reset();
            lines.Write("\n"u8);
            if (lines.WrittenCount >= BufferedBytes)
                await SendAsync();
        }

        await SendAsync();

        async Task SendAsync()
        {
            await context.Response.Body.WriteAsync(lines.WrittenMemory, context.RequestAborted);
            lines.ResetWrittenCount();
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error });
    }

    private static partial class Log
    {
        [LoggerMessage(3050, LogLevel.Warning, "{Vendor} {Municipality}: the list of claims broke off: {Reason}")]
        public static partial void BrokeOff(ILogger logger, string vendor, string municipality, string reason);
    }
}

/// <summary>What is computed of an account, its balance, is not part of the line.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(DebtorAccount))]
internal sealed partial class AccountJson : JsonSerializerContext;

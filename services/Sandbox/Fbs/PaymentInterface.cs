using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>
/// FBS's own interface as its clients see it, under <c>/sandbox/fbs/external</c>: a patron's fees, and the registration of a payment. The faults <c>unavailable</c>,
/// <c>drop-reply</c> and <c>slow</c> apply; <c>down</c> is a debtor system's.
/// </summary>
internal static class PaymentInterface
{
    private const int MostFees = 500;
    private const int MostOrderLength = 100;

    /// <summary>A municipality that can never be down.</summary>
    private const string Nobody = "";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sandbox/fbs/external/v1/{agency}/patron/{patron:long}/payment", PayAsync);
        routes.MapGet("/sandbox/fbs/external/{agency}/patron/{patron:long}/fees/v2", FeesAsync);
    }

    private static async Task<IResult> PayAsync(string agency, long patron, HttpContext context, FeeBook fees, FaultControl faults, TimeProvider time)
    {
        if (await ReadAsync(context) is not { OrderId: { Length: > 0 and <= MostOrderLength } orderId, FeeIds: { Count: > 0 and <= MostFees } feeIds })
            return Results.Problem(
                $$"""The body must name an order and 1 to {{MostFees}} fees. Example: {"orderId": "DK-710100-434536-1", "feeIds": [434536]}""", statusCode: StatusCodes.Status400BadRequest);
        return await faults.AnswerAsync(context, Nobody, $"fbs/payment/{agency}/{orderId}", time, async () =>
            Results.Json(await fees.RegisterAsync(agency, patron, orderId, feeIds, context.RequestAborted), PaymentJson.Default.IReadOnlyListRegisteredPayment));
    }

    /// <summary>What the patron owes at the library. A fee that is paid or cancelled is listed with <c>?includepaid=true</c> only, and costs nothing any more.</summary>
    private static async Task<IResult> FeesAsync(
        string agency, long patron, bool? includepaid, HttpContext context, FeeBook fees, FaultControl faults, TimeProvider time) =>
        await faults.AnswerAsync(context, Nobody, $"fbs/fees/{agency}/{patron}", time, async () =>
        {
            var known = await fees.OfPatronAsync(agency, patron, context.RequestAborted);
            return Results.Json(
                (IReadOnlyList<PatronFee>)[.. known.Where(fee => fee.IsOpen || (includepaid == true && fee is { IsSettled: true, IsCancelled: false })).Select(Told)],
                PaymentJson.Default.IReadOnlyListPatronFee);
        });

    /// <summary>FBS is told neither when the fee was made nor for what: the day it was handed over stands for the one, its kind for the other.</summary>
    private static PatronFee Told(FbsFee fee) => new(
        fee.FeeId, Kroner(fee.IsOpen ? fee.RemainingOre : 0), Day(fee.TransferredAt), fee.SettledAt is { } paid ? Day(paid) : null, "fee", "Gebyr", fee.IsOpen, []);

    private static decimal Kroner(long ore) => ore / 100m;

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<PaymentOrder?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, PaymentJson.Default.PaymentOrder, context.RequestAborted);
        }
        catch (JsonException)
        {
            // Answered with 400 by the caller, which says what a good one looks like.
            return null;
        }
    }
}

public sealed record PaymentOrder(string? OrderId, IReadOnlyList<long>? FeeIds);

public enum PaymentStatus { PaymentRegistered, PaymentRegisteredByDifferentOrderId, PaymentNotAllowedByClient }

/// <param name="ConfirmationId">Null where nothing was registered.</param>
public sealed record RegisteredPayment(long FeeId, string OrderId, string? ConfirmationId, PaymentStatus PaymentStatus);

/// <param name="Amount">Kroner: what remains.</param>
/// <param name="PaidDate">Only when fully paid.</param>
public sealed record PatronFee(
    long FeeId, decimal Amount, string CreationDate, string? PaidDate, string Type, string ReasonMessage, bool PayableByClient, IReadOnlyList<string> Materials);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(CamelCaseEnum<PaymentStatus>)])]
[JsonSerializable(typeof(PaymentOrder))]
[JsonSerializable(typeof(IReadOnlyList<RegisteredPayment>))]
[JsonSerializable(typeof(IReadOnlyList<PatronFee>))]
internal sealed partial class PaymentJson : JsonSerializerContext;

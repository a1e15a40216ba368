using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Payments.Ledger;

namespace ClaimsTransfer.Payments.ToFbs;

/// <summary>What FBS's payment interface takes: the whole fee, never a part.</summary>
public sealed record FbsPayment(string OrderId, IReadOnlyList<long> FeeIds);

/// <summary>What it answers, one for each fee.</summary>
public sealed record FbsPaymentAnswer(long FeeId, string? OrderId, string? ConfirmationId, string? PaymentStatus);

/// <summary>
/// Calls <c>POST /external/v1/{agency}/patron/{patron}/payment</c>, which is idempotent on the order. Of the three statuses that its interface names one registers, and any other status is
/// one more reason for not registering. Bodies never reach a log; of what FBS says, a stored text has the status alone.
/// </summary>
public sealed class FbsPayments(Func<HttpClient> clients, string url, TimeSpan timeout, TimeProvider time)
{
    public async Task<OrderAnswer> RegisterAsync(DueOrder order, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var address = $"{url.TrimEnd('/')}/external/v1/{Uri.EscapeDataString(order.Agency)}/patron/{order.PatronId}/payment";
            using var client = clients();
            using var response = await client.PostAsJsonAsync(address, new FbsPayment(order.OrderId, [order.FeeId]), FbsJson.Default.FbsPayment, either.Token);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                return new OrderAnswer.Unclear(PaymentNotes.FbsLetsUsNotIn);
            if (!response.IsSuccessStatusCode)
                return IsFinal(response.StatusCode) ? new OrderAnswer.Refused($"HTTP {(int)response.StatusCode}") : new OrderAnswer.Unclear(PaymentNotes.FbsAnswered((int)response.StatusCode));
            var answers = await BoundedJson.ReadAsync(response.Content, FbsJson.Default.FbsPaymentAnswerArray, Bound.AnswerBytes, either.Token);
            return Read(order, answers ?? []);
        }
        catch (CredentialsException)
        {
            return new OrderAnswer.Unclear(PaymentNotes.FbsLetsUsNotIn);
        }
        catch (HttpRequestException fault)
        {
            return new OrderAnswer.Unclear(PaymentNotes.FbsNotReached(fault.HttpRequestError.ToString()));
        }
        catch (IOException)
        {
            return new OrderAnswer.Unclear(PaymentNotes.FbsBrokeOff);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or NotSupportedException)
        {
            return new OrderAnswer.Unclear(PaymentNotes.FbsUnreadable);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new OrderAnswer.Unclear(PaymentNotes.FbsSilent(timeout));
        }
    }

    private static OrderAnswer Read(DueOrder order, IReadOnlyList<FbsPaymentAnswer?> answers) =>
        answers.FirstOrDefault(answer => answer?.FeeId == order.FeeId) switch
        {
            null => new OrderAnswer.Unclear(PaymentNotes.FbsNamesNoFee),
            { PaymentStatus: "paymentRegistered" } answer => new OrderAnswer.Registered(answer.ConfirmationId),
            { PaymentStatus: "paymentRegisteredByDifferentOrderId" } answer => new OrderAnswer.RegisteredByAnother(answer.OrderId == order.OrderId ? null : answer.OrderId),
            { PaymentStatus: "paymentNotAllowedByClient" } => new OrderAnswer.NotAllowed(),
            { PaymentStatus: { } status } when IsWord(status) => new OrderAnswer.Refused(status),
            _ => new OrderAnswer.Unclear(PaymentNotes.FbsNoStatus),
        };

    /// <summary>What is wrong with the order stays so. Who we are, how fast we ask, and what FBS is just doing does not.</summary>
    private static bool IsFinal(HttpStatusCode status) => (int)status is >= 400 and < 500 && status is not
        (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired or HttpStatusCode.RequestTimeout or HttpStatusCode.MisdirectedRequest
        or HttpStatusCode.Locked or (HttpStatusCode)425 or HttpStatusCode.TooManyRequests);

    private static bool IsWord(string status) => status.Length is > 0 and <= 60 && status.All(char.IsAsciiLetter);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FbsPayment))]
[JsonSerializable(typeof(FbsPaymentAnswer[]))]
internal sealed partial class FbsJson : JsonSerializerContext;

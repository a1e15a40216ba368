using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Reading;

namespace ClaimsTransfer.OesIndsigt;

/// <summary>What one HTTP call came to, by what it says about whether anything was done.</summary>
internal abstract record CallResult<T>
{
    public sealed record Answered(T Body) : CallResult<T>;

    /// <summary>Certainly nothing was done: not reached, or it said so.</summary>
    public sealed record NotDone(TimeSpan? RetryAfter, string Reason) : CallResult<T>;

    /// <summary>Certainly nothing was done: we are not let in, and shall be once our credentials there are right.</summary>
    public sealed record NotLetIn(string Reason) : CallResult<T>;

    /// <summary>It does not understand the call as it is.</summary>
    public sealed record Refused(string Reason) : CallResult<T>;

    /// <summary>It may have been done: the answer did not come, or not whole.</summary>
    /// <param name="IsNonsense">An answer came, and cannot be read.</param>
    public sealed record Unclear(string Reason, bool IsNonsense = false) : CallResult<T>;

    /// <summary>Why there is no answer.</summary>
    public string Cause => this switch
    {
        NotDone not => not.Reason,
        NotLetIn not => not.Reason,
        Refused refused => refused.Reason,
        Unclear unclear => unclear.Reason,
        _ => "answered",
    };
}

/// <summary>Calls the REST interface. Bodies never reach a log, an exception's text or an outcome's.</summary>
internal sealed class IndsigtCall(IHttpClientFactory clients, IndsigtOptions options, TimeProvider time)
{
    public const string ClientName = "indsigt";

    public async Task<CallResult<T>> SendAsync<T>(DebtorSystem system, HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(options.ReplyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            using var client = clients.CreateClient(ClientName);
            using var response = await client.SendAsync(request.SignInAt(system.Municipality), HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode)
                return Failed<T>(response);
            return await BoundedJson.ReadAsync(response.Content, type, Bound.AnswerBytes, either.Token) is { } answer
                ? new CallResult<T>.Answered(answer)
                : new CallResult<T>.Unclear("the answer was empty", IsNonsense: true);
        }
        catch (CredentialsException unread)
        {
            return new CallResult<T>.NotLetIn(unread.Message);
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError)
        {
            // No connection was made, so no byte of the request arrived.
            return new CallResult<T>.NotDone(null, $"not reached: {fault.HttpRequestError}");
        }
        catch (HttpRequestException fault)
        {
            return new CallResult<T>.Unclear($"the connection broke: {fault.HttpRequestError}");
        }
        catch (IOException)
        {
            return new CallResult<T>.Unclear("the connection broke within the answer");
        }
        catch (JsonException unread)
        {
            return new CallResult<T>.Unclear(
                unread.InnerException is BeyondBoundException beyond ? $"the answer is {beyond.Message}" : "the answer cannot be read", IsNonsense: true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new CallResult<T>.Unclear($"no answer within {options.ReplyTimeout}");
        }
    }

    private CallResult<T> Failed<T>(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => new CallResult<T>.NotDone(RetryAfter(response.Headers.RetryAfter), $"answered {(int)response.StatusCode}"),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new CallResult<T>.NotLetIn($"answered {(int)response.StatusCode}"),
        // The address is wrong; the claims are not, and can wait until that is put right.
        HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed =>
            new CallResult<T>.NotDone(null, $"answered {(int)response.StatusCode}"),
        HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity =>
            new CallResult<T>.Refused($"answered {(int)response.StatusCode}"),
        _ => new CallResult<T>.Unclear($"answered {(int)response.StatusCode}"),
    };

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : null;
    }
}

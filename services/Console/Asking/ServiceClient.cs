using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Reading;

namespace ClaimsTransfer.OperationsConsole.Asking;

/// <summary>A service could not be asked: it is away, or nobody has said where it is. What was to be shown or decided is not known now.</summary>
public sealed class ServiceAwayException(string service, Note why, Exception? inner = null) : NotedException([why], inner)
{
    public string Service => service;
}

/// <summary>A service refused what it was asked, and said why.</summary>
public sealed class ServiceRefusedException(string service, HttpStatusCode status, Note why) : NotedException([why])
{
    public string Service => service;

    public HttpStatusCode Status => status;
}

public static class ServiceAnswers
{
    /// <exception cref="ServiceAwayException">It has no such endpoint, and is of another version.</exception>
    public static async Task<T> OrAwayAsync<T>(this Task<T?> asked, string service)
        where T : class => await asked ?? throw new ServiceAwayException(service, ServiceNotes.AnswersNot(service));
}

/// <param name="Status">Healthy, Degraded or Unhealthy.</param>
public sealed record Readiness(string? Status, IReadOnlyDictionary<string, ReadinessCheck>? Checks);

/// <param name="Description">What is wrong and since when, in English, for whoever runs the service.</param>
public sealed record ReadinessCheck(string? Status, string? Description);

/// <summary>Asks the other services, each by its own address.</summary>
public sealed class ServiceClient(HttpClient http, ServiceUrls urls)
{
    /// <summary>The services' JSON: camelCase, enums as words.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(), new NoteOrText() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <returns>Null: there is none (404).</returns>
    public async Task<T?> GetAsync<T>(string service, string path, CancellationToken cancellation)
        where T : class => await SendAsync<T>(service, new HttpRequestMessage(HttpMethod.Get, Address(service, path)), cancellation);

    public async Task<T?> PostAsync<T>(string service, string path, object? body, CancellationToken cancellation)
        where T : class => await SendAsync<T>(
            service, new HttpRequestMessage(HttpMethod.Post, Address(service, path)) { Content = body is null ? null : JsonContent.Create(body, options: Json) }, cancellation);

    /// <summary>Reads an answer that is not one JSON value, as it comes.</summary>
    /// <returns>Null: there is none (404).</returns>
    public async Task<T?> ReadAsync<T>(string service, string path, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellation)
        where T : class => await SendAsync(service, new HttpRequestMessage(HttpMethod.Get, Address(service, path)), HttpCompletionOption.ResponseHeadersRead, read, cancellation);

    /// <summary>What a service says of its own readiness, ready or not; to one of ours it says why.</summary>
    public async Task<Readiness> ReadinessAsync(string service, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(Address(service, "health/ready"), cancellation);
            return (await response.Content.ReadFromJsonAsync<Readiness>(Json, cancellation))!;
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or IOException or BeyondBoundException)
        {
            throw new ServiceAwayException(service, ServiceNotes.Failed(service, failure.GetType().Name), failure);
        }
    }

    public bool Knows(string service) => urls.Of(service) is not null;

    private Uri Address(string service, string path) =>
        urls.Of(service) is { } url ? new Uri(url, path.TrimStart('/')) : throw new ServiceAwayException(service, ServiceNotes.NoAddress(service));

    private Task<T?> SendAsync<T>(string service, HttpRequestMessage request, CancellationToken cancellation)
        where T : class =>
        SendAsync<T>(service, request, HttpCompletionOption.ResponseContentRead, async (content, token) => (await content.ReadFromJsonAsync<T>(Json, token))!, cancellation);

    private async Task<T?> SendAsync<T>(
        string service, HttpRequestMessage request, HttpCompletionOption completion, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellation)
        where T : class
    {
        using (request)
        {
            try
            {
                using var response = await http.SendAsync(request, completion, cancellation);
                if (response.StatusCode == HttpStatusCode.NotFound)
                    return null;
                if ((int)response.StatusCode >= 500)
                    throw new ServiceAwayException(service, ServiceNotes.Answered(service, (int)response.StatusCode));
                if (!response.IsSuccessStatusCode)
                    throw new ServiceRefusedException(service, response.StatusCode, await WhyAsync(response, cancellation));
                return response.StatusCode is HttpStatusCode.NoContent ? null : await read(response.Content, cancellation);
            }
            catch (OperationCanceledException timeout) when (!cancellation.IsCancellationRequested)
            {
                throw new ServiceAwayException(service, ServiceNotes.NoAnswer(service, http.Timeout.TotalSeconds), timeout);
            }
            catch (Exception failure) when (failure is HttpRequestException or JsonException or IOException or BeyondBoundException)
            {
                throw new ServiceAwayException(service, ServiceNotes.Failed(service, failure.GetType().Name), failure);
            }
        }
    }

    /// <summary>The problem's note; of one without a note, what it says.</summary>
    private static async Task<Note> WhyAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            var problem = JsonSerializer.Deserialize<Problem>(text, Json);
            return problem?.Note ?? Note.Quote(problem?.Detail ?? problem?.Error ?? problem?.Title ?? text);
        }
        catch (JsonException)
        {
            // Not such an object: it is shown as it is.
            return Note.Quote(text);
        }
    }

    private sealed record Problem(Note? Note, string? Detail, string? Error, string? Title);
}

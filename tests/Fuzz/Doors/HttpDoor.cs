using System.Net;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>An endpoint of a service, on loopback, by a caller whom it knows.</summary>
/// <param name="form">Of the bodies.</param>
/// <param name="start">Starts the service.</param>
internal class HttpDoor(string name, Form form, IReadOnlyList<Input> examples, Func<Task<ServiceUnderFuzz>> start, Func<ServiceUnderFuzz, long, long, Task>? check = null) : Door(name, form)
{
    private ServiceUnderFuzz service = null!;

    public override IReadOnlyList<Input> Examples => examples;

    protected override IReadOnlyList<(string Name, string?[] Values)> Variants =>
    [
        ("Content-Type", [null, "application/json; charset=utf-16", "text/plain", "application/x-ndjson", "application/xml", "a", "application/json;;"]),
        ("Content-Encoding", [null, "gzip", "br", "identity", "gzip, gzip", "x"]), ("traceparent", [null, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-", "zz"]),
        ("X-Import-Id", [null, "a", "a b", "æ", new string('i', 101)]), ("X-Import-First-Line", [null, "0", "1", "2", "-1", "9223372036854775807", "1.5"]),
    ];

    protected ServiceUnderFuzz Service => service;

    protected virtual HttpClient Client => service.Client;

    /// <summary>Where a service that is asked in turn does not run here.</summary>
    protected virtual bool IsDeclared(HttpStatusCode status) => false;

    public override async Task OpenAsync() => service = await start();

    public override async Task<Answer> TakeAsync(Input input)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, input["path"]) { Content = new ByteArrayContent(input.Body) };
        foreach (var (header, value) in input.Properties.Where(property => property.Key != "path"))
        {
            // What no client lets out comes in by none.
            if (!value.Any(char.IsControl) && !request.Headers.TryAddWithoutValidation(header, value))
                request.Content.Headers.TryAddWithoutValidation(header, value);
        }

        return await SendAsync(request);
    }

    protected virtual async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        HttpResponseMessage response;
        try
        {
            response = await Client.SendAsync(request);
        }
        catch (HttpRequestException unsent) when (unsent.HttpRequestError is HttpRequestError.Unknown && unsent.Message.Contains("header", StringComparison.OrdinalIgnoreCase))
        {
            return new Answer(false, "The client does not send such a header.");
        }

        using (response)
        {
            var said = await response.Content.ReadAsStringAsync();
            if ((int)response.StatusCode >= 500 && !IsDeclared(response.StatusCode))
                throw new InvalidOperationException($"HTTP {(int)response.StatusCode}: {(said.Length > 500 ? said[..500] : said)} {service.LastError}");
            if (said.Length == 0 && (int)response.StatusCode >= 400)
                throw new InvalidOperationException($"HTTP {(int)response.StatusCode} without a word.");
            return new Answer((int)response.StatusCode < 400, said);
        }
    }

    public override Task CheckBooksAsync(long given, long taken) => check?.Invoke(service, given, taken) ?? Task.CompletedTask;

    public override string? LeakInLog() => service.TakeLeak();

    public override ValueTask DisposeAsync() => service.DisposeAsync();
}

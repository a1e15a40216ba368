using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Cli.Running;

/// <summary>The running system as a command talks to it: one URL a service (the same for all when they share a process).</summary>
public sealed class RunningSystem : IDisposable
{
    private const string Caller = "command";
    private readonly Func<HttpMessageHandler> _handler;
    private readonly HttpClient _http;
    private readonly Func<Endpoints> _endpoints;

    private RunningSystem(string where, Installation installation, Func<Endpoints> endpoints)
    {
        Where = where;
        _handler = new ServiceHttp(installation, Caller, TimeProvider.System).Handler;
        _http = new HttpClient(_handler()) { Timeout = TimeSpan.FromMinutes(2) };
        _endpoints = endpoints;
    }

    /// <summary>For messages: the data folder or URL the system was found by.</summary>
    public string Where { get; }

    public Endpoints Endpoints => _endpoints();

    public HttpClient Http => _http;

    /// <summary>What is sent from now on is sent as this sender, not as the installation's own.</summary>
    public RunningSystem As(string senderKey)
    {
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", senderKey);
        return this;
    }

    /// <summary>For a client with a time limit of its own.</summary>
    public HttpMessageHandler Handler() => _handler();

    /// <param name="installation">The environment's settings, which say how we are known.</param>
    public static RunningSystem At(string url, Installation installation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new CommandFailure($"'{Installation.Redacted(url)}' is not a URL.", "Good: --url http://127.0.0.1:5080", ExitCodes.Usage);
        var address = url.TrimEnd('/');
        return new RunningSystem(address, installation, () => new Endpoints("", "", address, address, [new ServiceEndpoint("all", address, 0, "1")]));
    }

    /// <summary>Found by its data folder; the endpoints are read again each time, since a service that was started again has a new address.</summary>
    public static RunningSystem In(string data) => new(data, Settings.Of(data), () => Endpoints.TryRead(data) ?? throw new CommandFailure(
        $"Looked for a running system in {data}, and found no endpoints.json there.",
        "Start one with deploy/run.sh --data DIR, or name the one you mean with --data DIR or --url http://127.0.0.1:5080."));

    /// <summary>Null: no console runs here.</summary>
    public string? ConsoleUrl => (Endpoints.Console is { Length: > 0 } console ? console : UrlsOf("console").FirstOrDefault())?.TrimEnd('/');

    public IReadOnlyList<string> UrlsOf(string service) =>
        [.. Endpoints.Services.Where(endpoint => endpoint.Name == service || endpoint.Name == "all").Select(endpoint => endpoint.Url)];

    public Uri Address(string service, string path)
    {
        var url = service == "sandbox" && Endpoints.Sandbox is { Length: > 0 } sandbox ? sandbox : UrlsOf(service).FirstOrDefault();
        return url is null
            ? throw new CommandFailure($"No service '{service}' runs in {Where}.", $"Running: {string.Join(", ", Endpoints.Services.Select(s => s.Name))}.")
            : new Uri($"{url.TrimEnd('/')}{path}");
    }

    /// <summary>Null when the service answers 404.</summary>
    public Task<T?> GetAsync<T>(string service, string path, CancellationToken cancellation)
        where T : class => GetAsync<T>(service, path, () => Address(service, path), cancellation);

    /// <summary>Of one instance of a service.</summary>
    public Task<T?> GetAsync<T>(ServiceEndpoint instance, string path, CancellationToken cancellation)
        where T : class => GetAsync<T>(instance.Name, path, () => new Uri($"{instance.Url.TrimEnd('/')}{path}"), cancellation);

    private async Task<T?> GetAsync<T>(string service, string path, Func<Uri> address, CancellationToken cancellation)
        where T : class
    {
        using var response = await SendAsync(service, path, () => new HttpRequestMessage(HttpMethod.Get, address()), cancellation);
        try
        {
            return response.StatusCode == HttpStatusCode.NotFound
                ? null
                : await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
        {
            // It died in the middle of its answer, say.
            throw new CommandFailure($"{service}'s answer to {path.Split('?')[0]} could not be read ({failure.GetType().Name}).", "Its log says more: DATA/logs. Is it being started again? deploy/claims doctor");
        }
    }

    public Task<JsonDocument?> GetJsonAsync(string service, string path, CancellationToken cancellation) => GetAsync<JsonDocument>(service, path, cancellation);

    /// <summary>Sends; a service that cannot be reached or answers 5xx is a <see cref="CommandFailure"/> that names it.</summary>
    public async Task<HttpResponseMessage> SendAsync(string service, string path, Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        try
        {
            using var message = request();
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                response.Dispose();
                throw _http.DefaultRequestHeaders.Authorization is null ? NotKnown(service) : SenderNotKnown();
            }
            if ((int)response.StatusCode < 500)
                return response;
            var status = (int)response.StatusCode;
            response.Dispose();
            throw new CommandFailure($"{service} answered {path.Split('?')[0]} with {status}.", $"Its log says why: DATA/logs/{service}.log. Is broker and store reachable? deploy/claims doctor");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailure($"{service} did not answer {path.Split('?')[0]} within {_http.Timeout.TotalMinutes:0} minutes.", "Its log says why: DATA/logs. deploy/claims doctor looks further.");
        }
        catch (HttpRequestException failure)
        {
            throw new CommandFailure(
                $"{service} could not be reached at {Address(service, "/")} ({failure.HttpRequestError}).", $"Is it running? {Where} is where its address was found; deploy/claims doctor looks further.");
        }
    }

    /// <summary>The services answer to the installation's own commands.</summary>
    public static CallerNotKnown NotKnown(string service) => new(
        $"{service} does not know us.",
        "On its own machine a command shows that it can read the installation's master key (DATA/keys/master.key, or CLAIMS_MASTER_KEY_FILE): run it as the user that runs the services, and give --data DIR with --url. "
        + "From another machine it shows a certificate: CLAIMS_BROKER_CA, CLAIMS_BROKER_CERTIFICATE and CLAIMS_BROKER_KEY of 'operations'.");

    private static CallerNotKnown SenderNotKnown() => new(
        "ingest does not take the sender's key.", "It may be revoked, expired or rotated: claims senders list. A new one: claims senders rotate NAME");

    public void Dispose() => _http.Dispose();
}

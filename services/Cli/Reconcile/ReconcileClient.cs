using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Reconcile;

/// <summary>Reconciliation of a running system, with a client of its own: a run takes as long as its lists do, and no time limit is right for all.</summary>
public sealed class ReconcileClient(RunningSystem system) : IDisposable
{
    private const string Service = "payments";
    private const string Root = "/payments/reconciliations";
    private readonly HttpClient _http = new(system.Handler()) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The municipalities that have accounts.</summary>
    public async Task<IReadOnlyList<string>> MunicipalitiesAsync(CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Get, Root, null, cancellation);
        return await ReadAsync<List<string>>(response, Root, cancellation);
    }

    public async Task<Reconciliation> RunAsync(string municipality, FbsFile? fbs, bool repair, string who, string? acceptFewer, CancellationToken cancellation)
    {
        var path = $"{Root}/{Uri.EscapeDataString(municipality)}?repair={(repair ? "true" : "false")}&who={Uri.EscapeDataString(who)}{(acceptFewer is null ? "" : $"&acceptFewer={Uri.EscapeDataString(acceptFewer)}")}";
        using var content = fbs?.Of(municipality);
        using var response = await SendAsync(HttpMethod.Post, path, content, cancellation);
        return await ReadAsync<Reconciliation>(response, path, cancellation);
    }

    /// <summary>The one that stands for a day; null: there is none.</summary>
    public async Task<Reconciliation?> StoredAsync(string municipality, DateOnly day, CancellationToken cancellation)
    {
        var path = $"{Root}/{Uri.EscapeDataString(municipality)}?date={day:yyyy-MM-dd}";
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellation);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<Reconciliation>(response, path, cancellation);
    }

    /// <param name="form">csv or html.</param>
    public async Task SaveReportAsync(Reconciliation run, string form, string file, CancellationToken cancellation)
    {
        var path = $"{Root}/{run.Municipality}/report.{form}?date={run.Day:yyyy-MM-dd}";
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellation);
        await RequireAsync(response, path, cancellation);
        try
        {
            await using var target = File.Create(file);
            await response.Content.CopyToAsync(target, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The report could not be written to {file}: {failure.Message}", "Can the folder be written to, and has the disk room? Then run it again with --date.");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        var address = system.Address(Service, path);
        try
        {
            using var request = new HttpRequestMessage(method, address) { Content = content };
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException failure)
        {
            throw new CommandFailure(
                $"{Service} could not be reached at {address.GetLeftPart(UriPartial.Authority)} ({failure.HttpRequestError}).", $"Is it running? {system.Where} is where its address was found; deploy/claims doctor looks further.");
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, string path, CancellationToken cancellation)
        where T : class
    {
        await RequireAsync(response, path, cancellation);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, cancellation) ?? throw new JsonException("null");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
        {
            throw new CommandFailure($"The answer of {Service} to {path.Split('?')[0]} could not be read ({failure.GetType().Name}).", "Its log says more: DATA/logs. Is it being started again? deploy/claims doctor");
        }
    }

    private static async Task RequireAsync(HttpResponseMessage response, string path, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
            return;
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            throw RunningSystem.NotKnown(Service);
        var body = await response.Content.ReadAsStringAsync(cancellation);
        throw new CommandFailure(
            $"{Service} answered {path.Split('?')[0]} with {(int)response.StatusCode}{(DetailOf(body) is { } detail ? $": {detail}" : ".")}",
            (int)response.StatusCode == 404 ? "Is --url that of the whole system? deploy/claims municipalities list shows the codes." : $"The log says more: DATA/logs/{Service}.log.");
    }

    private static string? DetailOf(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.ValueKind == JsonValueKind.Object && problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

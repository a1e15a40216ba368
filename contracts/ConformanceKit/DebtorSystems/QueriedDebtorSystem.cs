using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.ConformanceKit.Proving;

namespace ClaimsTransfer.ConformanceKit.DebtorSystems;

/// <summary>
/// A vendor's own test system, seen through a small HTTP service of the vendor's: <c>GET /claims/REFERENCE</c> is the query member and is needed; <c>GET /abilities</c>,
/// <c>POST /behaviour</c>, <c>POST /money</c> and <c>GET /told</c> let the kit make trouble, as far as it offers them. The kit's README has the bodies.
/// </summary>
public sealed class QueriedDebtorSystem : IDebtorSystem
{
    private readonly HttpClient _http;

    private QueriedDebtorSystem(Uri endpoint, HttpClient http, QueriedAbilities abilities)
    {
        Endpoint = new Uri(abilities.Endpoint ?? endpoint.ToString());
        _http = http;
        Can = (abilities.Can ?? []).Aggregate(DebtorSystemAbilities.None, (all, name) => Enum.TryParse<DebtorSystemAbilities>(name, ignoreCase: true, out var one)
            ? all | one
            : throw new ConformanceUsageException($"{endpoint}/abilities names '{name}'; known are {string.Join(", ", Enum.GetNames<DebtorSystemAbilities>().Skip(1))}."));
    }

    public Uri Endpoint { get; }

    public DebtorSystemAbilities Can { get; }

    public static async Task<QueriedDebtorSystem> OpenAsync(Uri query, CancellationToken cancellation)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(query.ToString().TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(30) };
        try
        {
            using var answer = await http.GetAsync(new Uri("abilities", UriKind.Relative), cancellation);
            var abilities = answer.StatusCode == HttpStatusCode.NotFound
                ? new QueriedAbilities(null, null)
                : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(QueriedJson.Default.QueriedAbilities, cancellation);
            return new QueriedDebtorSystem(query, http, abilities ?? new QueriedAbilities(null, null));
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            http.Dispose();
            throw new ConformanceUsageException($"--query {query}: {fault.Message}. It must answer GET {http.BaseAddress}claims/REFERENCE with the claim or 404; see the kit's README.");
        }
    }

    public async Task<DebtorClaim?> FindAsync(string reference, CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(new Uri($"claims/{Uri.EscapeDataString(reference)}", UriKind.Relative), cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(QueriedJson.Default.DebtorClaim, cancellation);
    }

    public async Task<IReadOnlyDictionary<string, DebtorClaim>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellation)
    {
        var found = new Dictionary<string, DebtorClaim>(StringComparer.Ordinal);
        foreach (var reference in references)
        {
            if (await FindAsync(reference, cancellation) is { } claim)
                found[reference] = claim;
        }

        return found;
    }

    public async Task BehaveAsync(DebtorBehaviour behaviour, CancellationToken cancellation)
    {
        if (Can == DebtorSystemAbilities.None)
            return;
        using var answer = await _http.PostAsJsonAsync(new Uri("behaviour", UriKind.Relative), behaviour, QueriedJson.Default.DebtorBehaviour, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public async Task LetAsync(MoneyEvent what, IReadOnlyCollection<string> references, CancellationToken cancellation)
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri("money", UriKind.Relative), new QueriedMoney(JsonNamingPolicy.CamelCase.ConvertName(what.ToString()), [.. references]), QueriedJson.Default.QueriedMoney, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<bool> HasToldAllAsync(CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(new Uri("told", UriKind.Relative), cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound || await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(QueriedJson.Default.Boolean, cancellation);
    }

    public Task<long?> CallsAsync(CancellationToken cancellation) => Task.FromResult<long?>(null);

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <param name="Endpoint">Where the connector finds the test system; null: the same address.</param>
/// <param name="Can">Names of <see cref="DebtorSystemAbilities"/>.</param>
internal sealed record QueriedAbilities(string? Endpoint, IReadOnlyList<string>? Can);

internal sealed record QueriedMoney(string What, IReadOnlyList<string> References);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(QueriedAbilities))]
[JsonSerializable(typeof(QueriedMoney))]
[JsonSerializable(typeof(DebtorBehaviour))]
[JsonSerializable(typeof(DebtorClaim))]
[JsonSerializable(typeof(bool))]
internal sealed partial class QueriedJson : JsonSerializerContext;

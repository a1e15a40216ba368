using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.ConformanceKit.DebtorSystems;

namespace ClaimsTransfer.Standalone.Conforming;

/// <summary>The sandbox's stand-in of one vendor's debtor system, for one municipality, as the conformance kit sees it. It books what arrives twice a second time.</summary>
/// <param name="http">Calls it as one of ours.</param>
/// <param name="process">The sandbox, ended with this.</param>
internal sealed class SandboxDebtorSystem(HttpClient http, string municipality, Uri endpoint, IAsyncDisposable process) : IDebtorSystem
{
    private DebtorBehaviour _behaviour = DebtorBehaviour.Good;
    private bool _moneyHappens;

    public Uri Endpoint => endpoint;

    public DebtorSystemAbilities Can => DebtorSystemAbilities.All;

    public async Task<DebtorClaim?> FindAsync(string reference, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(new Uri($"/sandbox/ledger/{municipality}/{Uri.EscapeDataString(reference)}", UriKind.Relative), cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(SandboxJson.Default.SandboxClaim, cancellation))!.ToClaim();
    }

    public async Task<IReadOnlyDictionary<string, DebtorClaim>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellation)
    {
        var wanted = references.ToHashSet(StringComparer.Ordinal);
        var ledger = await http.GetFromJsonAsync(new Uri($"/sandbox/ledger?municipality={municipality}", UriKind.Relative), SandboxJson.Default.SandboxLedger, cancellation);
        return ledger!.Claims.Where(claim => wanted.Contains(claim.Reference)).ToDictionary(claim => claim.Reference, claim => claim.ToClaim(), StringComparer.Ordinal);
    }

    public async Task BehaveAsync(DebtorBehaviour behaviour, CancellationToken cancellation)
    {
        // What is paid is paid: a plan that goes on would pay what the next check registers.
        if (_moneyHappens)
            await PostAsync("money", "", cancellation);
        _moneyHappens = false;
        _behaviour = behaviour;
        List<string> faults = ["blind"];
        if (behaviour.RefusesRegistrations)
            faults.Add("reject=1");
        // A receipt that comes by itself would say what the lost reply did not.
        if (behaviour.DropsReplies)
            faults.Add("drop-reply=1,late-receipt=6s");
        if (behaviour.TakesNothing)
            faults.Add("unavailable=1");
        if (behaviour.Slow > TimeSpan.Zero)
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"slow={behaviour.Slow.TotalMilliseconds}ms"));
        if (behaviour.CutsFiles)
            faults.Add("cut-file=1");
        if (behaviour.RepeatsEntries)
            faults.Add("duplicate-receipt=1");
        await PostAsync("faults", string.Join(',', faults), cancellation);
    }

    /// <summary>The stand-in draws for all claims it holds that nothing has become of yet, those named among them.</summary>
    public Task LetAsync(MoneyEvent what, IReadOnlyCollection<string> references, CancellationToken cancellation)
    {
        _moneyHappens = true;
        var lot = what switch { MoneyEvent.Pay => "pay=1", MoneyEvent.PayAndReverse => "reverse=1", _ => "writeoff=1" };
        return PostAsync("money", _behaviour.RepeatsEntries ? $"{lot},duplicate=1" : lot, cancellation);
    }

    public async Task<bool> HasToldAllAsync(CancellationToken cancellation)
    {
        var summary = await http.GetFromJsonAsync(new Uri("/sandbox/ledger/summary", UriKind.Relative), SandboxJson.Default.DictionaryStringSandboxSummary, cancellation);
        return summary!.GetValueOrDefault(municipality) is not { MoneyPending: > 0 };
    }

    public async Task<long?> CallsAsync(CancellationToken cancellation) =>
        (await http.GetFromJsonAsync(new Uri("/sandbox/calls", UriKind.Relative), SandboxJson.Default.DictionaryStringInt64, cancellation))!.GetValueOrDefault(municipality);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await process.DisposeAsync();
    }

    private async Task PostAsync(string plan, string text, CancellationToken cancellation)
    {
        using var content = new StringContent(text);
        using var answer = await http.PostAsync(new Uri($"/sandbox/{plan}", UriKind.Relative), content, cancellation);
        answer.EnsureSuccessStatusCode();
    }
}

internal sealed record SandboxClaim(
    string Reference, long AmountOre, string State, int Bookings, int Received, string? DebtorReference, string? Debtor, long CoveredOre, long ReversedOre, long WrittenOffOre)
{
    public DebtorClaim ToClaim() => new(Reference, AmountOre, State == "inForce", Bookings, Received, Debtor, DebtorReference, CoveredOre, ReversedOre, WrittenOffOre);
}

internal sealed record SandboxLedger(IReadOnlyList<SandboxClaim> Claims);

internal sealed record SandboxSummary(long MoneyPending);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SandboxClaim))]
[JsonSerializable(typeof(SandboxLedger))]
[JsonSerializable(typeof(Dictionary<string, SandboxSummary>))]
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class SandboxJson : JsonSerializerContext;

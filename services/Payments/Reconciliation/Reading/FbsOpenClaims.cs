using System.Runtime.CompilerServices;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>FBS's open claims of a municipality as one list at an address.</summary>
internal sealed class FbsOpenClaims(Http http, ReconciliationOptions options, Installation installation, TimeProvider time) : IFbsClaims
{
    public const string Placeholder = "{municipality}";
    private const string List = "FBS's open claims";

    public bool IsByPatron => false;

    public async IAsyncEnumerable<IReadOnlyList<FbsClaim>> ReadAsync(string municipality, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var response = await http.GetAsync(List, Address(municipality), cancellation);
        if (!response.IsSuccessStatusCode)
            throw new ReadingFailed($"{List}: the answer was {(int)response.StatusCode} for municipality {municipality}.");
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await foreach (var page in new Lines(List, options.ReadPatience, time).ReadAsync(stream, new FbsClaimLine(List, municipality).Parse, cancellation))
            yield return page;
    }

    private Uri Address(string municipality)
    {
        if (options.FbsOpenClaims.Length > 0)
            return new Uri(options.FbsOpenClaims.Replace(Placeholder, municipality));
        if (installation.Sandbox.Length > 0)
            return new Uri($"{installation.Sandbox.TrimEnd('/')}/sandbox/fbs/open-claims/{municipality}");
        throw new ReadingFailed(
            $"Nothing says where {List} are: set {ReconciliationOptions.Section}:{nameof(ReconciliationOptions.FbsOpenClaims)}, such as https://fbs.example/open-claims/{Placeholder}, or bring the list as a file.");
    }
}

/// <summary>The list as it was brought along, from a file for instance.</summary>
internal sealed class FbsList(Stream stream, ReconciliationOptions options, TimeProvider time) : IFbsClaims
{
    private const string List = "The list of FBS's open claims";

    public bool IsByPatron => false;

    public IAsyncEnumerable<IReadOnlyList<FbsClaim>> ReadAsync(string municipality, CancellationToken cancellation) =>
        new Lines(List, options.ReadPatience, time).ReadAsync(stream, new FbsClaimLine(List, municipality).Parse, cancellation);
}

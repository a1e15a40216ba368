using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Payments;

/// <summary>Settings of Payments, section <c>Payments</c>.</summary>
public sealed record PaymentsOptions
{
    /// <summary>What to do about an address that would be spoken to in the clear.</summary>
    internal const string PlainHttp = "give an https URL, or Claims:AllowPlainHttp=true, where something else secures the way.";

    /// <summary>How often open entries are looked at for an account, and orders for whether they are due.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Messages handled in one transaction at most.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>Batches handled at a time.</summary>
    public int Concurrency { get; init; } = 2;

    /// <summary>Base URL of FBS's payment interface; empty: the sandbox's, where one runs.</summary>
    public string FbsUrl { get; init; } = "";

    /// <summary>How long FBS may take to answer one call.</summary>
    public TimeSpan FbsTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Calls to FBS at a time.</summary>
    public int FbsConcurrency { get; init; } = 8;

    /// <summary>Orders taken from the store at a time.</summary>
    public int FbsBatchSize { get; init; } = 40;

    /// <summary>The longest pause between two calls for one order; it doubles up to here from a second.</summary>
    public TimeSpan FbsLongestPause { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether an entry must say who sent it (AMQP <c>user_id</c>); null: when Payments itself connects as the user <c>payments</c>, which the broker's definitions make.</summary>
    public bool? RequireSender { get; init; }

    /// <param name="sandbox">Base URL of the sandbox; empty: none runs.</param>
    /// <returns>Empty: nobody has said where FBS is.</returns>
    public string FbsAt(string sandbox) => FbsUrl.Length > 0 ? FbsUrl : sandbox.Length > 0 ? $"{sandbox.TrimEnd('/')}/sandbox/fbs" : "";

    public IEnumerable<string> Faults(Installation installation)
    {
        foreach (var (key, value, example) in new[]
        {
            (nameof(SweepInterval), SweepInterval, "00:00:01"), (nameof(FbsTimeout), FbsTimeout, "00:00:15"), (nameof(FbsLongestPause), FbsLongestPause, "00:10:00"),
        })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
                yield return $"Payments:{key} is {value}; give a time above zero and up to a day, such as {example}.";
        }

        if (BatchSize is < 1 or > 2000)
            yield return $"Payments:{nameof(BatchSize)} is {BatchSize}; give 1 to 2000, such as 200.";
        if (Concurrency is < 1 or > 32)
            yield return $"Payments:{nameof(Concurrency)} is {Concurrency}; give 1 to 32, such as 2.";
        if (FbsConcurrency is < 1 or > 64)
            yield return $"Payments:{nameof(FbsConcurrency)} is {FbsConcurrency}; give 1 to 64, such as 8.";
        if (FbsBatchSize is < 1 or > 2000)
            yield return $"Payments:{nameof(FbsBatchSize)} is {FbsBatchSize}; give 1 to 2000, such as 40.";
        if (FbsUrl.Length > 0 && !(Uri.TryCreate(FbsUrl, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0))
            yield return $"Payments:{nameof(FbsUrl)} is no http URL without a password in it; give one, such as https://fbs.example.dk.";
        else if (installation.IsTooPlain(FbsUrl))
            yield return $"Payments:{nameof(FbsUrl)} is {Installation.Redacted(FbsUrl)}, on another machine and without TLS; {PlainHttp}";
    }
}

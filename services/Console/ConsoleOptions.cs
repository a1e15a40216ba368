namespace ClaimsTransfer.OperationsConsole;

/// <summary>Settings of the operations console, section <c>Console</c>.</summary>
public sealed record ConsoleOptions
{
    /// <summary>
    /// Base URLs of the services it asks, by name: <c>Ingest</c>, <c>Routing</c>, <c>Payments</c>, <c>KmdOpus</c>, <c>Prisme</c>, <c>OesIndsigt</c>, or <c>All</c> where
    /// they share one process.
    /// </summary>
    public IReadOnlyDictionary<string, string> Services { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Faults()
    {
        foreach (var (name, url) in Services)
        {
            if (!Asking.ServiceUrls.Known.Contains(name, StringComparer.OrdinalIgnoreCase))
                yield return $"Console:Services:{name} is no service; {string.Join(", ", Asking.ServiceUrls.Known)} are.";
            else if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                yield return $"Console:Services:{name} is '{url}'; give an http URL, such as http://127.0.0.1:5081.";
        }
    }
}

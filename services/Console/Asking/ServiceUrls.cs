using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.OperationsConsole.Asking;

/// <summary>Where the other services answer.</summary>
public sealed class ServiceUrls(ConsoleOptions options)
{
    public static readonly IReadOnlyList<string> Known = ["Ingest", "Routing", "Payments", .. Enum.GetNames<Vendor>(), "All"];

    /// <summary>Null: nobody has said where it is.</summary>
    public Uri? Of(string service)
    {
        var url = Find(service) ?? Find("All");
        return url is null ? null : new Uri($"{url.TrimEnd('/')}/");
    }

    public Uri? Of(Vendor vendor) => Of(vendor.ToString());

    private string? Find(string service) =>
        options.Services.FirstOrDefault(entry => string.Equals(entry.Key, service, StringComparison.OrdinalIgnoreCase)).Value is { Length: > 0 } url ? url : null;
}

using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Defaults.Messaging;

/// <summary>
/// The broker's users as <c>claims broker definitions</c> makes them: one a service, one a vendor. RabbitMQ vouches for the user that a message names as its sender, so the names
/// are what senders are known by.
/// </summary>
public static class BrokerUsers
{
    public const string Ingest = "ingest";
    public const string Routing = "routing";
    public const string Payments = "payments";
    public const string Console = "console";
    public const string Fbs = "fbs";
    public const string Sandbox = "sandbox";

    /// <summary>For people and for what changes the broker itself: imports definitions, looks at it with <c>claims doctor</c>, revokes a vendor.</summary>
    public const string Operations = "operations";

    /// <summary>Stands for a sender that the broker did not vouch for, once a message is passed on: it stays nobody's.</summary>
    public const string Nobody = "nobody";

    private const string VendorPrefix = "vendor-";

    /// <summary>Those of ours who speak for every municipality: what they say of a claim comes from their own records, or from a person.</summary>
    private static readonly string[] SpeakForAll = [Ingest, Routing, Payments, Console, Operations];

    public static string Of(Vendor vendor) => VendorPrefix + Short(vendor);

    /// <summary>As it stands in the names of users, queues and exchanges: <c>kmdopus</c>.</summary>
    public static string Short(Vendor vendor) => vendor.ToString().ToLowerInvariant();

    public static bool IsVendor(string? user) => user is not null && user.StartsWith(VendorPrefix, StringComparison.Ordinal);

    /// <summary>Null: no vendor's user, or one of a vendor that we do not know.</summary>
    public static Vendor? VendorOf(string? user)
    {
        foreach (var vendor in Enum.GetValues<Vendor>())
        {
            if (user == Of(vendor))
                return vendor;
        }

        return null;
    }

    public static bool SpeaksForAll(string? user) => user is not null && SpeakForAll.Contains(user, StringComparer.Ordinal);
}

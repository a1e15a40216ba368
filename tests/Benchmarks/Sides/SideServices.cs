using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>What a side starts, and what its database must hold in the end.</summary>
internal static class SideServices
{
    public static bool IsOurs(Side side) => side is Side.OnMassTransit or Side.OnNative or Side.Before;

    public static Task<Services> StartAsync(
        Side side, BenchSettings settings, Servers servers, IReadOnlyList<Municipality> municipalities, CancellationToken cancellation) => side switch
    {
        Side.OnMassTransit => OurServices.StartAsync(servers, municipalities, Built.Ours, transport: null, cancellation),
        Side.OnNative => OurServices.StartAsync(servers, municipalities, Built.Ours, "Native", cancellation),
        Side.Before => OurServices.StartAsync(servers, municipalities, settings.Before!, transport: null, cancellation),
        _ => BaselineServices.StartAsync(servers, side, cancellation),
    };

    /// <summary>Every claim is transferred and was registered once, and by what the side is called for: otherwise it was fast at something else.</summary>
    public static async Task CheckAsync(Side side, Servers servers, Services services, int claims, CancellationToken cancellation)
    {
        var withMassTransit = services.WithLibrary("MassTransit.RabbitMqTransport.dll");
        if (side is (Side.OnMassTransit or Side.OnNative) && withMassTransit.Count != (side == Side.OnMassTransit ? services.Processes.Count() : 0))
            throw new InvalidOperationException($"{side}: MassTransit is in use by: {string.Join(", ", withMassTransit.DefaultIfEmpty("no process"))}.");
        foreach (var (what, statement) in IsOurs(side) ? OurServices.Counts : BaselineServices.Counts)
        {
            var found = await servers.CountAsync(statement, cancellation);
            if (found != claims)
                throw new InvalidOperationException($"{side}: of {claims} claims the database holds {found} {what}.");
        }
    }
}

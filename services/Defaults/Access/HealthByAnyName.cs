using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ClaimsTransfer.Defaults.Access;

/// <summary>A probe calls a process by its address, which is no name of ours. Nothing that health says depends on the name; every other path is answered under ours alone.</summary>
internal sealed class HealthByAnyName : IStartupFilter
{
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) =>
        {
            if (context.Request.Path.Value is Live or Ready)
                context.Request.Host = new HostString("localhost");
            return rest(context);
        });
        next(app);
    };
}

using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.OperationsConsole.Tests.Gallery;

/// <summary>A page of every block there is, and what its live region fetches.</summary>
internal static class GalleryPages
{
    public static async Task<ConsoleInBrowser> StartAsync()
    {
        var looks = 0;
        return await ConsoleInBrowser.StartAsync(await ConsoleServer.StartAsync(null, (
            builder => builder.Services.AddRazorPages().ConfigureApplicationPartManager(manager =>
            {
                foreach (var part in new CompiledRazorAssemblyApplicationPartFactory().GetApplicationParts(typeof(GalleryPages).Assembly))
                    manager.ApplicationParts.Add(part);
            }),
            app => app.MapGet("/console/gallery/live", () =>
                Results.Content($"<p>{Interlocked.Increment(ref looks)} <button type=\"button\" id=\"here\" class=\"button button-secondary\">Her</button></p>", "text/html")).RequireAuthorization(nameof(Role.Viewer)))));
    }
}

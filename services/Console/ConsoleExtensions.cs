using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Pages.Frame;

namespace ClaimsTransfer.OperationsConsole;

/// <summary>The operations console: dead letters, replay, what every claim and municipality is at, for people and for programs. Everything is below <c>/console</c>.</summary>
public static class ConsoleExtensions
{
    public static WebApplicationBuilder AddOperationsConsole(this WebApplicationBuilder builder)
    {
        builder.AddDefaults("console");
        var options = builder.Configuration.GetSection("Console").Get<ConsoleOptions>() ?? new ConsoleOptions();
        if (options.Faults().ToList() is { Count: > 0 } faults)
            throw new SettingsException($"The settings of the console cannot be used:\n- {string.Join("\n- ", faults)}");
        builder.Services.AddSingleton(options).AddSingleton<ServiceUrls>();
        builder.AddAccess(options);
        builder.AddPages();
        return builder;
    }

    public static WebApplication MapOperationsConsole(this WebApplication app)
    {
        app.MapAccess();
        app.MapPages();
        return app;
    }
}

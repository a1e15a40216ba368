using System.Text;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Standalone.Live;

/// <summary>What runs and where, a line each, as a run says it once it has started.</summary>
internal static class Whereabouts
{
    public static string Of(Endpoints endpoints, RunSettings settings)
    {
        var text = new StringBuilder().AppendLine($"Running on {settings.Data}");
        if (endpoints.Services.DistinctBy(service => service.Url).Count() == 1)
        {
            text.AppendLine($"  {endpoints.Services[0].Url} (all services)");
        }
        else
        {
            // Passwords stay in endpoints.json, which only its owner reads.
            Line(text, "broker", Installation.Redacted(endpoints.Broker));
            Line(text, "store", Installation.Redacted(endpoints.Store));
            if (endpoints.Console is { Length: > 0 } console)
                Line(text, "console", console);
            foreach (var service in endpoints.Services)
                Line(text, endpoints.Services.Count(other => other.Name == service.Name) > 1 ? $"{service.Name} {service.Instance}" : service.Name, $"{service.Url}  pid {service.Pid}");
        }
        var data = settings.Data.Contains(' ', StringComparison.Ordinal) ? $"'{settings.Data}'" : settings.Data;
        text.AppendLine($"Where a claim is: deploy/claims status AGENCY FEEID --data {data}");
        return text.Append(settings.UntilDone ? "Until nothing is in flight; Ctrl-C stops before." : "Ctrl-C stops.").ToString();
    }

    private static void Line(StringBuilder text, string name, string value) => text.AppendLine($"  {name,-12} {value}");
}

using System.CommandLine;
using ClaimsTransfer.Cli.Keys;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Doctor;

/// <summary>What was looked at, whether it is well, and what to do when it is not.</summary>
public sealed record Finding(string Subject, bool Well, string Text);

/// <summary>What waits for a person, as the console counts it.</summary>
/// <param name="What">What it is and what to do, after its count.</param>
public sealed record NeedOfAPerson(string Kind, long Count, string? What, IReadOnlyList<string>? Municipalities, DateTimeOffset? Since, string? Cause, string Href, IReadOnlyList<RefusedOf>? Documents);

/// <summary>A file, push or feed with payments that was refused whole, and whose it is.</summary>
public sealed record RefusedOf(string Municipality, RefusedDocument Document);

/// <param name="Fault">As <c>GET /connectors/VENDOR</c> says it.</param>
/// <param name="Field">As the debtor system's format calls it.</param>
public sealed record RefusedDocument(string Name, string Fault, int? Line, string? Field, DateTimeOffset Since, long Times);

internal sealed record NeedsNow(IReadOnlyList<NeedOfAPerson> Needs);

/// <summary><c>claims doctor</c>: looks at everything a working installation needs, and says what to do about what is not well.</summary>
public static class DoctorCommand
{
    private const int MostMunicipalities = 5;

    public static Command Create(WhereOptions where)
    {
        var access = new ConsoleAccess(where);
        var command = new Command(
            "doctor", "Look at services, broker, store, keys and municipalities, and say what to do. What waits for a person is told too; it does not make the installation unwell.");
        access.AddTokenTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var findings = new List<Finding>();
            using var system = where.Find(parsed);
            var endpoints = system.Endpoints;
            foreach (var service in endpoints.Services)
                findings.Add(await ServiceAsync(system, service, cancellation));
            if (endpoints.Broker.Length > 0)
            {
                var installation = Settings.Of(where.Data(parsed)) with { Broker = endpoints.Broker, Store = endpoints.Store };
                findings.AddRange(await BrokerDoctor.LookAsync(installation, cancellation));
                findings.Add(await StoreAsync(installation, cancellation));
                findings.Add(Keys(installation));
                findings.Add(Municipalities(installation));
            }
            foreach (var finding in findings)
                AnsiConsole.MarkupLine($"{(finding.Well ? "[green]well[/]  " : "[red]not so[/]")}  {Markup.Escape($"{finding.Subject}: {finding.Text}")}");
            await TellNeedsAsync(() => access.TryOpen(system, parsed), cancellation);
            return findings.TrueForAll(finding => finding.Well) ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task TellNeedsAsync(Func<ConsoleApi?> open, CancellationToken cancellation)
    {
        try
        {
            if (open() is not { } console)
                return;
            foreach (var need in (await console.GetAsync<NeedsNow>("/overview", cancellation))?.Needs ?? [])
            {
                AnsiConsole.MarkupLine($"[yellow]needs you[/]  {Markup.Escape(Worded(need))}");
                foreach (var (municipality, document) in (need.Documents ?? []).Select(refused => (refused.Municipality, refused.Document)))
                    AnsiConsole.MarkupLine($"           {Markup.Escape($"{municipality} {Worded(document)}")}");
            }
        }
        catch (CommandFailure failure)
        {
            AnsiConsole.MarkupLine($"[red]not so[/]  {Markup.Escape($"what waits for a person: {failure.Message}")}");
        }
    }

    private static string Worded(NeedOfAPerson need)
    {
        var codes = need.Municipalities ?? [];
        var whose = codes.Count == 0 ? "" : $" ({string.Join(", ", codes.Take(MostMunicipalities))}{(codes.Count > MostMunicipalities ? $" and {codes.Count - MostMunicipalities} more" : "")})";
        var cause = need.Cause is null ? "" : $" [{need.Cause}]";
        return $"{need.Count} {need.What ?? need.Kind}{cause}{whose}{(need.Since is { } since ? $", since {since:yyyy-MM-dd HH:mm} UTC" : "")} – {need.Href}";
    }

    private static string Worded(RefusedDocument document) =>
        $"{document.Name}: {document.Fault}{(document.Line is { } line ? $", line {line}" : "")}{(document.Field is { } field ? $", field {field}" : "")}, "
        + $"{(document.Times == 1 ? "once" : $"{document.Times} times")} since {document.Since:yyyy-MM-dd HH:mm} UTC";

    private static async Task<Finding> ServiceAsync(RunningSystem system, ServiceEndpoint service, CancellationToken cancellation)
    {
        var subject = $"{service.Name} {service.Instance} at {service.Url}";
        try
        {
            using var response = await system.Http.GetAsync(new Uri($"{service.Url}/health/ready"), cancellation);
            return new Finding(subject, response.IsSuccessStatusCode,
                response.IsSuccessStatusCode ? "ready" : $"not ready: {await response.Content.ReadAsStringAsync(cancellation)} Its log: DATA/logs.");
        }
        catch (HttpRequestException failure)
        {
            return new Finding(subject, false, $"does not answer ({failure.HttpRequestError}). Is it running, with pid {service.Pid}? Its log: DATA/logs.");
        }
    }

    private static async Task<Finding> StoreAsync(Installation installation, CancellationToken cancellation)
    {
        var subject = $"store {Installation.Redacted(installation.Store)}";
        try
        {
            await using var stores = new Stores(installation);
            await using var connection = await stores.Open("routing").OpenAsync(cancellation);
            return new Finding(subject, true, "reachable");
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or Defaults.Messaging.TransientException or TimeoutException)
        {
            return new Finding(subject, false, $"cannot be reached: {failure.Message}");
        }
    }

    private static Finding Keys(Installation installation)
    {
        try
        {
            MasterKey.Load(installation with { Store = File.Exists(Path.Combine(installation.KeyFolder, "master.key")) ? "embedded" : installation.Store });
            return new Finding($"keys in {installation.KeyFolder}", true, "the master key can be read");
        }
        catch (InvalidOperationException failure)
        {
            return new Finding($"keys in {installation.KeyFolder}", false, failure.Message);
        }
    }

    private static Finding Municipalities(Installation installation)
    {
        var file = MunicipalityFile.Load(Defaults.Municipalities.Municipalities.PathOf(installation), allowPlain: installation.AllowPlainHttp);
        return new Finding($"municipalities in {file.Name}", file.Faults.Count == 0,
            file.Faults.Count == 0 ? $"{file.Entries.Count}" : $"{file.Faults.Count} faults; claims municipalities check {file.Name}");
    }
}

using System.Text.Json;
using ClaimsTransfer.Cli.Import;
using ClaimsTransfer.Cli.Reconcile;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Standalone.Embedded;
using ClaimsTransfer.Standalone.Live;
using ClaimsTransfer.Standalone.Processes;
using ClaimsTransfer.Standalone.Samples;

namespace ClaimsTransfer.Standalone;

/// <summary>A system that was started here; disposing it stops it cleanly.</summary>
public interface IStartedSystem : IAsyncDisposable
{
    /// <summary>Completes when the system cannot go on by itself.</summary>
    Task Broken { get; }
}

/// <summary>One run: start, feed, watch, and at the end stop cleanly and give account.</summary>
public sealed class Run(RunSettings settings)
{
    private static readonly TimeSpan StalledAfter = TimeSpan.FromMinutes(20);

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (settings.InOneProcess)
            OwnersAlone.ByDefault();
        using var folder = DataLock.Take(settings.Data, settings.InOneProcess);
        DataFolder.Remember(settings.Data);
        // That of a run that was killed: nobody listens there any more.
        Endpoints.Remove(settings.Data);
        MakeMasterKey(settings.Data);
        // A system that is to be stopped is stopped in order: starting it up is not interrupted half-way either.
        settings.MakeCredentials();
        await using IStartedSystem started = settings.InOneProcess ? await EmbeddedSystem.StartAsync(settings, cancellation) : await ProcessSystem.StartAsync(settings, cancellation);
        using var system = RunningSystem.In(settings.Data);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var live = new LiveView(system, TimeProvider.System);
        var view = live.ShowAsync(settings, watching.Token);
        try
        {
            var work = WorkAsync(system, watching.Token);
            var broken = started.Broken;
            if (await Task.WhenAny(work, broken) == broken)
                await broken;
            return await work;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await watching.CancelAsync();
            await view.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Console.Out.WriteLine($"Stopping{(live.Standing is { } standing ? $": {standing}." : " …")}");
            Console.Out.WriteLine($"Nothing is lost: --data {settings.Data} goes on there.");
            if (settings.UntilDone)
                throw;
            return ExitCodes.Done;
        }
        finally
        {
            await watching.CancelAsync();
            await view.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>On the first run; services get its path, never the key.</summary>
    private static void MakeMasterKey(string data)
    {
        try
        {
            MasterKey.Load(new Installation { Data = data });
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(failure.Message, "Without its key nothing in this data folder can be opened; another one begins anew:  --data DIR");
        }
    }

    private async Task<int> WorkAsync(RunningSystem system, CancellationToken cancellation)
    {
        if (settings.Claims is not null)
            await ImportAsync(system, settings.Claims, cancellation);
        if (settings.SamplesPerSecond > 0)
        {
            using var sender = AsDemo(settings.Data);
            await new SampleFeed(sender, TimeProvider.System).FeedAsync(settings, cancellation);
        }
        if (!settings.UntilDone)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);

        var (report, stalled) = await new UntilDone(new ReportReader(system, TimeProvider.System), TimeProvider.System, StalledAfter).WaitAsync(cancellation);
        report = await AtRest.ReconciledAsync(system, report, "run", cancellation);
        if (settings.Report is not null)
            await File.WriteAllTextAsync(settings.Report, JsonSerializer.Serialize(report, ReportCommand.Json) + "\n", cancellation);
        Console.Out.WriteLine(Summary.Of(report));
        var verdict = ReportCommand.Verdict(report);
        if (verdict == ExitCodes.Done && stalled)
        {
            Console.Error.WriteLine($"Nothing moved for {StalledAfter.TotalMinutes:0} minutes, and {report.Total.InFlight} claims are still in flight. The logs in {settings.Data}/logs say why.");
            return ExitCodes.Stalled;
        }
        return verdict;
    }

    /// <summary>The samples come as a sender's, unless Ingest was told to make none.</summary>
    private static RunningSystem AsDemo(string data)
    {
        var system = RunningSystem.In(data);
        var key = Path.Combine(data, "senders", "demo");
        return File.Exists(key) ? system.As(File.ReadAllText(key).Trim()) : system;
    }

    private static async Task ImportAsync(RunningSystem system, string claims, CancellationToken cancellation)
    {
        var client = new ImportClient(system, TimeProvider.System);
        await using var content = claims == "-" ? Console.OpenStandardInput() : File.OpenRead(claims);
        // Personal data is not kept on disk to count it: what can be read only once has nothing to recognise a second run by, and what that repeats counts as duplicates.
        var id = content.CanSeek ? await ImportClient.IdOfAsync(claims, cancellation) : $"stdin-{Guid.NewGuid():N}";
        await client.ImportAsync(id, content, null, cancellation);
    }
}

using System.Collections.Concurrent;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Claims;

namespace ClaimsTransfer.OperationsConsole.Reconciliations;

/// <summary>
/// Reconciliations that people started here. One of a million claims takes a minute, and Payments stops when whoever asked goes away: so it is the console that waits for it,
/// and not the person's browser.
/// </summary>
public sealed partial class StartedReconciliations(IHttpClientFactory clients, ServiceUrls urls, AuditLog audit, IHostApplicationLifetime lifetime, ILogger<StartedReconciliations> log)
{
    public const string ClientName = "reconciliations";

    /// <summary>So long a person waits for the answer; what takes longer is looked up.</summary>
    private static readonly TimeSpan WaitedFor = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Task<ReconciliationRun?>> _underway = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Underway => [.. _underway.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="Replaying.NotPossibleException">One of that municipality is under way.</exception>
    public async Task<ReconciliationStarted?> StartAsync(Actor actor, string municipality, bool repair, bool acceptFewer, string why, CancellationToken cancellation)
    {
        if (!actor.Sees(municipality))
            return null;
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = RunAsync(begin.Task, actor, municipality, repair, acceptFewer, why);
        if (!_underway.TryAdd(municipality, run))
            throw new Replaying.NotPossibleException(OperationNotes.Reconciling(municipality));
        begin.SetResult();
        return await Task.WhenAny(run, Task.Delay(WaitedFor, cancellation)) == run ? new ReconciliationStarted(municipality, await run) : new ReconciliationStarted(municipality, null);
    }

    private async Task<ReconciliationRun?> RunAsync(Task begin, Actor actor, string municipality, bool repair, bool acceptFewer, string why)
    {
        await begin;
        var outcome = "not done: the console was stopped";
        try
        {
            var client = new ServiceClient(clients.CreateClient(ClientName), urls);
            var run = await client.PostAsync<ReconciliationRun>(
                "Payments", $"payments/reconciliations/{Uri.EscapeDataString(municipality)}?who={Uri.EscapeDataString(actor.Name)}{(repair ? "&repair=true" : "")}{(acceptFewer ? $"&acceptFewer={Uri.EscapeDataString(why)}" : "")}", null, lifetime.ApplicationStopping);
            outcome = run switch
            {
                null => "no such municipality",
                { Failure: { } failure } => Note.Write([AuditNotes.Failed, run.Why ?? Note.Quote(failure)]),
                _ => Note.Write([AuditNotes.Reconciled(run.Differences, run.Repaired)]),
            };
            return run;
        }
        catch (NotedException failure) when (failure is ServiceAwayException or ServiceRefusedException)
        {
            outcome = Note.Write([AuditNotes.NotDone, .. failure.Notes]);
            Log.NotDone(log, municipality, failure.Message);
            throw;
        }
        finally
        {
            _underway.TryRemove(municipality, out _);
            // It was done, whoever waits for it: also when the console is on its way down.
            await audit.AppendAsync(actor, new AuditedAction(acceptFewer ? "reconciliation.acceptFewer" : repair ? "reconciliation.repair" : "reconciliation.start", municipality, municipality, why, null, outcome), CancellationToken.None);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7301, LogLevel.Warning, "The reconciliation of {Municipality} was not done: {Reason}")]
        public static partial void NotDone(ILogger logger, string municipality, string reason);
    }
}

using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Report;

/// <summary>Reads the books of a running system.</summary>
public sealed class ReportReader(RunningSystem system, TimeProvider time)
{
    /// <summary>
    /// Routing before Ingest: a claim accepted between the two looks is then in flight; the other way round Routing would seem to have more than was accepted.
    /// </summary>
    /// <param name="live">Cheaper counters of Ingest, for a view that looks every second.</param>
    /// <remarks>The books are several, and one is written on while another is read: only what does not balance three times in a row is said not to.</remarks>
    public async Task<BooksReport> ReadAsync(bool live, CancellationToken cancellation)
    {
        for (var look = 1; ; look++)
        {
            var report = await LookAsync(live, fresh: false, cancellation);
            // Routing shares a look among those who ask; that nothing is under way is only believed of a look of our own.
            if (!live && report.AtRest)
                report = await LookAsync(live, fresh: true, cancellation);
            if (report.Identities.Hold || look == 3)
                return report;
            await Task.Delay(TimeSpan.FromMilliseconds(300), time, cancellation);
        }
    }

    private async Task<BooksReport> LookAsync(bool live, bool fresh, CancellationToken cancellation)
    {
        var ledgers = new Dictionary<string, LedgerFigures>(StringComparer.Ordinal);
        var fbs = new Dictionary<string, FbsFigures>(StringComparer.Ordinal);
        if (system.Endpoints.Sandbox is { Length: > 0 })
        {
            ledgers = await system.GetAsync<Dictionary<string, LedgerFigures>>("sandbox", "/sandbox/ledger/summary", cancellation) ?? ledgers;
            if (!live)
                fbs = await system.GetAsync<Dictionary<string, FbsFigures>>("sandbox", "/sandbox/fbs/summary", cancellation) ?? fbs;
        }

        // From the end of the way to its beginning: what is on its way between two looks is then seen as under way.
        var queues = live ? 0 : await QueuesAsync(cancellation);
        var payments = await BookAsync<PaymentsBook>("payments", fresh ? "/payments/accounting?fresh=true" : "/payments/accounting", cancellation);
        var routing = await BookAsync<RoutingBook>("routing", fresh ? "/routing/accounting?fresh=true" : "/routing/accounting", cancellation);
        var ingest = await BookAsync<IngestBook>("ingest", live ? "/ingest/accounting?live=true" : "/ingest/accounting", cancellation);
        return Balance.Of(new AllBooks(ingest, routing, payments, ledgers, fbs), queues, time.GetUtcNow(), amountsAsSubmitted: live);
    }

    private async Task<T> BookAsync<T>(string service, string path, CancellationToken cancellation)
        where T : class =>
        await system.GetAsync<T>(service, path, cancellation) ?? throw new CommandFailure(
            $"The service {service} has no {path.Split('?')[0]}.", "Is --url that of the whole system? Use --data DIR when the services run as processes of their own.");

    /// <summary>Messages that wait on any queue a service consumes, or that one of its instances has in hand.</summary>
    private async Task<long> QueuesAsync(CancellationToken cancellation)
    {
        long waiting = 0;
        foreach (var service in system.Endpoints.Services.Where(service => service.Name != "sandbox").DistinctBy(service => service.Url))
            waiting += (await system.GetAsync<Dictionary<string, long>>(service, "/queues", cancellation) ?? []).Values.Sum();
        return waiting;
    }
}

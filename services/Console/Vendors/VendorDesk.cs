using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Overview;

namespace ClaimsTransfer.OperationsConsole.Vendors;

/// <summary>How each vendor behaves, of what a person sees.</summary>
public sealed class VendorDesk(ServiceFigures figures, SenderFigures senders, Overview.Reconciliations reconciliations, Overviews overviews, ConsoleOptions options, TimeProvider time)
{
    private readonly ConductLimits _limits = ConductLimits.Of(options);

    public async Task<VendorsNow> ReadAsync(Actor actor, CancellationToken cancellation)
    {
        var (asked, said, reconciled) = (figures.ReadAsync(cancellation), senders.ReadAsync(cancellation), reconciliations.ReadAsync(cancellation));
        var now = await asked;
        var known = new ConductFigures(await overviews.FlowsAsync(actor, now, cancellation), now.Queues, (await said).Refusals, (await reconciled).Latest);
        AwayService?[] away = [.. now.Away, .. (await said).Away, (await reconciled).Away];
        return new VendorsNow(
            now.At, VendorConduct.Of(known, actor, _limits, time.GetUtcNow()), VendorConduct.OfOthers(known, actor, _limits, time.GetUtcNow()),
            [.. away.OfType<AwayService>().DistinctBy(service => service.Service)]);
    }
}

using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

public sealed partial class InstructionHandler
{
    /// <summary>Begins to serve a municipality while it runs, or begins anew with its changed entry: a pause, and what the debtor system was last known to be, are kept.</summary>
    public async Task<Lane> ServeAsync(Municipality municipality, CancellationToken cancellation)
    {
        await _log.MigrateAsync([municipality.Code], cancellation);
        var lane = NewLane(municipality);
        if ((await _log.LanesAsync(cancellation)).FirstOrDefault(row => row.Municipality == municipality.Code) is { } row)
            lane.Restore(row, _time.GetUtcNow());
        return _lanes[municipality.Code] = lane;
    }

    /// <summary>Serves it no more: what the log has of it stays there until it is back. What is settled is still told.</summary>
    public void Leave(string municipality) => _lanes.TryRemove(municipality, out _);

    private Lane NewLane(Municipality municipality) => new(municipality, _capabilities, _options);
}

using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Replaying;

namespace ClaimsTransfer.OperationsConsole.Municipalities;

/// <summary>Shows the municipalities, pauses and resumes their connectors, and applies a changed file. Each act is on record before it is done.</summary>
public sealed class MunicipalityDesk(ServiceFigures figures, Overviews overviews, IMunicipalities municipalities, MunicipalityChange change, ServiceClient client, IAuditTrail audit)
{
    public async Task<MunicipalityList> ListAsync(Actor actor, CancellationToken cancellation)
    {
        var now = await figures.ReadAsync(cancellation);
        var flows = await overviews.FlowsAsync(actor, now, cancellation);
        return new MunicipalityList([.. flows.Select(flow => (flow, known: municipalities.Find(flow.Code))).Where(pair => pair.known is not null)
            .Select(pair => MunicipalityView.Of(pair.known!, pair.flow))], now.Away);
    }

    /// <summary>Null: there is none, or it is not this person's to see.</summary>
    public async Task<(MunicipalityView Municipality, IReadOnlyList<AwayService> Away)?> FindAsync(Actor actor, string code, CancellationToken cancellation)
    {
        if (!actor.Sees(code) || municipalities.Find(code) is null)
            return null;
        var list = await ListAsync(actor, cancellation);
        return list.Municipalities.FirstOrDefault(municipality => municipality.Code == code) is { } found ? (found, list.Away) : null;
    }

    /// <summary>Its connector stops, or goes on, sending instructions; what it has sent already goes on. Null: there is no such municipality for this person.</summary>
    public async Task<ConnectorChanged?> SetPausedAsync(Actor actor, string code, bool paused, string why, CancellationToken cancellation)
    {
        if (!actor.Sees(code) || municipalities.Find(code) is not { } municipality)
            return null;
        var (action, vendor) = (paused ? "municipality.pause" : "municipality.resume", $"{municipality.Vendor}");
        // Refused before it is on record: a connector that is away has not been told anything.
        if (await LaneAsync(vendor, code, cancellation) is null)
            throw new NotPossibleException(OperationNotes.NotServed(vendor, municipality.Name, municipality.Stage.ToString()));
        await audit.RecordAsync(actor, action, $"municipality {code}", code, why, new { vendor }, "asked for", cancellation);
        try
        {
            await client.PostAsync<object>(vendor, $"connectors/{vendor}/municipalities/{code}/{(paused ? "pause" : "resume")}", null, cancellation);
        }
        catch (Exception failure) when (failure is ServiceAwayException or ServiceRefusedException)
        {
            await audit.RecordAsync(
                actor, action, $"municipality {code}", code, why, new { vendor, failure = failure.Message },
                failure is ServiceAwayException ? "not known: the connector could not be asked" : "refused", CancellationToken.None);
            throw;
        }

        figures.Forget();
        return new ConnectorChanged(code, paused, (await Asked.MaybeAsync(vendor, stop => LaneAsync(vendor, code, stop), cancellation)).Answer);
    }

    /// <summary>What a changed file would change.</summary>
    /// <exception cref="NotPossibleException">It changes municipalities that are not this person's.</exception>
    public MunicipalityPreview Preview(Actor actor, string yaml)
    {
        var preview = change.Preview(yaml);
        RefuseOthers(actor, preview.Diff);
        return preview;
    }

    /// <param name="token">The preview's: where somebody has changed the file since, nothing is applied.</param>
    public async Task<MunicipalityApplied> ApplyAsync(Actor actor, string yaml, string token, string why, CancellationToken cancellation)
    {
        var diff = Preview(actor, yaml).Diff;
        await audit.RecordAsync(actor, "municipalities.apply", "municipalities.yaml", null, why, Told(token, diff), "asked for", cancellation);
        var applied = await change.ApplyAsync(yaml, token, cancellation);
        await audit.RecordAsync(
            actor, "municipalities.apply", "municipalities.yaml", null, why, new { applied.Token, applied.Problem, kept = Path.GetFileName(applied.Kept), diff = Lines(applied.Diff) },
            $"{applied.Outcome}", CancellationToken.None);
        figures.Forget();
        return applied;
    }

    private async Task<ConnectorStanding?> LaneAsync(string vendor, string code, CancellationToken cancellation) =>
        (await client.GetAsync<IReadOnlyList<ConnectorStanding>>(vendor, $"connectors/{vendor}", cancellation))?.FirstOrDefault(lane => lane.Municipality == code);

    private static void RefuseOthers(Actor actor, MunicipalityDiff? diff)
    {
        if (actor.Municipalities is null || diff is null)
            return;
        var others = new[] { diff.Added, diff.Removed, diff.Changed }.SelectMany(some => some).Count(municipality => !actor.Sees(municipality.Code));
        if (others > 0)
            throw new NotPossibleException(OperationNotes.OthersMunicipalities(others));
    }

    private static object Told(string token, MunicipalityDiff? diff) => new { token, diff = Lines(diff) };

    /// <summary>Field by field, as a person reads it. Passwords in addresses are masked in the diff already.</summary>
    private static List<string> Lines(MunicipalityDiff? diff) => diff is null
        ? []
        : [.. new[] { ("added", diff.Added), ("removed", diff.Removed), ("changed", diff.Changed) }
            .SelectMany(part => part.Item2.Select(municipality => $"{part.Item1} {municipality.Code} {municipality.Name}: {string.Join(", ", municipality.Fields)}"))];
}

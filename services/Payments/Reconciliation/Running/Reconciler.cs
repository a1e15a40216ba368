using System.Collections.Concurrent;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Repairing;

namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>
/// Reconciles one municipality: both lists are laid down whole, then compared, then what is safe is repaired where that is asked for. A list that breaks off, or a crash, is a run
/// that failed and says why; it has no differences, and the lists are taken away.
/// </summary>
/// <param name="holder">Of leases: this process and no other.</param>
internal sealed partial class Reconciler(
    Runs runs, Leases leases, Staging staging, Comparison comparison, Differences differences, Repairs repairs, DebtorAccounts debtor, IUnmatchedPayments unmatched, IFbsOrders orders,
    ReconciliationOptions options, string holder, TimeProvider time, ILogger<Reconciler> log)
{
    private const int LongestFailure = 500;
    private readonly ConcurrentDictionary<string, bool> _running = new(StringComparer.Ordinal);

    /// <param name="repairedBy">Null: nothing is repaired.</param>
    /// <param name="accepted">FBS's list is right, however few claims it holds; null: it may be doubted.</param>
    /// <returns>Null: another reconciliation of this municipality is running.</returns>
    public async Task<ReconciliationRun?> RunAsync(
        Municipality municipality, IFbsClaims fbs, string who, string? repairedBy, CancellationToken cancellation, ListAccepted? accepted = null)
    {
        // The lease is the process's; within it a second one is kept out here.
        if (!_running.TryAdd(municipality.Code, true))
            return null;
        try
        {
            await using var held = await leases.HoldAsync(municipality.Code, holder, cancellation);
            if (held is null)
                return null;
            await AbandonAsync(municipality.Code, held.Fence, cancellation);
            var run = await runs.BeginAsync(municipality.Code, who, held.Fence, cancellation) with { Accepted = accepted };
            return await RunAloneAsync(run, municipality, fbs, repairedBy, held, cancellation);
        }
        catch (LeaseLostException)
        {
            // Before it had begun: the other one has.
            return null;
        }
        finally
        {
            _running.TryRemove(municipality.Code, out _);
        }
    }

    /// <summary>After a start: what earlier processes left of runs that they did not end.</summary>
    public async Task AbandonAsync(CancellationToken cancellation)
    {
        foreach (var municipality in (await runs.UnendedAsync(null, cancellation)).Select(run => run.Municipality).Distinct())
        {
            // Held by another instance it is not dead.
            if (!_running.TryAdd(municipality, true))
                continue;
            try
            {
                await using var held = await leases.HoldAsync(municipality, holder, cancellation);
                if (held is not null)
                    await AbandonAsync(municipality, held.Fence, cancellation);
            }
            finally
            {
                _running.TryRemove(municipality, out _);
            }
        }
    }

    private async Task AbandonAsync(string municipality, LeaseFence fence, CancellationToken cancellation)
    {
        foreach (var left in await runs.UnendedAsync(municipality, cancellation))
        {
            await staging.ClearAsync(left.Number, fence, cancellation);
            await differences.ClearAsync(left.Number, fence, cancellation);
            await runs.EndAsync(left.Failed(ReconciliationNotes.CutOff) with { EndedAt = time.GetUtcNow() }, isCompared: false, fence, cancellation);
        }
    }

    private async Task<ReconciliationRun> RunAloneAsync(
        ReconciliationRun run, Municipality municipality, IFbsClaims fbs, string? repairedBy, Held held, CancellationToken cancellation)
    {
        var isCompared = false;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, cancellation);
            await StageAsync(run, municipality, fbs, held.Fence, either.Token);
            run = await CompareAsync(run, fbs.IsByPatron, held.Fence, either.Token);
            isCompared = true;
            if (repairedBy is not null)
                await repairs.RunAsync(run, repairedBy, held.Fence, either.Token);
        }
        catch (Exception failure)
        {
            run = run.Failed(WhyOf(run, failure, isCompared, held)) with { Doubt = (failure as ListDoubted)?.Doubt };
        }

        try
        {
            // Also after a stop: what is written down here is what others wait for, and what is taken away would lie about for ever.
            await staging.ClearAsync(run.Number, held.Fence, CancellationToken.None);
            if (!isCompared)
                await differences.ClearAsync(run.Number, held.Fence, CancellationToken.None);
            var repaired = repairedBy is null ? 0 : await differences.RepairedAsync(run.Number, CancellationToken.None);
            run = run with { EndedAt = time.GetUtcNow(), Repaired = repaired };
            await runs.EndAsync(run, isCompared, held.Fence, CancellationToken.None);
            return run;
        }
        catch (LeaseLostException)
        {
            // Whoever has it now has taken away what this run laid down, and written that it was cut off.
            return run.Failed(ReconciliationNotes.LeaseLost);
        }
    }

    private Note WhyOf(ReconciliationRun run, Exception failure, bool isCompared, Held held)
    {
        switch (failure)
        {
            case ReadingFailed:
                Log.ListFailed(log, run.Municipality, failure.Message);
                return ReconciliationNotes.NotRead(PersonalData.Mask(failure.Message, LongestFailure));
            case LeaseLostException:
            case OperationCanceledException when held.Lost.IsCancellationRequested:
                if (held.Failure is not null)
                    Log.NotKept(log, held.Failure, run.Municipality);
                return ReconciliationNotes.LeaseLost;
            case OperationCanceledException:
                return ReconciliationNotes.Stopped;
            default:
                Log.RunFailed(log, failure, run.Municipality);
                return isCompared ? ReconciliationNotes.NotRepaired(failure.GetType().Name) : ReconciliationNotes.NotDone(failure.GetType().Name);
        }
    }

    private async Task StageAsync(ReconciliationRun run, Municipality municipality, IFbsClaims fbs, LeaseFence fence, CancellationToken cancellation)
    {
        await foreach (var page in fbs.ReadAsync(municipality.Code, cancellation))
            await staging.AddAsync(run.Number, page, fence, cancellation);
        if (run.Accepted is null && await DoubtAsync(run, cancellation) is { } doubt)
            throw new ListDoubted(doubt);

        await foreach (var page in debtor.ReadAsync(municipality, cancellation))
            await staging.AddAsync(run.Number, page, fence, cancellation);
    }

    /// <summary>Before the other list is asked for, which takes the debtor system longer.</summary>
    private async Task<ListDoubt?> DoubtAsync(ReconciliationRun run, CancellationToken cancellation)
    {
        var totals = await comparison.TotalsAsync(run.Number, run.Municipality, cancellation);
        return ListDoubt.Of(totals.Fbs.Claims, (await runs.LastDoneAsync(run.Municipality, cancellation))?.Fbs.Claims, totals.Ours.Claims);
    }

    private async Task<ReconciliationRun> CompareAsync(ReconciliationRun run, bool byPatron, LeaseFence fence, CancellationToken cancellation)
    {
        var lateFrom = (run.StartedAt - options.LateAfter).ToUnixTimeMilliseconds();
        var lateUntil = (time.GetUtcNow() + TheirClock.MostAhead).ToUnixTimeMilliseconds();
        var counts = new SortedDictionary<Cause, long>();
        long number = 0, oursDiffer = 0;
        var totals = await comparison.TotalsAsync(run.Number, run.Municipality, cancellation);
        await foreach (var page in comparison.DifferAsync(run.Number, run.Municipality, byPatron, Differences.PageSize, cancellation))
        {
            var ids = page.Select(claim => ClaimId(run.Municipality, claim)).ToList();
            var open = await orders.UnconfirmedAsync(ids, cancellation);
            var judged = page.Select((claim, i) => (Claim: claim, Id: ids[i], Verdict: Judgement.Of(claim, lateFrom, lateUntil, open.Contains(ids[i])))).Where(line => line.Verdict is not null).ToList();
            oursDiffer += judged.Count(line => line.Claim.IsAcknowledged);
            await AddAsync([.. judged.Select(line => Line(run, line.Claim, line.Id, line.Verdict!))]);
        }

        await foreach (var page in unmatched.OpenAsync(run.Municipality, cancellation))
        {
            await AddAsync([.. page.Select(payment => new Difference(
                payment.Id, run.Municipality, null, null, payment.Reference is null ? null : PersonalText.Shown(payment.Reference), null, null, null, payment.AmountOre,
                Cause.UnmatchedPayment, null, DateTimeOffset.FromUnixTimeMilliseconds(payment.SinceAt), SuggestedAction.MatchPayment, false, null))]);
        }

        return run with
        {
            Fbs = totals.Fbs, Ours = totals.Ours, Debtor = totals.Debtor, Agreeing = Math.Max(0, totals.Ours.Acknowledged - oursDiffer), Differences = number, ByCause = counts,
        };

        async Task AddAsync(List<Difference> found)
        {
            if (found.Count == 0)
                return;
            var seen = await differences.SeenAsync(run.Municipality, found.ConvertAll(line => line.ClaimId), cancellation);
            for (var i = 0; i < found.Count; i++)
            {
                var line = found[i];
                counts[line.Cause] = counts.GetValueOrDefault(line.Cause) + 1;
                var since = seen.TryGetValue((line.ClaimId, line.WouldBe ?? line.Cause), out var at) && at < line.Since.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(at) : line.Since;
                found[i] = line with { Number = ++number, Since = since };
            }

            await differences.AddAsync(run.Number, found, fence, cancellation);
        }
    }

    private static Difference Line(ReconciliationRun run, Standing claim, Guid id, Verdict verdict)
    {
        var isNamed = claim.FeeId != DebtorClaim.NoFee;
        return new Difference(
            id, run.Municipality, isNamed ? claim.Agency : null, isNamed ? claim.FeeId : null, isNamed ? $"{claim.Agency}-{claim.FeeId}" : claim.Agency,
            claim.FbsOre, claim.OursOre, claim.DebtorOre, claim.StrayOre == 0 ? null : claim.StrayOre, verdict.Cause, verdict.WouldBe, run.StartedAt, verdict.Action, verdict.IsSafe, null)
        { Version = claim.Version };
    }

    private static Guid ClaimId(string municipality, Standing claim) => claim.FeeId == DebtorClaim.NoFee
        ? DeterministicId.Of(DeterministicId.ClaimsTransfer, $"debtor-reference/{municipality}/{claim.Agency}")
        : DeterministicId.OfClaim(claim.Agency, claim.FeeId);

    private static partial class Log
    {
        [LoggerMessage(4303, LogLevel.Error, "The lease on municipality {Municipality}'s reconciliation could not be renewed")]
        public static partial void NotKept(ILogger logger, Exception failure, string municipality);

        [LoggerMessage(4301, LogLevel.Warning, "Municipality {Municipality} was not reconciled: {Reason}")]
        public static partial void ListFailed(ILogger logger, string municipality, string reason);

        [LoggerMessage(4302, LogLevel.Error, "The reconciliation of municipality {Municipality} failed")]
        public static partial void RunFailed(ILogger logger, Exception failure, string municipality);
    }
}

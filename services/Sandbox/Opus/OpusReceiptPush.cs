using System.Collections.Concurrent;
using System.Xml.Linq;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;

namespace ClaimsTransfer.Sandbox.Opus;

/// <summary>Brings business receipts to the caller's address, again and again until it answers 200. They stand in the ledger's outbox until then.</summary>
internal sealed partial class OpusReceiptPush(
    DebtorLedger ledger, ReceiptOutbox outbox, FaultControl faults, OpusCallbacks callbacks, ILogger<OpusReceiptPush> log) : BackgroundService
{
    private const int MostPerRound = 2_000;
    private const int MostPerCall = 100;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan WhileDown = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, int> failures = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim wake = new(0, 1);

    /// <summary>There may be something to bring.</summary>
    public void Wake()
    {
        if (wake.CurrentCount > 0)
            return;
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it in the same moment.
        }
    }

    /// <summary>A municipality's newest address: after a restart on another port older receipts are brought there too.</summary>
    public void Learn(string municipality, string replyTo)
    {
        if (callbacks.Learn(municipality, replyTo))
            failures.TryRemove(municipality, out _);
    }

    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var brought = 0;
            try
            {
                brought = await PushDueAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.Failed(log, failure.GetType().Name);
            }

            if (brought < MostPerRound)
                await wake.WaitAsync(Idle, stoppingToken);
        }
    }

    /// <returns>How many receipts were due.</returns>
    private async Task<int> PushDueAsync(CancellationToken cancellation)
    {
        var due = await outbox.DueAsync(Vendor.KmdOpus, MostPerRound, cancellation);
        var calls = due.GroupBy(receipt => receipt.Municipality, StringComparer.Ordinal)
            .SelectMany(group => group.Chunk(MostPerCall).Select(some => (Municipality: group.Key, Receipts: some)));
        await Parallel.ForEachAsync(calls, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellation },
            async (call, token) => await BringAsync(call.Municipality, call.Receipts, token));
        return due.Count;
    }

    private async Task BringAsync(string municipality, Decision[] receipts, CancellationToken cancellation)
    {
        if (faults.Plan.Down.Contains(municipality))
        {
            await outbox.PostponeAsync(receipts, WhileDown, cancellation);
            return;
        }

        // Asked once: were the fault lifted while they are sent, nonsense would count as brought.
        var poisoned = receipts.Where(ledger.IsPoisoned).ToHashSet();
        var address = callbacks.AddressOf(municipality) ?? receipts[0].ReplyTo!;
        if (await SendAsync(municipality, address, receipts, poisoned, cancellation) is { } failure)
        {
            var times = failures.AddOrUpdate(municipality, 1, static (_, count) => count + 1);
            var delay = TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, Math.Min(times, 20)), LongestDelay.TotalMilliseconds));
            Log.NotBrought(log, municipality, receipts.Length, failure, delay.TotalSeconds);
            await outbox.PostponeAsync(receipts, delay, cancellation);
            return;
        }

        failures.TryRemove(municipality, out _);
        var doubled = receipts.Where(receipt => faults.DoublesReceipt(receipt.InstructionId)).ToArray();
        if (doubled.Length > 0)
            await SendAsync(municipality, address, doubled, poisoned, cancellation);
        await outbox.PostponeAsync(poisoned, DebtorLedger.WhilePoisoned, cancellation);
        await outbox.TakeOffAsync([.. receipts.Except(poisoned)], cancellation);
    }

    /// <returns>Null when they were taken; else why not.</returns>
    private Task<string?> SendAsync(string municipality, string address, Decision[] receipts, HashSet<Decision> poisoned, CancellationToken cancellation) => callbacks.SendAsync(
        municipality, address, new XElement(OpusXml.Debtor + "Forretningskvitteringer", receipts.Select(receipt => DocumentOf(receipt, poisoned.Contains(receipt)))), cancellation);

    private XElement DocumentOf(Decision receipt, bool isPoisoned) => isPoisoned
        ? OpusDocuments.NonsenseReceipt(receipt, faults.IsWildNonsense(receipt.InstructionId))
        : OpusDocuments.BusinessReceipt(receipt);

    private static partial class Log
    {
        [LoggerMessage(7101, LogLevel.Warning, "{Municipality}: {Count} receipts were not taken ({Reason}); they are brought again in {Seconds} s")]
        public static partial void NotBrought(ILogger log, string municipality, int count, string reason, double seconds);

        [LoggerMessage(7102, LogLevel.Warning, "Bringing receipts failed ({Failure}); tried again soon")]
        public static partial void Failed(ILogger log, string failure);
    }
}

using System.Data.Common;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>
/// Who may do what only one may at a time. A holder that died lets go when its time is out. Each taking has a number of its own, higher than any before: what is written under a
/// lease is written in one transaction with a look whether its number still stands, so that who slept past its end writes nothing more.
/// </summary>
internal sealed class Leases(IStore store, TimeProvider time)
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(2);

    /// <returns>The number it was taken under; null: another has it.</returns>
    public Task<long?> TryTakeAsync(string name, string owner, CancellationToken cancellation) => store.InTransactionAsync<long?>(async transaction =>
    {
        var now = time.GetUtcNow();
        var until = (now + Length).ToUnixTimeMilliseconds();
        var taken = await transaction.Connection!.ExecuteAsync(
            store.Sql("UPDATE payments.reconciliation_leases SET owner = @owner, until_at = @until, fence = fence + 1 WHERE name = @name AND (owner = @owner OR until_at <= @now)"),
            new { name, owner, until, now = now.ToUnixTimeMilliseconds() }, transaction);
        if (taken == 1)
            return await transaction.Connection!.ExecuteScalarAsync<long>(store.Sql("SELECT fence FROM payments.reconciliation_leases WHERE name = @name"), new { name }, transaction);
        return (await store.InsertNewAsync(transaction, ReconciliationSchema.Leases, [[name, owner, until, null, 1L]], cancellation)).Count == 1 ? 1 : null;
    }, cancellation);

    /// <summary>Keeps it for longer; false: another has taken it.</summary>
    public Task<bool> KeepAsync(LeaseFence fence, CancellationToken cancellation) => store.InTransactionAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync(
            store.Sql("UPDATE payments.reconciliation_leases SET until_at = @until WHERE name = @Name AND fence = @Number"),
            new { fence.Name, fence.Number, until = (time.GetUtcNow() + Length).ToUnixTimeMilliseconds() }, transaction) == 1, cancellation);

    /// <summary>Takes it and keeps it until it is disposed of; null: another has it.</summary>
    public async Task<Held?> HoldAsync(string name, string owner, CancellationToken cancellation) =>
        await TryTakeAsync(name, owner, cancellation) is { } number ? new Held(this, new LeaseFence(name, number), time) : null;

    public Task ReleaseAsync(LeaseFence fence, CancellationToken cancellation) => store.InTransactionAsync(transaction => transaction.Connection!.ExecuteAsync(
        store.Sql("UPDATE payments.reconciliation_leases SET until_at = 0 WHERE name = @Name AND fence = @Number"), new { fence.Name, fence.Number }, transaction), cancellation);

    /// <summary>The last day that was done under it; null: none.</summary>
    public async Task<string?> DayAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            store.Sql("SELECT day FROM payments.reconciliation_leases WHERE name = @name"), new { name }, cancellationToken: cancellation));
    }

    /// <exception cref="LeaseLostException">Another has taken it.</exception>
    public Task SetDayAsync(LeaseFence fence, string day, CancellationToken cancellation) => store.UnderAsync(fence, transaction =>
        transaction.Connection!.ExecuteAsync(
            store.Sql("UPDATE payments.reconciliation_leases SET day = @day WHERE name = @Name"), new { fence.Name, day }, transaction), cancellation);

    /// <summary>Before something is sent under it.</summary>
    /// <exception cref="LeaseLostException">Another has taken it.</exception>
    public Task RequireAsync(LeaseFence fence, CancellationToken cancellation) => store.UnderAsync(fence, _ => Task.FromResult(true), cancellation);
}

/// <summary>Which taking of which lease something is done under.</summary>
internal sealed record LeaseFence(string Name, long Number);

internal static class FencedWrites
{
    /// <summary>A transaction in which nobody takes the lease before it is committed.</summary>
    /// <exception cref="LeaseLostException">Another has taken it; nothing is written.</exception>
    public static Task<T> UnderAsync<T>(
        this IStore store, LeaseFence fence, Func<DbTransaction, Task<T>> work, CancellationToken cancellation) => store.InTransactionAsync(async transaction =>
    {
        var stands = await transaction.Connection!.ExecuteAsync(
            store.Sql("UPDATE payments.reconciliation_leases SET fence = fence WHERE name = @Name AND fence = @Number"),
            new { fence.Name, fence.Number }, transaction);
        return stands == 1 ? await work(transaction) : throw new LeaseLostException(fence.Name);
    }, cancellation);
}

/// <summary>Somebody else does it by now.</summary>
internal sealed class LeaseLostException(string name) : Exception($"The lease '{name}' has been taken by another: nothing is written under it any more.");

/// <summary>A lease that is renewed while somebody works under it, however long one statement takes.</summary>
internal sealed class Held : IAsyncDisposable
{
    private readonly Leases _leases;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _keeping;

    public Held(Leases leases, LeaseFence fence, TimeProvider time)
    {
        (_leases, Fence, _time) = (leases, fence, time);
        _keeping = KeepAsync();
    }

    public LeaseFence Fence { get; }

    /// <summary>Why it could not be renewed; null: it could, or another has it.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Cancelled when it could not be kept: another may have it now.</summary>
    public CancellationToken Lost => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _keeping;
        if (!_lost.IsCancellationRequested)
            await _leases.ReleaseAsync(Fence, CancellationToken.None);
        _done.Dispose();
        _lost.Dispose();
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(Leases.Length / 5, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                if (await _leases.KeepAsync(Fence, _done.Token))
                    continue;
                await _lost.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (_done.IsCancellationRequested)
        {
            // The work is done; so is this.
        }
        catch (Exception failure)
        {
            // Whatever kept the store from it: a lease that is not renewed ends, and what is done under it with it.
            Failure = failure;
            await _lost.CancelAsync();
        }
    }
}

using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using Dapper;

namespace ClaimsTransfer.Payments.Reconciliation.Running;

/// <summary>
/// Who may do what only one may at a time. A holder that died lets go when its time is out; the same instance, started again, need not wait for itself.
/// </summary>
internal sealed class Leases(IStore store, TimeProvider time)
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    /// <summary>Takes it, or keeps it for longer.</summary>
    /// <returns>False: another has it.</returns>
    public Task<bool> TryTakeAsync(string name, string owner, CancellationToken cancellation) => store.InTransactionAsync(async transaction =>
    {
        var now = time.GetUtcNow();
        var until = (now + Length).ToUnixTimeMilliseconds();
        var taken = await transaction.Connection!.ExecuteAsync(
            store.Sql("UPDATE payments.reconciliation_leases SET owner = @owner, until_at = @until WHERE name = @name AND (owner = @owner OR until_at <= @now)"),
            new { name, owner, until, now = now.ToUnixTimeMilliseconds() }, transaction);
        return taken == 1 || (await store.InsertNewAsync(transaction, ReconciliationSchema.Leases, [[name, owner, until, null]], cancellation)).Count == 1;
    }, cancellation);

    /// <summary>Takes it and keeps it until it is disposed of; null: another has it.</summary>
    public async Task<Held?> HoldAsync(string name, string owner, CancellationToken cancellation) =>
        await TryTakeAsync(name, owner, cancellation) ? new Held(this, name, owner, time) : null;

    public Task ReleaseAsync(string name, string owner, CancellationToken cancellation) => store.InTransactionAsync(transaction => transaction.Connection!.ExecuteAsync(
        store.Sql("UPDATE payments.reconciliation_leases SET until_at = 0 WHERE name = @name AND owner = @owner"), new { name, owner }, transaction), cancellation);

    /// <summary>The last day that was done under it; null: none.</summary>
    public async Task<string?> DayAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            store.Sql("SELECT day FROM payments.reconciliation_leases WHERE name = @name"), new { name }, cancellationToken: cancellation));
    }

    public Task SetDayAsync(string name, string owner, string day, CancellationToken cancellation) => store.InTransactionAsync(transaction => transaction.Connection!.ExecuteAsync(
        store.Sql("UPDATE payments.reconciliation_leases SET day = @day WHERE name = @name AND owner = @owner"), new { name, owner, day }, transaction), cancellation);
}

/// <summary>A lease that is renewed while somebody works under it, however long one statement takes.</summary>
internal sealed class Held : IAsyncDisposable
{
    private readonly Leases _leases;
    private readonly string _name;
    private readonly string _owner;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _keeping;

    public Held(Leases leases, string name, string owner, TimeProvider time)
    {
        (_leases, _name, _owner, _time) = (leases, name, owner, time);
        _keeping = KeepAsync();
    }

    /// <summary>Cancelled when it could not be kept: another may have it now.</summary>
    public CancellationToken Lost => _lost.Token;

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _keeping;
        if (!_lost.IsCancellationRequested)
            await _leases.ReleaseAsync(_name, _owner, CancellationToken.None);
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
                if (await _leases.TryTakeAsync(_name, _owner, _done.Token))
                    continue;
                await _lost.CancelAsync();
                return;
            }
        }
        catch (OperationCanceledException) when (_done.IsCancellationRequested)
        {
            // The work is done; so is this.
        }
        catch (TransientException)
        {
            // A store that does not take a renewal takes nothing of the work either.
            await _lost.CancelAsync();
        }
    }
}

using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using Dapper;

namespace ClaimsTransfer.Payments.ToFbs;

/// <summary>The claims that FBS is still to confirm as paid: a difference on one of them may be no more than that.</summary>
internal sealed class UnconfirmedOrders(IStore store) : IFbsOrders
{
    public async Task<IReadOnlySet<Guid>> UnconfirmedAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        if (claimIds.Count == 0)
            return new HashSet<Guid>();
        await using var connection = await store.OpenAsync(cancellation);
        return (await connection.QueryAsync<Guid>(new CommandDefinition(
            store.Sql($"SELECT claim_id FROM payments.orders WHERE state = 'Pending' AND {store.In("claim_id", "ids")}"),
            new { ids = store.List(claimIds) }, cancellationToken: cancellation))).ToHashSet();
    }
}

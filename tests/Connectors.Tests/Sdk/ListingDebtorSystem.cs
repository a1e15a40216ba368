using ClaimsTransfer.ConnectorSdk;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>A debtor system that lists what it holds, as the test says.</summary>
internal sealed class ListingDebtorSystem : IConnector, IAccountExtract
{
    public ConnectorCapabilities Capabilities { get; } = new("Prisme", 100, null);

    public Func<CancellationToken, IAsyncEnumerable<DebtorAccount>> Accounts { get; set; } = _ => AsyncEnumerable.Empty<DebtorAccount>();

    public DebtorSystem? Asked { get; private set; }

    public Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Submitted>>([.. instructions.Select(_ => new Submitted.Accepted(null, null))]);

    public Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Found>>([.. instructions.Select(_ => new Found.NotThere())]);

    public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) => Task.FromResult(new ReadBack([], cursor));

    public IAsyncEnumerable<DebtorAccount> ExtractAsync(DebtorSystem system, CancellationToken cancellation)
    {
        Asked = system;
        return Accounts(cancellation);
    }
}

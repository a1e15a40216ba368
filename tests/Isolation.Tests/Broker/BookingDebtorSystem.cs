using System.Collections.Concurrent;
using ClaimsTransfer.ConnectorSdk;

namespace ClaimsTransfer.Isolation.Tests.Broker;

/// <summary>A debtor system that takes every instruction, once, and books what the test says.</summary>
internal sealed class BookingDebtorSystem : IConnector
{
    public ConnectorCapabilities Capabilities => new("KmdOpus", 50, null);

    public ConcurrentDictionary<Guid, Instruction> Booked { get; } = new();

    public Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Submitted>>([.. instructions.Select(Book)]);

    public Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Found>>([.. instructions.Select(instruction => Booked.ContainsKey(instruction.Id) ? (Found)new Found.Done(Of(instruction), null) : new Found.NotThere())]);

    public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) => Task.FromResult(new ReadBack([], cursor));

    private Submitted Book(Instruction instruction)
    {
        Booked[instruction.Id] = instruction;
        return new Submitted.Accepted(Of(instruction), null);
    }

    private static string Of(Instruction instruction) => $"KMD-{instruction.FeeId}";
}

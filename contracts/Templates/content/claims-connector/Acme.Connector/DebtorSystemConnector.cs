using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Hosting;

namespace Acme.Connector;

/// <summary>
/// The four members of a connector. It keeps no state, draws no ids and logs no identity: queues, order, batches, limits, retries and the question before a second sending are
/// the SDK's.
/// </summary>
public sealed class DebtorSystemConnector(DebtorSystemClient client) : IConnector
{
    /// <summary>As <c>municipalities.yaml</c> calls the debtor system.</summary>
    public const string Vendor = "VENDOR-NAME";

    // VENDOR: how many instructions one call takes, how often there may be something to read (null: never, the system pushes), and opening hours, if it has any.
    public ConnectorCapabilities Capabilities { get; } = new(Vendor, BatchSize: 20, ReadInterval: TimeSpan.FromSeconds(1));

    // VENDOR: this debtor system takes one instruction a call, and they are of different claims: all calls of a batch go side by side. One that takes a batch is called once.
    public async Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
        await Task.WhenAll(instructions.Select(instruction => client.SendAsync(system, instruction, cancellation)));

    public async Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
        await Task.WhenAll(instructions.Select(instruction => client.FindAsync(system, instruction, cancellation)));

    public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) => client.ReadAsync(system, cursor, cancellation);
}

public static class DebtorSystemExtensions
{
    public static IHostApplicationBuilder AddDebtorSystem(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<DebtorSystemClient>();
        return builder.AddConnector<DebtorSystemConnector>(DebtorSystemConnector.Vendor);
    }
}

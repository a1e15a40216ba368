using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using Microsoft.AspNetCore.Builder;

namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>A debtor system that has done everything at once, on the real SDK: both sides spend the same on the debtor system, which is nothing.</summary>
internal sealed class AcceptingConnector : IConnector
{
    public const string Command = "connector";

    public ConnectorCapabilities Capabilities { get; } = new(nameof(Vendor.OesIndsigt), BatchSize: 200, ReadInterval: null);

    public Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Submitted>>([.. instructions.Select(instruction => new Submitted.Accepted($"D-{instruction.Reference}", $"R-{instruction.Reference}"))]);

    public Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Found>>([.. instructions.Select(instruction => new Found.Done($"D-{instruction.Reference}", $"R-{instruction.Reference}"))]);

    public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) => Task.FromResult(new ReadBack([], cursor));

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddConnector<AcceptingConnector>(nameof(Vendor.OesIndsigt), (_, _) => new Uri("http://127.0.0.1"));
        var app = builder.Build();
        app.MapDefaults();
        await app.RunAsync();
        return 0;
    }
}

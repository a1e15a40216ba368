using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Prisme.Transport;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Prisme;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

/// <summary>The connector and the stand-in, a folder between them.</summary>
internal sealed class PrismeBench : IAsyncDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("claims-prisme-test-").FullName;
    private readonly Stores stores;
    private readonly PrismeStandIn standIn;

    private PrismeBench(string faults, PrismeOptions options, string[] municipalities)
    {
        Options = options;
        stores = new Stores(new Installation { Data = data });
        Faults = new FaultControl(FaultPlan.Parse(faults));
        var store = stores.Open("sandbox");
        Ledger = new DebtorLedger(store, Faults, TimeProvider.System);
        standIn = new PrismeStandIn(
            Root, () => municipalities, Ledger, new ReceiptOutbox(store, TimeProvider.System), Faults, TimeProvider.System, NullLogger<PrismeStandIn>.Instance);
        Connector = new PrismeConnector(options, new FileTransports(options), TimeProvider.System, Log);
    }

    public string Root => Path.Combine(data, "prisme");

    public PrismeOptions Options { get; }

    public FaultControl Faults { get; }

    public DebtorLedger Ledger { get; }

    public PrismeConnector Connector { get; }

    public KeptLog<PrismeConnector> Log { get; } = new();

    public static async Task<PrismeBench> StartAsync(string faults = "", PrismeOptions? options = null, params string[] municipalities)
    {
        var bench = new PrismeBench(faults, options ?? new PrismeOptions(), municipalities is [] ? ["0101"] : municipalities);
        await bench.Ledger.OpenAsync(CancellationToken.None);
        await bench.StartStandInAsync();
        return bench;
    }

    public Task StartStandInAsync() => standIn.StartAsync(CancellationToken.None);

    public Task StopStandInAsync() => standIn.StopAsync(CancellationToken.None);

    public DebtorSystem System(string municipality = "0101") => new(municipality, "64942212", new Uri(Path.Combine(Root, municipality)), false);

    public string Folder(string name, string municipality = "0101") => Path.Combine(Root, municipality, name);

    /// <summary>Reads until there is a receipt for each of the instructions, as the SDK does: the cursor comes back after the receipts took effect.</summary>
    public async Task<List<Receipt>> ReceiptsAsync(DebtorSystem system, int instructions)
    {
        var receipts = new List<Receipt>();
        string? cursor = null;
        return await Eventually.GetAsync($"receipts for {instructions} instructions", async () =>
        {
            ReadBack read;
            do
            {
                read = await Connector.ReadAsync(system, cursor, CancellationToken.None);
                receipts.AddRange(read.Receipts);
                cursor = read.Cursor;
            }
            while (read.More);

            return receipts.DistinctBy(r => r.InstructionId).Count() >= instructions ? receipts : null;
        });
    }

    public Task<ReadBack> ReadAsync(string? cursor = null) => Connector.ReadAsync(System(), cursor, CancellationToken.None);

    /// <summary>Leaves a file in <c>ud</c> as Prisme does: whole before it gets its name.</summary>
    public async Task LeaveAsync(string name, ReadOnlyMemory<byte> content)
    {
        var temporary = Path.Combine(Folder("ud"), name + ".tmp");
        await File.WriteAllBytesAsync(temporary, content.ToArray());
        File.Move(temporary, Path.Combine(Folder("ud"), name), overwrite: true);
    }

    public string[] Lying(string folder) => [.. Directory.GetFiles(Folder(folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public Task<IReadOnlyList<Submitted>> SubmitAsync(IReadOnlyList<Instruction> instructions, DebtorSystem? system = null) =>
        Connector.SubmitAsync(system ?? System(), instructions, CancellationToken.None);

    public Task<IReadOnlyList<Found>> FindAsync(IReadOnlyList<Instruction> instructions, DebtorSystem? system = null) =>
        Connector.FindAsync(system ?? System(), instructions, CancellationToken.None);

    public async Task<List<LedgerClaim>> BookedAsync()
    {
        var claims = new List<LedgerClaim>();
        await foreach (var claim in Ledger.ReadAsync(null, CancellationToken.None))
            claims.Add(claim);
        return claims;
    }

    public async ValueTask DisposeAsync()
    {
        await StopStandInAsync();
        standIn.Dispose();
        await stores.DisposeAsync();
        Directory.Delete(data, recursive: true);
    }
}

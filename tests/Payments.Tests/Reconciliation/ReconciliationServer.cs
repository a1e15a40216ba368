using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Reconciliation;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Repairing;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Payments.Tests.Reconciliation;

/// <summary>Reconciliation as a service on a real Kestrel, with the embedded broker and store in a folder of its own.</summary>
internal sealed class ReconciliationServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WebApplication _app;

    private ReconciliationServer(OtherSystems others, Action<OtherSystems> prepare)
    {
        Others = others;
        prepare(others);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([
            new("CLAIMS_DATA", Folder), new("CLAIMS_LOG", "file"), new("CLAIMS_BROKER", "embedded"), new("CLAIMS_STORE", "embedded"),
            new("Payments:Connectors:All", others.Url), new("Payments:FbsOpenClaims", others.Url + "/open-claims/{municipality}"), new("Payments:ReconcileAt", ""),
        ]);
        builder.AddDefaults("payments");
        builder.AddReconciliation();
        var neighbours = new Neighbours();
        builder.Services.AddSingleton<IUnmatchedPayments>(neighbours).AddSingleton<IFbsOrders>(neighbours).AddSingleton<IToldFbs>(neighbours);
        _app = builder.Build();
        _app.MapDefaults();
        _app.MapReconciliation();
    }

    public OtherSystems Others { get; }

    public string Folder => _folder.Path;

    public string Url => _app.Urls.First();

    public HttpClient Client { get; private set; } = null!;

    public IStore Store => _app.Services.GetRequiredService<IStores>().Open("payments");

    public static async Task<ReconciliationServer> StartAsync(IReadOnlyList<object?[]> accounts, Action<OtherSystems> prepare)
    {
        var server = new ReconciliationServer(await OtherSystems.StartAsync(), prepare);
        await server.Store.MigrateAsync(PaymentsSchema.Migrations, default);
        await server.Store.InTransactionAsync(async transaction =>
        {
            await server.Store.InsertAsync(transaction, PaymentsSchema.Accounts, accounts, default);
            return true;
        }, default);
        await server._app.StartAsync();
        server.Client = new HttpClient(server._app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(server.Url) };
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Others.DisposeAsync();
        _folder.Dispose();
    }
}

using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Connectors.Tests.Prisme;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OesIndsigt;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Indsigt;
using ClaimsTransfer.Sandbox.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Connectors.Tests.Indsigt;

/// <summary>The connector and the stand-in on a real Kestrel on loopback.</summary>
internal sealed class IndsigtBench : IAsyncDisposable
{
    private readonly string _data;
    private readonly Stores _stores;
    private readonly WebApplication _app;
    private readonly ServiceProvider _clients = new ServiceCollection().AddHttpClient().BuildServiceProvider();

    private IndsigtBench(string data, Stores stores, WebApplication app, FaultControl faults, DebtorLedger ledger)
    {
        (_data, _stores, _app, Faults, Ledger) = (data, stores, app, faults, ledger);
        Connector = ConnectorWith(new IndsigtOptions());
    }

    public FaultControl Faults { get; }

    public DebtorLedger Ledger { get; }

    public IndsigtConnector Connector { get; }

    public KeptLog<IndsigtConnector> Log { get; } = new();

    public DebtorSystem System => new("0376", "29188475", new Uri($"{_app.Urls.First()}/sandbox/indsigt/0376"), false);

    public IndsigtConnector ConnectorWith(IndsigtOptions options) => new(_clients.GetRequiredService<IHttpClientFactory>(), options, TimeProvider.System, Log);

    /// <param name="before">Answers a call in the stand-in's place, or passes it on.</param>
    public static async Task<IndsigtBench> StartAsync(string faults = "", Func<HttpContext, Func<Task>, Task>? before = null)
    {
        var data = Directory.CreateTempSubdirectory("claims-indsigt-test-").FullName;
        var stores = new Stores(new Installation { Data = data });
        var control = new FaultControl(FaultPlan.Parse(faults));
        var ledger = new DebtorLedger(stores.Open("sandbox"), control, TimeProvider.System);
        await ledger.OpenAsync(CancellationToken.None);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(control).AddSingleton(ledger).AddSingleton(TimeProvider.System);
        builder.Services.AddRouting(o => o.SetParameterPolicy<Microsoft.AspNetCore.Routing.Constraints.RegexInlineRouteConstraint>("regex"));
        var app = builder.Build();
        if (before is not null)
            app.Use((context, next) => before(context, () => next(context)));
        app.Use(WithoutMoneyAsync);
        app.MapIndsigtStandIn();
        await app.StartAsync();
        return new IndsigtBench(data, stores, app, control, ledger);
    }

    public Task<IReadOnlyList<Submitted>> SubmitAsync(params IReadOnlyList<Instruction> instructions) => Connector.SubmitAsync(System, instructions, CancellationToken.None);

    public Task<IReadOnlyList<Found>> FindAsync(params IReadOnlyList<Instruction> instructions) => Connector.FindAsync(System, instructions, CancellationToken.None);

    public async Task<(List<Receipt> Receipts, int Pages, string? Cursor)> ReadAllAsync(IndsigtConnector? connector = null, string? cursor = null)
    {
        var receipts = new List<Receipt>();
        for (var pages = 1; ; pages++)
        {
            var read = await (connector ?? Connector).ReadAsync(System, cursor, CancellationToken.None);
            receipts.AddRange(read.Receipts);
            cursor = read.Cursor;
            if (!read.More)
                return (receipts, pages, cursor);
        }
    }

    /// <summary>A stand-in that has no entry feed has no money to tell of.</summary>
    private static async Task WithoutMoneyAsync(HttpContext context, Func<Task> next)
    {
        await next();
        if (context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } && context.Request.Path.Value!.EndsWith("/entries", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            await context.Response.WriteAsync("{\"entries\":[],\"next\":\"\",\"more\":false}");
        }
    }

    public async Task<List<LedgerClaim>> BookedAsync()
    {
        var claims = new List<LedgerClaim>();
        await foreach (var claim in Ledger.ReadAsync(null, CancellationToken.None))
            claims.Add(claim);
        return claims;
    }

    public async ValueTask DisposeAsync()
    {
        await _clients.DisposeAsync();
        await _app.DisposeAsync();
        await _stores.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}

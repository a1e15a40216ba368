using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Reconciliation.Asking;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.Reconciliation.Repairing;
using ClaimsTransfer.Payments.Reconciliation.Reporting;
using ClaimsTransfer.Payments.Reconciliation.Running;

namespace ClaimsTransfer.Payments.Reconciliation;

internal static class ReconciliationExtensions
{
    /// <summary>Needs of its neighbours: <see cref="IUnmatchedPayments"/>, <see cref="IFbsOrders"/>, <see cref="IToldFbs"/>.</summary>
    public static IHostApplicationBuilder AddReconciliation(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(ReconciliationOptions.Section).Get<ReconciliationOptions>() ?? new ReconciliationOptions();
        if (options.Faults(InstallationSettings.Read(builder.Configuration)).ToList() is { Count: > 0 } faults)
            throw new SettingsException(string.Join(Environment.NewLine, faults));

        // The time limit is ours (ReadPatience): a list may take as long as it keeps coming.
        builder.Services.AddHttpClient(Http.Fbs, client => client.Timeout = Timeout.InfiniteTimeSpan).AsDebtorClient(DebtorCredentials.Fbs);
        builder.Services.AddHttpClient(Http.Connectors, client => client.Timeout = Timeout.InfiniteTimeSpan).AsService();
        builder.Services
            .AddSingleton(options)
            .AddSingleton(services => new ReconciliationParts(services, options))
            .AddHostedService(services => services.GetRequiredService<ReconciliationParts>().Nightly);
        return builder;
    }

    public static WebApplication MapReconciliation(this WebApplication app)
    {
        var endpoints = app.Services.GetRequiredService<ReconciliationParts>().Endpoints;
        var group = app.MapGroup("/payments/reconciliations").RequireAuthorization(Door.Service);
        group.MapGet("", endpoints.MunicipalitiesAsync);
        group.MapPost("/{municipality}", endpoints.RunAsync);
        group.MapGet("/{municipality}", endpoints.StoredAsync);
        group.MapGet("/{municipality}/differences", endpoints.DifferencesAsync);
        group.MapGet("/{municipality}/report.csv", endpoints.CsvAsync);
        group.MapGet("/{municipality}/report.html", endpoints.HtmlAsync);
        return app;
    }
}

/// <summary>Reconciliation's parts share one store; composed here, so that Standalone's container can hold several services' stores.</summary>
internal sealed class ReconciliationParts
{
    public ReconciliationParts(IServiceProvider services, ReconciliationOptions options)
    {
        var store = services.GetRequiredService<IStores>().Open("payments");
        var (time, installation) = (services.GetRequiredService<TimeProvider>(), services.GetRequiredService<Installation>());
        var (municipalities, loggers) = (services.GetRequiredService<IMunicipalities>(), services.GetRequiredService<ILoggerFactory>());
        var clients = services.GetRequiredService<IHttpClientFactory>();
        var holder = LeaseOwner.Draw(installation);
        var http = new Http(clients, Http.Fbs, options, time);
        IFbsClaims fbs = options.FbsSource == FbsSource.Fees ? new FbsFees(store, http, options) : new FbsOpenClaims(http, options, installation, time);
        var (runs, leases, differences) = (new Runs(store, time), new Leases(store, time), new Differences(store));
        var repairs = new Repairs(differences, leases, services.GetRequiredService<ITransport>(), services.GetRequiredService<IToldFbs>(), time);
        Reconciler = new Reconciler(
            runs, leases, new Staging(store), new Comparison(store), differences, repairs, new DebtorAccounts(new Http(clients, Http.Connectors, options, time), options, time), services.GetRequiredService<IUnmatchedPayments>(),
            services.GetRequiredService<IFbsOrders>(), options, holder, time, loggers.CreateLogger<Reconciler>());
        var (csv, html) = (new CsvReport(differences), new HtmlReport(differences));
        Nightly = new Nightly(
            store, Reconciler, runs, leases, new ReportFiles(csv, html, installation), fbs, municipalities, options, holder,
            services.GetRequiredService<Loops>(), time, loggers.CreateLogger<Nightly>());
        Endpoints = new Endpoints(Reconciler, runs, differences, csv, html, fbs, municipalities, options, time);
    }

    public Reconciler Reconciler { get; }

    public Nightly Nightly { get; }

    public Endpoints Endpoints { get; }
}

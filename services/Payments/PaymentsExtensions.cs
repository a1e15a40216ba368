using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Senders;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Payments.Accounting;
using ClaimsTransfer.Payments.Asking;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Erasing;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.Preview;
using ClaimsTransfer.Payments.Reconciliation;
using ClaimsTransfer.Payments.Reconciliation.Comparing;
using ClaimsTransfer.Payments.Reconciliation.Repairing;
using ClaimsTransfer.Payments.ToFbs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Payments;

/// <summary>The ledger of what came in, matching, what FBS is told of it, and reconciliation.</summary>
public static class PaymentsExtensions
{
    private const string FbsClient = "payments-fbs";

    public static IHostApplicationBuilder AddPayments(this IHostApplicationBuilder builder)
    {
        builder.AddDefaults("payments");
        var options = builder.Configuration.GetSection("Payments").Get<PaymentsOptions>() ?? new PaymentsOptions();
        if (options.Faults(InstallationSettings.Read(builder.Configuration)).ToList() is { Count: > 0 } faults)
            throw new SettingsException($"The settings of Payments cannot be used:\n- {string.Join("\n- ", faults)}");

        // The time limit is ours (FbsTimeout): the client's own would look like a cancelled call.
        builder.Services.AddHttpClient(FbsClient, client => client.Timeout = Timeout.InfiniteTimeSpan).AsDebtorClient(DebtorCredentials.Fbs);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(services => new PaymentsParts(services, options))
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Handler)
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Matcher)
            .AddSingleton<IPaymentsStore>(services => services.GetRequiredService<PaymentsParts>().Ledger)
            .AddSingleton<IUnmatchedStore>(services => services.GetRequiredService<PaymentsParts>().Unmatched)
            .AddSingleton<IOrderStore>(services => services.GetRequiredService<PaymentsParts>().Orders)
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Worklist)
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Accounts)
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Views)
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Recorded)
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Previews)
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Waiting)
            .AddSingleton(services => services.GetRequiredService<PaymentsParts>().Eraser)
            .AddKeyedSingleton("payments", (services, _) => services.GetRequiredService<PaymentsParts>().Senders)
            .AddSingleton<IUnmatchedPayments>(services => new UnmatchedPayments(services.GetRequiredService<PaymentsParts>().Unmatched))
            .AddSingleton<IFbsOrders>(services => services.GetRequiredService<PaymentsParts>().Orders)
            .AddSingleton<IToldFbs>(services => services.GetRequiredService<PaymentsParts>().Told);
        builder.Services.AddHostedService(services => services.GetRequiredService<PaymentsParts>().Service(services));
        return builder.AddReconciliation();
    }

    public static WebApplication MapPayments(this WebApplication app)
    {
        var payments = app.MapGroup("/payments").RequireAuthorization(Door.Service);
        payments.MapGet("/accounting", async (PaymentsAccounts accounts, CancellationToken cancellation, bool fresh = false) =>
            TypedResults.Json(await accounts.ReadAsync(fresh, cancellation), PaymentsJson.Default.PaymentsAccounting));
        payments.MapGet("/claims/{agency}/{feeId:long}", async Task<Results<JsonHttpResult<AccountView>, NotFound>> (
                string agency, long feeId, AccountViews views, CancellationToken cancellation) =>
            await views.FindAsync(agency, feeId, cancellation) is { } view
                ? TypedResults.Json(view, PaymentsJson.Default.AccountView)
                : TypedResults.NotFound());
        payments.MapGet("/worklist", WorklistEndpoints.ReadAsync);
        payments.MapPost("/worklist/{messageId:guid}/place", WorklistEndpoints.PlaceAsync);
        payments.MapPost("/worklist/{messageId:guid}/close", WorklistEndpoints.CloseAsync);
        payments.MapPost("/worklist/{messageId:guid}/takeback", WorklistEndpoints.TakeBackAsync);
        payments.MapGet("/worklist/placed", WorklistEndpoints.PlacedAsync);
        payments.MapGet("/worklist/placed/{messageId:guid}", WorklistEndpoints.FindPlacedAsync);
        payments.MapGet("/waiting", WaitingOrders.HandleAsync);
        payments.MapPost("/messages/recorded", RecordedMessages.HandleAsync);
        payments.MapGet("/senders", async ([FromKeyedServices("payments")] SenderCheck senders, CancellationToken cancellation) =>
            TypedResults.Json(await senders.ReadAsync(cancellation), PaymentsJson.Default.SendersView));
        payments.MapPost("/preview", Previews.HandleAsync);
        payments.MapPost("/erase", PaymentsEraser.HandleAsync);
        return app.MapReconciliation();
    }

    /// <summary>Payments' parts share one store; composed here, so that Standalone's container can hold several services' stores.</summary>
    private sealed class PaymentsParts
    {
        private readonly IStore _store;
        private readonly OrderSender _sender;

        public PaymentsParts(IServiceProvider services, PaymentsOptions options)
        {
            var time = services.GetRequiredService<TimeProvider>();
            var transport = services.GetRequiredService<ITransport>();
            _store = services.GetRequiredService<IStores>().Open("payments");
            Ledger = new PaymentsStore(_store);
            Handler = new PaymentsHandler(Ledger, transport, services.GetRequiredService<IMunicipalities>(), time);
            Unmatched = new UnmatchedStore(_store);
            Matcher = new Matcher(Unmatched, transport, time);
            Orders = new OrderStore(_store);
            var clients = services.GetRequiredService<IHttpClientFactory>();
            var fbs = new FbsPayments(
                () => clients.CreateClient(FbsClient), options.FbsAt(services.GetRequiredService<Installation>().Sandbox), options.FbsTimeout, time);
            _sender = new OrderSender(Orders, fbs, options, time);
            Worklist = new Worklist(_store, new Suggestions(_store), time);
            Accounts = new PaymentsAccounts(_store, time);
            Views = new AccountViews(_store);
            Told = new ToldFbs(_store, transport);
            Recorded = new RecordedMessages(_store);
            Previews = new Previews(Ledger, Recorded, time);
            Waiting = new WaitingOrders(_store);
            Eraser = new PaymentsEraser(_store, services.GetRequiredService<Installation>(), time);
            Senders = new SenderCheck(
                new SenderRules(services.GetRequiredService<IMunicipalities>(), options.RequireSender ?? transport.User == BrokerUsers.Payments, Inbound.Read), new SenderRefusals(_store, time),
                services.GetRequiredService<ILogger<SenderCheck>>());
        }

        public PaymentsStore Ledger { get; }

        public PaymentsHandler Handler { get; }

        public Matcher Matcher { get; }

        public UnmatchedStore Unmatched { get; }

        public OrderStore Orders { get; }

        public Worklist Worklist { get; }

        public PaymentsAccounts Accounts { get; }

        public AccountViews Views { get; }

        public ToldFbs Told { get; }

        public RecordedMessages Recorded { get; }

        public Previews Previews { get; }

        public WaitingOrders Waiting { get; }

        public PaymentsEraser Eraser { get; }

        public SenderCheck Senders { get; }

        public PaymentsService Service(IServiceProvider services) =>
            ActivatorUtilities.CreateInstance<PaymentsService>(services, _store, Handler, Matcher, _sender, Accounts, Senders);
    }
}

using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Archiving;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Documents;
using ClaimsTransfer.OperationsConsole.Editing;
using ClaimsTransfer.OperationsConsole.Erasing;
using ClaimsTransfer.OperationsConsole.Municipalities;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Reconciliations;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Senders;
using ClaimsTransfer.OperationsConsole.Vendors;
using ClaimsTransfer.OperationsConsole.Waiting;

namespace ClaimsTransfer.OperationsConsole;

/// <summary>The operations console: dead letters, replay, what every claim and municipality is at, for people and for programs. Everything is below <c>/console</c>.</summary>
public static class ConsoleExtensions
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    public static WebApplicationBuilder AddOperationsConsole(this WebApplicationBuilder builder)
    {
        builder.AddDefaults("console");
        var options = builder.Configuration.GetSection("Console").Get<ConsoleOptions>() ?? new ConsoleOptions();
        if (options.Faults().ToList() is { Count: > 0 } faults)
            throw new SettingsException($"The settings of the console cannot be used:\n- {string.Join("\n- ", faults)}");
        builder.Services.AddSingleton(options).AddSingleton<ServiceUrls>();
        builder.Services.AddHttpClient<ServiceClient>(client => client.Timeout = AnswerWithin).AsService().RemoveAllLoggers();
        builder.Services.AddSingleton(services => new ConsoleParts(services, options))
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Letters)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().LetterStore)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Audit)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Replays)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Corrections)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Archives)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Room)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Questions)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Runner)
            .AddSingleton(services => services.GetRequiredService<ConsoleParts>().Erasures)
            .AddSingleton<CitizenTrail>()
            .AddSingleton<SealedViews>()
            .AddSingleton<LetterReader>();
        builder.Services.AddSingleton<IAuditTrail, AuditTrail>();
        builder.Services.AddHttpClient(StartedReconciliations.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan).AsService().RemoveAllLoggers();
        builder.Services.AddTransient<Elsewhere>().AddTransient<Eraser>().AddTransient<CitizenEraser>().AddTransient<ReconciliationQuestions>().AddTransient<WorklistQuestions>().AddSingleton<StartedReconciliations>();
        builder.Services.AddSingleton<IGoLiveGate, ConformanceGate>();
        builder.AddApiDocument();
        builder.AddAccess(options);
        builder.AddPages();
        builder.Services.AddHostedService(services => services.GetRequiredService<ConsoleParts>().Start);
        builder.Services.AddHostedService<Collector>();
        builder.Services.AddHostedService<ReplayService>();
        builder.Services.AddHostedService<NightlyErasing>();
        builder.Services.AddOverview().AddClaims().AddMunicipalities().AddVendorConduct();
        return builder;
    }

    public static WebApplication MapOperationsConsole(this WebApplication app)
    {
        app.MapAccess();
        app.MapPages();
        var api = app.MapConsoleApi();
        LetterEndpoints.Map(api);
        ReplayEndpoints.Map(api);
        AuditEndpoints.Map(api);
        api.MapOverview();
        api.MapClaims();
        api.MapMunicipalities();
        api.MapVendors();
        api.MapSenders();
        api.MapErasing();
        WaitingEndpoints.Map(api);
        ReconciliationEndpoints.Map(api);
        api.MapVendorConduct();
        app.MapApiDocument();
        return app;
    }

    /// <summary>The console's parts share one store; composed here, so that Standalone's container can hold several services' stores.</summary>
    private sealed class ConsoleParts
    {
        public ConsoleParts(IServiceProvider services, ConsoleOptions options)
        {
            var store = services.GetRequiredService<IStores>().Open(ConsoleSchema.Name);
            var time = services.GetRequiredService<TimeProvider>();
            var sealer = services.GetRequiredService<MessageSealer>();
            Audit = new AuditLog(store, services.GetRequiredService<KeyRing>(), time);
            Letters = new Letters(store, sealer, time);
            LetterStore = new LetterStore(store, time);
            Questions = new MessageQuestions(services.GetRequiredService<ServiceClient>(), services.GetRequiredService<IMunicipalities>());
            Replays = new ReplayStore(store, Audit, options, time);
            Corrections = new Corrections(store, Letters, Replays, Audit, Questions, sealer, time);
            Erasures = new ErasureStore(store);
            Room = new VendorRoom(store, services.GetRequiredService<IMunicipalities>(), options, time);
            Archives = new Archives(store, Letters, Audit, Room);
            Runner = new ReplayRunner(
                Replays, Letters, Corrections, Questions, services.GetRequiredService<IDeadLetterQueues>(), services.GetRequiredService<ITransport>(), sealer, options, time);
            Start = new ConsoleStart(store, Audit);
        }

        public AuditLog Audit { get; }

        public Letters Letters { get; }

        public LetterStore LetterStore { get; }

        public MessageQuestions Questions { get; }

        public ReplayStore Replays { get; }

        public Corrections Corrections { get; }

        public ErasureStore Erasures { get; }

        public VendorRoom Room { get; }

        public Archives Archives { get; }

        public ReplayRunner Runner { get; }

        public ConsoleStart Start { get; }
    }
}

using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Access;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Fbs;
using ClaimsTransfer.Sandbox.Indsigt;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Money;
using ClaimsTransfer.Sandbox.Opus;
using ClaimsTransfer.Sandbox.Prisme;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox;

/// <summary>Stand-ins for FBS and the three debtor systems, for the demo, tests, rehearsals and vendors.</summary>
public static class SandboxExtensions
{
    /// <summary>
    /// Settings: <c>Sandbox:Faults</c> (the text of <see cref="FaultPlan"/>), <c>Sandbox:Money</c> (the text of <see cref="MoneyPlan"/>) and <c>Sandbox:Seed</c> (what both are
    /// drawn from). <c>CLAIMS_RUN</c> tells one run from another.
    /// </summary>
    public static IHostApplicationBuilder AddSandbox(this IHostApplicationBuilder builder)
    {
        builder.AddDefaults("sandbox");
        if (!FaultPlan.TryParse(builder.Configuration["Sandbox:Faults"], out var plan, out var error))
            throw new InvalidOperationException($"Setting Sandbox:Faults: {error}");
        builder.Services.AddSingleton(new FaultControl(plan, builder.Configuration.GetValue("Sandbox:Seed", 1)));
        builder.Services.AddKeyedSingleton("sandbox", (services, _) => services.GetRequiredService<IStores>().Open("sandbox"));
        builder.Services.AddSingleton(services => new DebtorLedger(
            services.GetRequiredKeyedService<IStore>("sandbox"), services.GetRequiredService<FaultControl>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new ReceiptOutbox(
            services.GetRequiredKeyedService<IStore>("sandbox"), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new KeptFaults(
            services.GetRequiredKeyedService<IStore>("sandbox"), services.GetRequiredService<FaultControl>(),
            builder.Configuration["Sandbox:Faults"] is null ? null : plan, builder.Configuration["CLAIMS_RUN"] ?? ""));
        builder.AddStandInDoor();
        builder.AddMoney();
        builder.Services.AddHostedService<LedgerStart>();
        builder.AddFbsStandIn();
        builder.AddOpusStandIn();
        builder.AddOpusMoney();
        builder.AddPrismeStandIn();
        builder.AddPrismeMoney();
        builder.AddIndsigtMoney();
        return builder;
    }

    public static WebApplication MapSandbox(this WebApplication app)
    {
        var operated = app.MapGroup("").RequireAuthorization(Door.Service);
        operated.MapFaults();
        operated.MapMoney();
        operated.MapLedger();
        operated.MapFbsStandIn();
        var standIns = app.MapGroup("").RequireStandInDoor(app.Configuration);
        PaymentInterface.Map(standIns);
        OpenClaimsList.Map(standIns);
        standIns.MapOpusStandIn();
        standIns.MapIndsigtStandIn();
        standIns.MapIndsigtMoney();
        return app;
    }
}

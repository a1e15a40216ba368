using ClaimsTransfer.Defaults.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>What the debtor systems do by themselves. Each vendor's stand-in tells it in its own style.</summary>
internal static class MoneyExtensions
{
    public static void AddMoney(this IHostApplicationBuilder builder)
    {
        if (!MoneyPlan.TryParse(builder.Configuration["Sandbox:Money"], out var plan, out var error))
            throw new InvalidOperationException($"Setting Sandbox:Money: {error}");
        builder.Services.AddSingleton(new MoneyControl(plan, builder.Configuration.GetValue("Sandbox:Seed", 1)));
        builder.Services.AddSingleton(services => new KeptMoney(
            Store(services), services.GetRequiredService<MoneyControl>(), builder.Configuration["Sandbox:Money"] is null ? null : plan, builder.Configuration["CLAIMS_RUN"] ?? ""));
        builder.Services.AddSingleton(services => new MoneyLedger(Store(services), services.GetRequiredService<MoneyControl>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new Tellings(Store(services), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new MoneyPending(Store(services), services.GetRequiredService<MoneyControl>(), services.GetRequiredService<MoneyLedger>()));
        builder.Services.AddHostedService<MoneyMaker>();
    }

    public static IStore Store(IServiceProvider services) => services.GetRequiredKeyedService<IStore>("sandbox");
}

using ClaimsTransfer.Benchmarks.Sides;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ClaimsTransfer.Benchmarks.Baseline;

/// <summary>
/// The same pipeline without our features, all of it in one process, which is the cheapest it can be run: on MassTransit with one transaction a message or a batch,
/// or by hand. Quorum queues, raw JSON on the wire (the faster of MassTransit's two), connections to the database set as ours are, all else at MassTransit's defaults.
/// </summary>
internal static class BaselineHost
{
    public const string Command = "baseline";

    public static async Task<int> RunAsync(Side side)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var broker = new Uri(builder.Configuration["CLAIMS_BROKER"]!);
        var store = new NpgsqlConnectionStringBuilder(Servers.ConnectionString(builder.Configuration["CLAIMS_STORE"]!)) { MaxAutoPrepare = 100, AutoPrepareMinUsages = 3, NoResetOnClose = true };
        builder.Services.AddSingleton(NpgsqlDataSource.Create(store));
        builder.Services.AddSingleton<BaselineStore>();
        builder.Services.AddHealthChecks();
        builder.Services.AddHostedService<EndsWithParent>();
        var pipeline = new Pipeline(builder.Services);
        pipeline.Add(new TakeIn());
        pipeline.Add(new Route());
        pipeline.Add(new Register());
        pipeline.Add(new Tell());
        if (side == Side.Raw)
            pipeline.CarryByHand(broker);
        else
            pipeline.CarryOnMassTransit(broker, batches: side == Side.PerBatch);
        var app = builder.Build();
        await app.Services.GetRequiredService<BaselineStore>().CreateAsync(CancellationToken.None);
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        await app.RunAsync();
        return 0;
    }

    /// <summary>Standard input ends when whoever started us does.</summary>
    private sealed class EndsWithParent(IHostApplicationLifetime lifetime) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var input = Console.OpenStandardInput();
            while (await input.ReadAsync(new byte[64], stoppingToken) > 0)
                stoppingToken.ThrowIfCancellationRequested();
            lifetime.StopApplication();
        }
    }
}

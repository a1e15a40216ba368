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
/// What the same pipeline is when written the plain way: MassTransit consumers, one message and one transaction each, then the publish, confirmed. Quorum queues,
/// raw JSON on the wire (the faster of MassTransit's two), connections to the database set as ours are, all else at MassTransit's defaults.
/// </summary>
internal static class BaselineHost
{
    public const string Command = "baseline";

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var broker = new Uri(builder.Configuration["CLAIMS_BROKER"]!);
        var store = new NpgsqlConnectionStringBuilder(Servers.ConnectionString(builder.Configuration["CLAIMS_STORE"]!)) { MaxAutoPrepare = 100, AutoPrepareMinUsages = 3, NoResetOnClose = true };
        builder.Services.AddSingleton(NpgsqlDataSource.Create(store));
        builder.Services.AddSingleton<BaselineStore>();
        builder.Services.AddHostedService<EndsWithParent>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumers(typeof(IngestConsumer), typeof(RoutingConsumer), typeof(ConnectorConsumer), typeof(ReportConsumer));
            bus.UsingRabbitMq((context, rabbit) =>
            {
                var user = broker.UserInfo.Split(':');
                rabbit.Host(broker.Host, (ushort)broker.Port, "/", host =>
                {
                    host.Username(user[0]);
                    host.Password(user[1]);
                });
                rabbit.UseRawJsonSerializer(RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders | RawSerializerOptions.AnyMessageType, isDefault: true);
                Receive<IngestConsumer>("ingest");
                Receive<RoutingConsumer>("routing-claim-created");
                Receive<ConnectorConsumer>("connector");
                Receive<ReportConsumer>("routing-transfer-reported");

                void Receive<TConsumer>(string queue) where TConsumer : class, IConsumer => rabbit.ReceiveEndpoint(queue, endpoint =>
                {
                    endpoint.SetQuorumQueue();
                    endpoint.ConfigureConsumer<TConsumer>(context);
                });
            });
        });
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

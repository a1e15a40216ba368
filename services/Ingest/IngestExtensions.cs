using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Accounting;
using ClaimsTransfer.Ingest.Asking;
using ClaimsTransfer.Ingest.Erasing;
using ClaimsTransfer.Ingest.FbsFees;
using ClaimsTransfer.Ingest.Preview;
using ClaimsTransfer.Ingest.Receiving;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Ingest.Relaying;
using ClaimsTransfer.Ingest.Senders;
using ClaimsTransfer.Ingest.SubmitClaims;
using Microsoft.AspNetCore.Mvc;

namespace ClaimsTransfer.Ingest;

public static class IngestExtensions
{
    /// <summary>Ingest whole: its store, its handler, the queue, the relay.</summary>
    public static IHostApplicationBuilder AddIngest(this IHostApplicationBuilder builder)
    {
        builder.AddDefaults("ingest");
        var options = builder.Configuration.GetSection("Ingest").Get<IngestOptions>() ?? new IngestOptions();
        if (options.Faults().ToArray() is { Length: > 0 } faults)
            throw new SettingsException($"The settings of Ingest cannot be used:\n- {string.Join("\n- ", faults)}");
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSenders(options);
        services.AddSingleton(provider => new IngestHandler(
            Store(provider), provider.GetRequiredService<ITransport>(), provider.GetRequiredService<ISealer>(), provider.GetRequiredService<IMunicipalities>(),
            provider.GetRequiredService<TimeProvider>(), options, provider.GetRequiredService<ILogger<IngestHandler>>()));
        services.AddSingleton(provider => new Relay(
            Store(provider), provider.GetRequiredService<ITransport>(), provider.GetRequiredService<TimeProvider>(), options, provider.GetRequiredService<ILogger<Relay>>()));
        services.AddSingleton<FeesReader>();
        services.AddSingleton(provider => new MessageStore(Store(provider)));
        services.AddSingleton(provider => new IngestAccounting(Store(provider)));
        services.AddSingleton(provider => new MessageHistory(Store(provider)));
        services.AddSingleton(provider => new RecordedMessages(Store(provider)));
        services.AddSingleton(provider => new RefusedFaults(Store(provider)));
        services.AddSingleton(provider => new IngestEraser(Store(provider)));
        services.AddSingleton(provider => new ClaimsByParty(Store(provider)));
        services.AddSingleton(provider => new Previews(
            provider.GetRequiredService<MessageStore>(), provider.GetRequiredService<IngestHandler>().Reader, provider.GetRequiredService<MessageSealer>(),
            provider.GetRequiredService<TimeProvider>()));
        // RFC 9110: x-gzip is gzip.
        services.AddRequestDecompression(unpack => unpack.DecompressionProviders["x-gzip"] = unpack.DecompressionProviders["gzip"]);
        services.AddHostedService<StoreAtStart>();
        services.AddHostedService<QueueIntake>();
        services.AddHostedService<RelayTimer>();
        return builder;
    }

    public static WebApplication MapIngest(this WebApplication app)
    {
        // What is unpacked is bounded where it is read, a message or a line at a time: a stream of lines may be of any length.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/claims", StringComparison.Ordinal), claims => claims.UseRequestDecompression());
        app.MapPost("/claims", PostClaims.HandleAsync).WithMetadata(new DisableRequestSizeLimitAttribute()).ForSenders();
        app.MapPost("/claims/fbs-fees", PostFees.HandleAsync).WithMetadata(new DisableRequestSizeLimitAttribute()).ForSenders();
        app.MapGet("/imports/{id}", GetImport.HandleAsync).ForSenders();
        var ingest = app.MapGroup("/ingest").RequireAuthorization(Door.Service);
        ingest.MapGet("/accounting", GetAccounting.HandleAsync);
        ingest.MapGet("/messages", GetMessages.HandleAsync);
        ingest.MapGet("/refused", GetRefused.HandleAsync);
        ingest.MapGet("/refused/groups", GetRefusedGroups.HandleAsync);
        ingest.MapPost("/messages/recorded", PostRecorded.HandleAsync);
        ingest.MapPost("/preview", PostPreview.HandleAsync);
        ingest.MapPost("/erase", PostErase.HandleAsync);
        ingest.MapPost("/citizens/claims", PostCitizenClaims.HandleAsync);
        ingest.MapSenders();
        return app;
    }

    private static IStore Store(IServiceProvider provider) => provider.GetRequiredService<IStores>().Open(Schema.Name);
}

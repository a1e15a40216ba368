using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Isolation.Tests.Keys;

/// <summary>What a debtor system has booked; it recognises no repetition.</summary>
internal sealed class Bookings
{
    private readonly ConcurrentDictionary<Guid, int> _all = new();

    public int Count => _all.Count;

    public int Most => _all.IsEmpty ? 0 : _all.Values.Max();

    /// <summary>Numbers that came out of the seal other than they went in.</summary>
    public ConcurrentQueue<string> Wrong { get; } = new();

    public int Of(Guid instruction) => _all.GetValueOrDefault(instruction);

    public void Book(Guid instruction) => _all.AddOrUpdate(instruction, 1, (_, times) => times + 1);
}

/// <summary>A vendor's connector with the vendor's folder of keys, its own store and its own user at the broker, as it runs on the vendor's machine.</summary>
internal sealed class VendorProcess : IAsyncDisposable
{
    public const string Number = "0101701234";

    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private VendorProcess(WebApplication app)
    {
        _app = app;
        _http = new HttpClient(app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public static async Task<VendorProcess> StartAsync(string broker, string data, string keys, string municipalities, Bookings bookings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Claims:Broker"] = broker;
        builder.Configuration["Claims:Data"] = data;
        builder.Configuration["Claims:Keys"] = keys;
        builder.Configuration["Claims:MasterKeyFile"] = Path.Combine(keys, VendorFolder.SecretFileName);
        builder.Configuration["Claims:Municipalities"] = municipalities;
        builder.Configuration["Claims:Sandbox"] = "https://sandbox.invalid";
        builder.Configuration["Claims:Log"] = "file";
        builder.Configuration["Claims:ShutdownTimeout"] = "00:00:05";
        builder.Configuration["Connectors:SweepInterval"] = "00:00:00.200";
        builder.Configuration["Connectors:AskAfter"] = "00:00:00.200";
        builder.Configuration["Connectors:LongestPause"] = "00:00:01";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(bookings);
        builder.AddConnector<BookingConnector>("KmdOpus");
        var app = builder.Build();
        app.MapDefaults();
        app.MapConnector("KmdOpus");
        await app.StartAsync();
        return new VendorProcess(app);
    }

    public async Task<JsonElement> LaneAsync(string municipality) =>
        (await _http.GetFromJsonAsync<JsonElement>("/connectors/KmdOpus")).EnumerateArray().Single(lane => lane.GetProperty("municipality").GetString() == municipality);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class BookingConnector(Bookings bookings) : IConnector
    {
        /// <summary>So that calls are under way when something happens.</summary>
        private static readonly TimeSpan Thinks = TimeSpan.FromMilliseconds(30);

        public ConnectorCapabilities Capabilities { get; } = new("KmdOpus", 50, null);

        public async Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
        {
            await Task.Delay(Thinks, cancellation);
            foreach (var instruction in instructions)
            {
                if (instruction.Debtor.Number != Number)
                    bookings.Wrong.Enqueue($"{instruction}");
                bookings.Book(instruction.Id);
            }

            return [.. instructions.Select(_ => new Submitted.Accepted("D-1", "R-1"))];
        }

        public Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<Found>>([.. instructions.Select(instruction => bookings.Of(instruction.Id) > 0 ? (Found)new Found.Done("D-1", "R-1") : new Found.NotThere())]);

        public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) => Task.FromResult(new ReadBack([], cursor));
    }
}

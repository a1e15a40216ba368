using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.KmdOpus;
using ClaimsTransfer.KmdOpus.Callback;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Access;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Opus;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Connectors.Tests.Opus;

/// <summary>The connector with its callback, and the stand-in, on a real Kestrel on loopback. What the callback hands in is kept.</summary>
internal sealed class OpusBench : IReceiptInbox, IEntryInbox, ICallerRefusals, IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Stores stores;
    private readonly WebApplication app;

    private OpusBench(string faults, Func<HttpContext, Func<Task>, Task>? before)
    {
        stores = new Stores(new Installation { Data = folder.Path });
        Faults = new FaultControl(FaultPlan.Parse(faults));
        Ledger = new DebtorLedger(stores.Open("sandbox"), Faults, TimeProvider.System);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(Faults).AddSingleton(Ledger).AddSingleton(TimeProvider.System).AddSingleton<IReceiptInbox>(this).AddSingleton<IEntryInbox>(this);
        builder.Services.AddSingleton(new ReceiptOutbox(stores.Open("sandbox"), TimeProvider.System));
        (OurFolder, TheirFolder) = (Path.Combine(folder.Path, "ours"), Path.Combine(folder.Path, "theirs"));
        StandInCredentials.Make(OurFolder, TheirFolder, ["0101", "0751"], TimeProvider.System);
        builder.Configuration["Sandbox:Credentials"] = TheirFolder;
        builder.Services.AddSingleton(new DebtorCredentials(OurFolder)).AddSingleton(new DebtorCallers(OurFolder, TimeProvider.System)).AddKeyedSingleton<ICallerRefusals>("KmdOpus", this);
        builder.Services.AddSingleton<OpusCalls>().AddSingleton<OpusConnector>();
        builder.Services.AddHttpClient(OpusCalls.Client, client => client.Timeout = TimeSpan.FromSeconds(3)).AsDebtorClient();
        builder.AddOpusCallback();
        builder.AddStandInDoor();
        builder.AddOpusStandIn();
        app = builder.Build();
        if (before is not null)
            app.Use((context, next) => before(context, () => next(context)));
        app.MapGroup("").RequireStandInDoor(app.Configuration).MapOpusStandIn();
        OpusCallback.Map(app);
    }

    /// <summary>Of the installation: how it signs in, and who may call back.</summary>
    public string OurFolder { get; }

    /// <summary>The same of the stand-in.</summary>
    public string TheirFolder { get; }

    /// <summary>Who called back for whom in vain.</summary>
    public ConcurrentQueue<(string Caller, string Municipality)> CallersRefused { get; } = new();

    public Uri CallbackUrl => new(app.Urls.Last());

    public FaultControl Faults { get; }

    public DebtorLedger Ledger { get; }

    public ConcurrentQueue<(string Municipality, Receipt Receipt)> Receipts { get; } = new();

    /// <summary>As they were handed in: a document a list.</summary>
    public ConcurrentQueue<(string Municipality, IReadOnlyList<DebtorEntry> Entries)> Entries { get; } = new();

    public ConcurrentQueue<(string Municipality, RefusedDocument Document)> Refused { get; } = new();

    public ConcurrentQueue<string?> TakenDocuments { get; } = new();

    /// <summary>While true, storing a receipt or an entry fails.</summary>
    public bool InboxIsBroken { get; set; }

    public OpusConnector Connector => app.Services.GetRequiredService<OpusConnector>();

    public Uri Url => new(app.Urls.First());

    public DebtorSystem System => new("0101", "64942212", new Uri(Url, "/sandbox/opus/0101"), IsTest: false);

    public static async Task<OpusBench> StartAsync(string faults = "", Func<HttpContext, Func<Task>, Task>? before = null)
    {
        var bench = new OpusBench(faults, before);
        await bench.Ledger.OpenAsync(CancellationToken.None);
        await bench.app.StartAsync();
        return bench;
    }

    public static Instruction Register(int number, int attempt = 1) => new(
        DeterministicId.Create(DeterministicId.ClaimsTransfer, $"opus/{number}/1"), InstructionKind.Register, DeterministicId.OfClaim("DK-710100", number),
        $"CT-{number}", "DK-710100", number, Version: 1, ClaimType.Fee, "Gebyr (for sent)", AmountOre: 12_055, new DateOnly(2026, 10, 22), new DateOnly(2026, 11, 22),
        DebtorKind.Borrower, new OpenIdentity(IdentityKind.Person, "0101701234", "Åse Ø"), [new Material("5237124059", "48724566", "standard", "Æblehaven & <andre>")],
        attempt, TraceParent: null);

    public static Instruction Change(int number, InstructionKind kind, int version, long amountOre) => Register(number) with
    {
        Id = DeterministicId.Create(DeterministicId.ClaimsTransfer, $"opus/{number}/{version}"), Kind = kind, Version = version, AmountOre = amountOre,
    };

    public Task<IReadOnlyList<Submitted>> SubmitAsync(params IReadOnlyList<Instruction> instructions) =>
        Connector.SubmitAsync(System, instructions, CancellationToken.None);

    public Task<IReadOnlyList<Found>> FindAsync(params IReadOnlyList<Instruction> instructions) =>
        Connector.FindAsync(System, instructions, CancellationToken.None);

    public async Task<LedgerClaim> BookedAsync(int number) =>
        await Ledger.FindClaimAsync("0101", $"CT-{number}", CancellationToken.None) ?? throw new AssertionException($"Claim {number} is not booked.");

    public Task TakeInAsync(string municipality, IReadOnlyList<Receipt> receipts, CancellationToken cancellation)
    {
        if (InboxIsBroken)
            throw new IOException("The store is away.");
        foreach (var receipt in receipts)
            Receipts.Enqueue((municipality, receipt));
        return Task.CompletedTask;
    }

    public Task RefuseAsync(string municipality, RefusedDocument document, CancellationToken cancellation)
    {
        if (InboxIsBroken)
            throw new IOException("The store is away.");
        Refused.Enqueue((municipality, document));
        return Task.CompletedTask;
    }

    public Task TakeInAsync(string municipality, IReadOnlyList<DebtorEntry> entries, string? documentId, CancellationToken cancellation)
    {
        if (InboxIsBroken)
            throw new IOException("The store is away.");
        TakenDocuments.Enqueue(documentId);
        Entries.Enqueue((municipality, entries));
        return Task.CompletedTask;
    }

    public Task CountAsync(string caller, string municipality, CancellationToken cancellation)
    {
        CallersRefused.Enqueue((caller, municipality));
        return Task.CompletedTask;
    }

    public Task CountUnknownAsync(string municipality) => CountAsync("nobody", municipality, CancellationToken.None);

    /// <summary>As the debtor system brings something to our callback.</summary>
    /// <param name="by">The municipality whose debtor system calls; null: nobody signs in.</param>
    public async Task<(HttpStatusCode Status, string Answer)> BringAsync(string document, string? by = "0101", string municipality = "0101", Uri? to = null)
    {
        using var client = CallerOf(by);
        using var content = new StringContent(document, Encoding.UTF8, "text/xml");
        using var response = await client.PostAsync(new Uri(to ?? CallbackUrl, $"/connectors/kmdopus/callback/{municipality}"), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <param name="by">The municipality whose debtor system calls; null: nobody signs in.</param>
    public HttpClient CallerOf(string? by)
    {
        var client = new HttpClient();
        if (by is not null && new DebtorCredentials(TheirFolder).Of(by) is { } credential)
            client.DefaultRequestHeaders.Authorization = Basic(credential.User!, credential.Password!);
        return client;
    }

    public static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await stores.DisposeAsync();
        folder.Dispose();
    }
}

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConformanceKit.DebtorSystems;

/// <summary>
/// A stand-in for a debtor system, in memory, on loopback, with the HTTP interface that the kit's README describes. No real debtor system has it: it is there so that a connector
/// can be proved on a laptop. It recognises no repeat: what is sent twice is booked twice, so that a connector which sends again without asking is caught.
/// </summary>
public sealed class StandInDebtorSystem : IDebtorSystem
{
    private const int MostEntries = 500;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, (StandInInstruction Instruction, StandInAnswer Answer)> _decided = [];
    private readonly List<StandInEntry> _entries = [];
    private readonly TimeProvider _time;
    private readonly byte[] _debtorKey;
    private readonly WebApplication _app;
    private volatile DebtorBehaviour _behaviour = DebtorBehaviour.Good;
    private long _calls;
    private long _toldTo;

    private StandInDebtorSystem(string municipality, TimeProvider time)
    {
        _time = time;
        _debtorKey = SHA256.HashData(Encoding.UTF8.GetBytes($"stand-in/{municipality}"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        _app = builder.Build();
        var claims = _app.MapGroup($"/{municipality}");
        claims.MapPost("/instructions", (Delegate)SubmitAsync);
        claims.MapGet("/instructions/{id:guid}", FindInstructionAsync);
        claims.MapGet("/entries", ReadEntriesAsync);
    }

    public Uri Endpoint { get; private set; } = null!;

    public DebtorSystemAbilities Can => DebtorSystemAbilities.All;

    public static async Task<StandInDebtorSystem> StartAsync(string municipality, TimeProvider time, CancellationToken cancellation)
    {
        var system = new StandInDebtorSystem(municipality, time);
        await system._app.StartAsync(cancellation);
        var address = system._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        system.Endpoint = new Uri($"{address}/{municipality}");
        return system;
    }

    public Task<DebtorClaim?> FindAsync(string reference, CancellationToken cancellation)
    {
        lock (_lock)
            return Task.FromResult(_accounts.GetValueOrDefault(reference)?.ToClaim());
    }

    public Task<IReadOnlyDictionary<string, DebtorClaim>> FindAsync(IReadOnlyCollection<string> references, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyDictionary<string, DebtorClaim>>(
                references.Where(_accounts.ContainsKey).ToDictionary(reference => reference, reference => _accounts[reference].ToClaim(), StringComparer.Ordinal));
        }
    }

    public Task BehaveAsync(DebtorBehaviour behaviour, CancellationToken cancellation)
    {
        _behaviour = behaviour;
        return Task.CompletedTask;
    }

    public Task LetAsync(MoneyEvent what, IReadOnlyCollection<string> references, CancellationToken cancellation)
    {
        lock (_lock)
        {
            foreach (var account in references.Select(reference => _accounts[reference]))
            {
                var owed = account.AmountOre - account.WrittenOffOre - (account.CoveredOre - account.ReversedOre);
                switch (what)
                {
                    case MoneyEvent.Pay:
                        Book(account, "coverage", owed, null);
                        break;
                    case MoneyEvent.PayAndReverse:
                        var paid = Book(account, "coverage", owed, null);
                        Book(account, "reversal", owed, paid.EntryId);
                        break;
                    case MoneyEvent.WriteOff:
                        Book(account, "writeOff", owed, null);
                        break;
                    default:
                        throw new ArgumentOutOfRangeException(nameof(what), what, "Not a thing that happens to a claim.");
                }
            }
        }

        return Task.CompletedTask;
    }

    public Task<bool> HasToldAllAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return Task.FromResult(_toldTo >= _entries.Count);
    }

    public Task<long?> CallsAsync(CancellationToken cancellation) => Task.FromResult<long?>(Interlocked.Read(ref _calls));

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task<IResult> SubmitAsync(HttpContext context)
    {
        if (await BeforeAsync(context) is { } instead)
            return instead;
        StandInInstruction? instruction;
        try
        {
            instruction = await JsonSerializer.DeserializeAsync(context.Request.Body, StandInJson.Default.StandInInstruction, context.RequestAborted);
        }
        catch (JsonException fault)
        {
            return Results.Text($"The body is no instruction: {fault.Path}. An example stands in the kit's README.", statusCode: StatusCodes.Status400BadRequest);
        }

        if (instruction is not { Reference.Length: > 0, Debtor.Number.Length: > 0, Kind: "register" or "adjust" or "cancel" or "changeLiableParty" } || instruction.InstructionId == Guid.Empty)
            return Results.Text("An instruction needs instructionId, kind (register, adjust, cancel or changeLiableParty), reference and debtor.number.", statusCode: StatusCodes.Status400BadRequest);
        var answer = Take(instruction);
        if (_behaviour.DropsReplies)
            return Drop(context);
        return Results.Json(answer, StandInJson.Default.StandInAnswer, statusCode: answer.Status == "accepted" ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    private async Task<IResult> FindInstructionAsync(Guid id, HttpContext context)
    {
        if (await BeforeAsync(context) is { } instead)
            return instead;
        (StandInInstruction Instruction, StandInAnswer Answer) known;
        lock (_lock)
        {
            // That it does not have it, it says all the same: a connector that asks before it first sends goes on.
            if (!_decided.TryGetValue(id, out known))
                return Results.NotFound();
        }

        return _behaviour.DropsReplies
            ? Drop(context)
            : Results.Json(
                known.Answer with { Kind = known.Instruction.Kind, Reference = known.Instruction.Reference, Version = known.Instruction.Version, AmountOre = known.Instruction.AmountOre },
                StandInJson.Default.StandInAnswer);
    }

    private async Task<IResult> ReadEntriesAsync(HttpContext context, long? after)
    {
        if (await BeforeAsync(context) is { } instead)
            return instead;
        if (_behaviour.DropsReplies)
            return Drop(context);
        var from = Math.Max(after ?? 0, 0);
        List<StandInEntry> page;
        lock (_lock)
        {
            page = [.. _entries.Skip((int)Math.Min(from, _entries.Count)).Take(MostEntries)];
            if (!_behaviour.CutsFiles)
                _toldTo = Math.Max(_toldTo, from + page.Count);
        }

        var next = from + page.Count;
        if (_behaviour.RepeatsEntries)
            page = [.. page, .. page];
        if (!_behaviour.CutsFiles || page.Count == 0)
            return Results.Json(new StandInEntries(page.Count, next, page), StandInJson.Default.StandInEntries);
        // In turn: an answer that says of more entries than it has, and one that breaks off in the middle of its text.
        if (Interlocked.Read(ref _calls) % 2 == 0)
            return Results.Json(new StandInEntries(page.Count, next, [.. page.Take(page.Count - 1)]), StandInJson.Default.StandInEntries);
        var text = JsonSerializer.Serialize(new StandInEntries(page.Count, next, page), StandInJson.Default.StandInEntries);
        return Results.Text(text[..(text.Length / 2)], "application/json");
    }

    /// <summary>What every call meets first; null: nothing, go on.</summary>
    private async Task<IResult?> BeforeAsync(HttpContext context)
    {
        Interlocked.Increment(ref _calls);
        var behaviour = _behaviour;
        if (behaviour.Slow > TimeSpan.Zero)
            await Task.Delay(behaviour.Slow, _time, context.RequestAborted);
        if (!behaviour.TakesNothing)
            return null;
        context.Response.Headers.RetryAfter = "1";
        return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Drop(HttpContext context)
    {
        context.Abort();
        return Results.Empty;
    }

    private StandInAnswer Take(StandInInstruction instruction)
    {
        lock (_lock)
        {
            var account = _accounts.GetValueOrDefault(instruction.Reference);
            var answer = Refusal(instruction, account) ?? Booked(instruction, account ?? NewAccount(instruction));
            _decided[instruction.InstructionId] = (instruction, answer);
            return answer;
        }
    }

    private StandInAnswer? Refusal(StandInInstruction instruction, Account? account) => instruction.Kind switch
    {
        "register" when _behaviour.RefusesRegistrations => Rejected("LIABLE-PARTY-CODE-UNKNOWN", "The liable party's code is not set up in the debtor system.", "municipality"),
        "register" when instruction.AmountOre <= 0 => Rejected("AMOUNT-NOT-POSITIVE", "A claim is for more than nothing.", "library"),
        "register" => null,
        _ when account is null => Rejected("CLAIM-UNKNOWN", "No claim is registered under this reference.", "library"),
        _ when instruction.Version < account.Version => Rejected("OUT-OF-ORDER", "The instruction is older than what the debtor system has of this claim.", "vendor"),
        _ when !account.InForce && instruction.Kind != "cancel" => Rejected("CLAIM-CANCELLED", "The claim is cancelled; it takes no more changes.", "library"),
        _ => null,
    };

    private static StandInAnswer Rejected(string code, string text, string fixBy) => new("rejected") { Code = code, Text = text, FixBy = fixBy };

    private Account NewAccount(StandInInstruction instruction) =>
        _accounts[instruction.Reference] = new Account(instruction.Reference, string.Create(CultureInfo.InvariantCulture, $"D{_accounts.Count + 1:D7}"));

    private StandInAnswer Booked(StandInInstruction instruction, Account account)
    {
        account.Version = instruction.Version;
        account.AmountOre = instruction.Kind switch
        {
            // Booked a second time, it is claimed a second time.
            "register" => account.AmountOre + instruction.AmountOre,
            "cancel" => account.AmountOre,
            _ => instruction.AmountOre,
        };
        account.InForce = instruction.Kind != "cancel";
        account.Bookings += instruction.Kind == "register" ? 1 : 0;
        account.Debtor = Convert.ToHexStringLower(HMACSHA256.HashData(_debtorKey, Encoding.UTF8.GetBytes(instruction.Debtor!.Number)));
        return new StandInAnswer("accepted") { DebtorReference = account.DebtorReference, Receipt = $"R{_decided.Count + 1}" };
    }

    private StandInEntry Book(Account account, string kind, long amountOre, string? reverses)
    {
        var now = _time.GetUtcNow();
        var entry = new StandInEntry(
            _entries.Count + 1, string.Create(CultureInfo.InvariantCulture, $"E{_entries.Count + 1:D7}"), kind, account.Reference, account.DebtorReference, amountOre,
            kind == "coverage" ? "bankSlip" : null, DateOnly.FromDateTime(now.UtcDateTime), now, reverses, kind == "writeOff" ? "Opgivet" : null);
        _entries.Add(entry);
        switch (kind)
        {
            case "coverage":
                account.CoveredOre += amountOre;
                break;
            case "reversal":
                account.ReversedOre += amountOre;
                break;
            default:
                account.WrittenOffOre += amountOre;
                break;
        }

        return entry;
    }

    private sealed class Account(string reference, string debtorReference)
    {
        public string Reference { get; } = reference;
        public string DebtorReference { get; } = debtorReference;
        public long AmountOre { get; set; }
        public bool InForce { get; set; } = true;
        public int Version { get; set; }
        public int Bookings { get; set; }
        public string? Debtor { get; set; }
        public long CoveredOre { get; set; }
        public long ReversedOre { get; set; }
        public long WrittenOffOre { get; set; }

        public DebtorClaim ToClaim() => new(Reference, AmountOre, InForce, Bookings, Bookings, Debtor, DebtorReference, CoveredOre, ReversedOre, WrittenOffOre);
    }
}

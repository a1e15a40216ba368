using System.Collections.Concurrent;
using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.ConformanceKit.Playing;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConformanceKit.Checks;

/// <summary>How a run is made. The defaults are those of a full proof.</summary>
public sealed record BenchOptions
{
    /// <summary>The municipality that the kit plays. 9999 is nobody's.</summary>
    public string Municipality { get; init; } = "9999";

    /// <summary>Claims of different runs have different fee ids, so that a debtor system may keep the earlier ones.</summary>
    public int Run { get; init; } = 1;

    /// <summary>How many instructions are sent in a row where it is about many.</summary>
    public int Many { get; init; } = 10_000;

    /// <summary>How many instructions wait while the debtor system takes nothing: some times more than a connector may take in one go.</summary>
    public int Backlog { get; init; } = 6_000;

    /// <summary>How long one instruction may take before it counts as lost.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long <see cref="Many"/> may take in all.</summary>
    public TimeSpan PatienceWithMany { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>The connector under test between Routing, which the kit plays, and its debtor system; with what both said, for the checks.</summary>
public sealed class Bench : IAsyncDisposable
{
    private const int MostAsked = 500;
    private static readonly TimeSpan AsksAfter = TimeSpan.FromSeconds(8);
    private readonly IConnectorFactory _factory;
    private readonly ConnectorStart _start;
    private readonly KeyRing _keys;
    private readonly ConcurrentQueue<string> _said;
    private IRunningConnector _connector;

    private Bench(
        BenchOptions options, IConnectorFactory factory, ConnectorStart start, KeyRing keys, ConcurrentQueue<string> said, RoutingSide routing, IDebtorSystem debtorSystem,
        IRunningConnector connector, TimeProvider time)
    {
        Options = options;
        _factory = factory;
        _start = start;
        _keys = keys;
        _said = said;
        Routing = routing;
        DebtorSystem = debtorSystem;
        _connector = connector;
        Time = time;
        Claims = new Claims(options.Municipality, new Sealer(keys), options.Run, time);
    }

    public BenchOptions Options { get; }

    public RoutingSide Routing { get; }

    public IDebtorSystem DebtorSystem { get; }

    public Claims Claims { get; }

    public TimeProvider Time { get; }

    public IRunningConnector Connector => _connector;

    /// <summary>Every line of the connector's log so far.</summary>
    public IReadOnlyCollection<string> Said => _said;

    /// <summary>The connector's own folder.</summary>
    public string ConnectorData => _start.Data;

    /// <param name="folder">An empty folder for the run's keys and the connector's data.</param>
    public static async Task<Bench> OpenAsync(
        BenchOptions options, IConnectorFactory factory, string broker, string folder, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var (keyFolder, secret, data) = (Path.Combine(folder, "keys"), Path.Combine(folder, "keys", "vendor.key"), Path.Combine(folder, "connector"));
        Directory.CreateDirectory(data);
        var municipalities = Path.Combine(folder, "municipalities.yaml");
        // As a vendor has them: the municipality's keys under a secret of the vendor's own, made here on first use.
        var master = MasterKey.Load(new Installation { Data = folder });
        File.Copy(Path.Combine(keyFolder, "master.key"), secret, overwrite: true);
        var keys = new KeyRing(keyFolder, master, time: time);
        var debtorSystem = await factory.OpenDebtorSystemAsync(options.Municipality, cancellation);
        try
        {
            await File.WriteAllTextAsync(municipalities, MunicipalityFileOf(options.Municipality, factory, debtorSystem.Endpoint), cancellation);
            var routing = await RoutingSide.OpenAsync(broker, options.Municipality, time, loggers, cancellation);
            try
            {
                var said = new ConcurrentQueue<string>();
                var start = new ConnectorStart(broker, options.Municipality, debtorSystem.Endpoint, keyFolder, secret, data, municipalities, said.Enqueue);
                var connector = await factory.StartAsync(start, cancellation);
                return new Bench(options, factory, start, keys, said, routing, debtorSystem, connector, time);
            }
            catch
            {
                await routing.DisposeAsync();
                throw;
            }
        }
        catch
        {
            await debtorSystem.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the connector in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        if (!_connector.CanBeKilled)
            throw new CheckNotRunException("the kit did not start the connector, so it cannot kill it: name its command with --start \"…\"");
        await _connector.KillAsync();
        await _connector.DisposeAsync();
    }

    public async Task StartAgainAsync(CancellationToken cancellation) => _connector = await _factory.StartAsync(_start, cancellation);

    public void Needs(DebtorSystemAbilities ability)
    {
        if ((DebtorSystem.Can & ability) != ability)
            throw new CheckNotRunException($"this debtor system cannot be told to: {ability & ~DebtorSystem.Can}");
    }

    /// <summary>While the debtor system behaves so; afterwards it behaves well again, whatever came of it.</summary>
    public async Task WhileAsync(DebtorBehaviour behaviour, Func<Task> body, CancellationToken cancellation)
    {
        await DebtorSystem.BehaveAsync(behaviour, cancellation);
        try
        {
            await body();
        }
        finally
        {
            await DebtorSystem.BehaveAsync(DebtorBehaviour.Good, cancellation);
        }
    }

    public Task SendAsync(CancellationToken cancellation, params IReadOnlyList<TransferClaim> instructions) => Routing.SendAsync(instructions, cancellation);

    /// <summary>Waits for a condition; a connector that has ended meanwhile is told of instead of waited for.</summary>
    public async Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> condition, CancellationToken cancellation, TimeSpan? patience = null)
    {
        if (await Routing.UntilAsync(async token => await condition(token) || _connector.Ended.IsCompleted, patience ?? Options.Patience, cancellation) && await condition(cancellation))
            return true;
        Expect.That(!_connector.Ended.IsCompleted, $"the connector ended: {(_connector.Ended.IsCompleted ? await _connector.Ended : "")}");
        return false;
    }

    public Task<bool> UntilAsync(Func<bool> condition, CancellationToken cancellation, TimeSpan? patience = null) =>
        UntilAsync(_ => Task.FromResult(condition()), cancellation, patience);

    /// <summary>The final reply to an instruction; fails with what came instead.</summary>
    public async Task<TransferReported> FinalAsync(TransferClaim instruction, CancellationToken cancellation, TimeSpan? patience = null)
    {
        await UntilFinalAsync([instruction], patience ?? Options.Patience, cancellation);
        return Final(instruction.InstructionId)
            ?? throw new CheckFailedException($"no final reply to {instruction.Instruction} within {(patience ?? Options.Patience).TotalSeconds:0} s; {CameFor(instruction)}");
    }

    public async Task<TransferReported> AcceptedAsync(TransferClaim instruction, CancellationToken cancellation, TimeSpan? patience = null)
    {
        var report = await FinalAsync(instruction, cancellation, patience);
        Expect.That(report.Outcome == TransferOutcome.Accepted, $"{instruction.Instruction} was answered {report.Outcome} {report.Code} \"{report.Text}\"");
        return report;
    }

    /// <summary>Whether all were accepted; fails with how many were not.</summary>
    public async Task AllAcceptedAsync(IReadOnlyList<TransferClaim> instructions, CancellationToken cancellation, TimeSpan? patience = null)
    {
        await UntilFinalAsync(instructions, patience ?? Options.PatienceWithMany, cancellation);
        var missing = instructions.Where(instruction => Final(instruction.InstructionId) is null).ToList();
        Expect.That(missing.Count == 0, $"{missing.Count} of {instructions.Count} instructions have no final reply; of the first: {(missing.Count == 0 ? "" : CameFor(missing[0]))}");
        var other = instructions.Select(instruction => Final(instruction.InstructionId)!).Where(report => report.Outcome != TransferOutcome.Accepted).ToList();
        Expect.That(other.Count == 0, $"{other.Count} of {instructions.Count} instructions were answered otherwise, the first {(other.Count == 0 ? "" : $"{other[0].Outcome} {other[0].Code}")}");
    }

    /// <summary>
    /// Waits until each is answered for good or set aside. As Routing does after its deadlines, only sooner: while nothing more is answered, it asks what became of those that are not.
    /// </summary>
    private async Task UntilFinalAsync(IReadOnlyList<TransferClaim> instructions, TimeSpan patience, CancellationToken cancellation)
    {
        var began = Time.GetTimestamp();
        for (var (asked, open) = (0, Open()); open.Count > 0 && patience - Time.GetElapsedTime(began) is var left && left > TimeSpan.Zero;)
        {
            var before = open.Count;
            await UntilAsync(() => Open().Count < before, cancellation, left < AsksAfter ? left : AsksAfter);
            open = Open();
            if (open.Count == before && left > AsksAfter)
                await Routing.SendAsync([.. open.Take(MostAsked).Select(instruction => Claims.Ask(instruction, 100 + ++asked))], cancellation);
        }

        List<TransferClaim> Open() => [.. instructions.Where(instruction => Final(instruction.InstructionId) is null && !IsSetAside(instruction))];
    }

    /// <summary>How the claim stands at the debtor system, once it has it.</summary>
    public async Task<DebtorClaim> BookedAsync(TransferClaim instruction, CancellationToken cancellation) =>
        await DebtorSystem.FindAsync(instruction.Reference, cancellation)
            ?? throw new CheckFailedException($"the debtor system has no claim under our reference {instruction.Reference}");

    /// <summary>Each registered once, for its amount.</summary>
    public async Task AllBookedOnceAsync(IReadOnlyList<TransferClaim> registrations, CancellationToken cancellation)
    {
        var books = await DebtorSystem.FindAsync([.. registrations.Select(registration => registration.Reference)], cancellation);
        var absent = registrations.Count(registration => !books.ContainsKey(registration.Reference));
        Expect.That(absent == 0, $"{absent} of {registrations.Count} claims are not in the debtor system's books");
        var twice = books.Values.Where(claim => claim.Bookings > 1).ToList();
        Expect.That(twice.Count == 0, $"{twice.Count} of {registrations.Count} claims were booked more than once, {(twice.Count == 0 ? "" : twice[0].Reference)} {(twice.Count == 0 ? 0 : twice[0].Bookings)} times");
        var wrong = registrations.FirstOrDefault(registration => books[registration.Reference].AmountOre != registration.AmountOre);
        Expect.That(wrong is null, $"{wrong?.Reference} is claimed with {(wrong is null ? 0 : books[wrong.Reference].AmountOre)} øre instead of {wrong?.AmountOre}");
    }

    /// <summary>The first final reply: accepted or rejected.</summary>
    public TransferReported? Final(Guid instructionId) =>
        Routing.RepliesTo(instructionId).Select(reply => reply.Report!).FirstOrDefault(report => report.Outcome is TransferOutcome.Accepted or TransferOutcome.Rejected);

    public bool IsSetAside(TransferClaim instruction) => Routing.IsSetAside(instruction.MessageId);

    /// <summary>What came for an instruction, in words.</summary>
    public string CameFor(TransferClaim instruction)
    {
        var replies = Routing.RepliesTo(instruction.InstructionId);
        var aside = Routing.SetAside.FirstOrDefault(message => message.MessageId == instruction.MessageId.ToString());
        return $"{(replies.Count == 0 ? "no reply at all" : $"replies: {string.Join(", ", replies.Take(5))}")}{(aside is null ? "" : $"; the message stands on {aside.Queue}")}";
    }

    public async ValueTask DisposeAsync()
    {
        await _connector.DisposeAsync();
        await Routing.DisposeAsync();
        await DebtorSystem.DisposeAsync();
        _keys.Dispose();
    }

    private static string MunicipalityFileOf(string municipality, IConnectorFactory factory, Uri endpoint) =>
        $"""
        # Made by the conformance kit: a municipality that is nobody's.
        - code: "{municipality}"
          name: Prøvekommune
          cvr: "{Identifiers.CvrExample}"
          vendor: {(factory as INamedVendor)?.Vendor ?? "KmdOpus"}
          stage: Test
          cutover: 2020-11-01
          minorPolicy: HoldForPerson
          endpoint: {endpoint}

        """;
}

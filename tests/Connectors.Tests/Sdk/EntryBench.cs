using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Entries;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>The real steps on a real store; the broker confirms, or does not, as the test says, and any step may be the last of its process.</summary>
internal sealed class EntryBench : IAsyncDisposable
{
    public const string København = "0101";
    public const string Aarhus = "0751";
    private const string Agency = "DK-710100";

    private readonly StoreForTests _installation;
    private readonly IStore _store;

    private EntryBench(StoreForTests installation)
    {
        _installation = installation;
        _store = installation.Stores.Open("connector_kmdopus");
        Log = new SqlEntryLog(_store);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    public ConnectorOptions Options { get; } = new();

    public Confirmed Broker { get; } = new();

    public IEntryLog Log { get; }

    public static async Task<EntryBench> StartAsync(Engine engine)
    {
        var bench = new EntryBench(await StoreForTests.NewAsync(engine));
        await new SqlInstructionLog(bench._store).MigrateAsync([København, Aarhus], CancellationToken.None);
        return bench;
    }

    public static EntrySubject Claim(long fee) => new($"{Agency}-{fee}");

    public static Guid IdOf(long fee) => DeterministicId.OfClaim(Agency, fee);

    public DebtorEntry.Coverage Coverage(
        string id, long fee = 1, long ore = 2_000, EntrySubject? subject = null, string? channel = null, AccountPart part = AccountPart.Principal) =>
        new(id, subject ?? Claim(fee), Time.GetUtcNow(), new DateOnly(2026, 11, 22), ore, channel, part);

    /// <summary>A process of its own each time: nothing is remembered but what the store has.</summary>
    public EntryHandler NewHandler(IEntryLog? log = null) => new("KmdOpus", log ?? Log, Broker, Options, Time, NullLogger.Instance);

    public Task TakeInAsync(params IReadOnlyList<DebtorEntry> entries) => NewHandler().TakeInAsync(København, entries, CancellationToken.None);

    public async Task SweepAsync()
    {
        Time.Advance(Options.Lease);
        await NewHandler().SweepAsync(CancellationToken.None);
    }

    /// <summary>An instruction that was taken for the claim.</summary>
    public Task InstructedAsync(long fee, int version, string traceParent) => new SqlInstructionLog(_store).ChangeAsync(
        [],
        _ => [new InstructionRow(
            DeterministicId.Of(IdOf(fee), $"step/{version}"), 0, IdOf(fee), København, version == 1 ? InstructionKind.Register : InstructionKind.Adjust, null, version, version,
            Guid.NewGuid(), InstructionStatus.Done, 1, null, 0, null, null, null, null, null, null, traceParent, "{}")],
        CancellationToken.None);

    public async Task<long> CountAsync(string table)
    {
        await using var connection = await _store.OpenAsync(CancellationToken.None);
        return await connection.ExecuteScalarAsync<long>(_store.Sql($"SELECT COUNT(*) FROM connector_kmdopus.{table}"));
    }

    /// <summary>Everything that is stored of entries, as text.</summary>
    public async Task<string> StoredAsync()
    {
        await using var connection = await _store.OpenAsync(CancellationToken.None);
        var rows = await connection.QueryAsync(_store.Sql("SELECT * FROM connector_kmdopus.entries"));
        return string.Join('\n', rows.Select(row => string.Join(' ', ((IDictionary<string, object?>)row).Values)));
    }

    public async ValueTask DisposeAsync() => await _installation.DisposeAsync();
}

/// <summary>What the broker has confirmed, in the order it came.</summary>
internal sealed class Confirmed : IPublisher
{
    public List<OutgoingMessage> All { get; } = [];

    /// <summary>The broker confirms nothing.</summary>
    public bool IsDown { get; set; }

    /// <summary>The broker has it, and the confirm never reaches the publisher.</summary>
    public bool LosesConfirms { get; set; }

    public IReadOnlyList<string> Names => [.. All.Select(message => message.Name)];

    public T Single<T>(string name, JsonTypeInfo<T> type) where T : IMessage
    {
        var message = All.Where(message => message.Name == name).ShouldHaveSingleItem();
        var read = JsonSerializer.Deserialize(message.Body.Span, type)!;
        read.MessageId.ShouldBe(message.MessageId);
        return read;
    }

    public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        if (IsDown)
            throw new TransientException("The broker is away.");
        All.AddRange(messages);
        return LosesConfirms ? throw new TransientException("The connection broke before the confirm.") : Task.CompletedTask;
    }
}

/// <summary>A log whose process dies before or after one of its steps.</summary>
internal sealed class DyingLog(IEntryLog log, string before = "", string after = "") : IEntryLog
{
    public Task<IReadOnlyDictionary<Guid, ClaimInLog>> ClaimsAsync(IReadOnlyCollection<Guid> claims, CancellationToken cancellation) =>
        StepAsync("claims", () => log.ClaimsAsync(claims, cancellation));

    public Task<IReadOnlyList<EntryTaken>> RecordAsync(
        string municipality, IReadOnlyList<EntryRow> rows, Func<EntryRow, EntryRow> conflict, CancellationToken cancellation) =>
        StepAsync("record", () => log.RecordAsync(municipality, rows, conflict, cancellation));

    public Task MarkPublishedAsync(IReadOnlyList<EntryRow> rows, CancellationToken cancellation) => StepAsync("mark", async () =>
    {
        await log.MarkPublishedAsync(rows, cancellation);
        return true;
    });

    public Task<IReadOnlyList<EntryRow>> UnpublishedAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => log.UnpublishedAsync(now, limit, cancellation);

    public Task<IReadOnlyList<EntryDepth>> DepthsAsync(DateTimeOffset now, CancellationToken cancellation) => log.DepthsAsync(now, cancellation);

    public Task<IReadOnlyList<Refusal>> RefusalsAsync(string? municipality, CancellationToken cancellation) => log.RefusalsAsync(municipality, cancellation);

    public Task RefuseAsync(string municipality, IReadOnlyList<RefusedDocument> documents, DateTimeOffset now, CancellationToken cancellation) =>
        log.RefuseAsync(municipality, documents, now, cancellation);

    public Task SettleAsync(string municipality, IReadOnlyList<string> documentIds, CancellationToken cancellation) => log.SettleAsync(municipality, documentIds, cancellation);

    private async Task<T> StepAsync<T>(string step, Func<Task<T>> work)
    {
        if (step == before)
            throw new ProcessDied();
        var result = await work();
        return step == after ? throw new ProcessDied() : result;
    }
}

internal sealed class ProcessDied() : Exception("The process died here.");

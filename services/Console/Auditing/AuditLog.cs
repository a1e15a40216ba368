using System.Data.Common;
using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Auditing;

/// <summary>What somebody did.</summary>
/// <param name="Action">replay.start, letter.archive, sealed.view …</param>
/// <param name="Subject">What it was done to: an id, a claim, a user.</param>
/// <param name="Municipality">Empty: of none, or of all.</param>
/// <param name="What">Particulars as JSON; no personal data.</param>
/// <param name="Outcome">What came of it: done, refused, or the figures at the end.</param>
public sealed record AuditedAction(string Action, string Subject, string Municipality, string Why, string? What, string Outcome);

/// <summary>An entry of the log, chained to the one before it.</summary>
public sealed record AuditEntry(
    long Sequence, DateTimeOffset At, string Who, string Role, string Action, string Subject, string Municipality, string Why, string? What, string Outcome, string PreviousHash, string Hash)
{
    /// <summary>What the hash is over: every field, in a form that cannot be read two ways.</summary>
    internal string Content() => JsonSerializer.Serialize((object?[])[Sequence, At.ToUnixTimeMilliseconds(), Who, Role, Action, Subject, Municipality, Why, What, Outcome]);
}

/// <param name="IsWhole">No entry was changed, taken out or added past the console.</param>
/// <param name="Entries">How many were looked at.</param>
/// <param name="HeadHash">Of the newest; noted elsewhere, it shows later that the log was not wound back as a whole.</param>
/// <param name="FirstFault">Where the chain breaks, and how.</param>
public sealed record AuditVerdict(bool IsWhole, long Entries, string HeadHash, string? FirstFault, long? FaultAt)
{
    /// <summary>The fault as a note.</summary>
    public Note? Why { get; init; }
}

/// <summary>The number and the hash of an entry, kept where whoever can write to the database cannot: a verdict's <c>entries</c> and <c>headHash</c>.</summary>
public sealed record AuditNote(long Sequence, string Hash);

/// <param name="Next">Give it as <c>before</c> for older ones.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, long? Next);

/// <summary>The append-only log of every action. An entry is written in the transaction of what it tells of: neither is there without the other.</summary>
public sealed class AuditLog(IStore store, KeyRing keys, TimeProvider time)
{
    private const string Beginning = "0000000000000000000000000000000000000000000000000000000000000000";
    private const int PageSize = 2_000;

    private const string Columns = """
        sequence AS Sequence, recorded_at AS RecordedAt, who AS Who, role AS Role, action AS Action, subject AS Subject, municipality AS Municipality, why AS Why, what AS What,
        outcome AS Outcome, previous_hash AS PreviousHash, hash AS Hash
        """;

    private readonly ChainSeal _seal = new(keys, "audit");

    /// <summary>Makes the head of a log that nobody has written to; called once, when the schema is there.</summary>
    public Task BeginAsync(CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            var connection = transaction.Connection!;
            var entries = await connection.QuerySingleAsync<long>(new CommandDefinition(store.Sql("SELECT COUNT(*) FROM console.audit"), transaction: transaction, cancellationToken: cancellation));
            if (entries == 0)
                await store.InsertNewAsync(transaction, ConsoleSchema.AuditHead, [[1L, 0L, Beginning, HeadSeal(0, Beginning)]], cancellation);
            return true;
        },
        cancellation);

    public Task AppendAsync(Actor who, AuditedAction action, CancellationToken cancellation) => store.InTransactionAsync(
        async transaction =>
        {
            await AppendAsync(transaction, who, [action], cancellation);
            return true;
        },
        cancellation);

    /// <summary>In the caller's transaction.</summary>
    public async Task AppendAsync(DbTransaction transaction, Actor who, IReadOnlyList<AuditedAction> actions, CancellationToken cancellation)
    {
        var connection = transaction.Connection!;
        // Taking the head's row first makes whoever comes next wait: the chain has one end.
        await connection.ExecuteAsync(new CommandDefinition(store.Sql("UPDATE console.audit_head SET sequence = sequence WHERE id = 1"), transaction: transaction, cancellationToken: cancellation));
        var head = await SoundHeadAsync(connection, transaction, cancellation);
        var (sequence, hash) = (head.Sequence, head.Hash);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var rows = new List<object?[]>(actions.Count);
        foreach (var action in actions)
        {
            var entry = new AuditEntry(
                ++sequence, now, who.Name, who.Role.ToString(), action.Action, action.Subject, action.Municipality, action.Why, action.What, action.Outcome, hash, "");
            hash = _seal.Next(hash, entry.Content());
            rows.Add([entry.Sequence, now.ToUnixTimeMilliseconds(), entry.Who, entry.Role, entry.Action, entry.Subject, entry.Municipality, entry.Why, entry.What, entry.Outcome, entry.PreviousHash, hash]);
        }

        await store.InsertAsync(transaction, ConsoleSchema.Audit, rows, cancellation);
        await connection.ExecuteAsync(new CommandDefinition(
            store.Sql("UPDATE console.audit_head SET sequence = @sequence, hash = @hash, seal = @seal WHERE id = 1"), new { sequence, hash, seal = HeadSeal(sequence, hash) }, transaction,
            cancellationToken: cancellation));
    }

    /// <summary>The newest first.</summary>
    /// <param name="before">Entries older than that one; null: from the newest.</param>
    public async Task<AuditPage> ReadAsync(IReadOnlySet<string>? scope, string? action, string? who, string? subject, int limit, long? before, CancellationToken cancellation)
    {
        var parameters = new DynamicParameters(new { limit, before = before ?? long.MaxValue });
        var conditions = "sequence < @before";
        if (scope is not null)
        {
            conditions += $" AND {store.In("municipality", "scope", ColumnType.Text)}";
            parameters.Add("scope", store.List(scope));
        }

        foreach (var (column, value) in new[] { ("action", action), ("who", who), ("subject", subject) })
        {
            if (string.IsNullOrWhiteSpace(value))
                continue;
            conditions += $" AND {column} = @{column}";
            parameters.Add(column, value.Trim());
        }

        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"SELECT {store.Top("limit")} {Columns} FROM console.audit WHERE {conditions} ORDER BY sequence DESC {store.Limit("limit")}"), parameters, cancellationToken: cancellation)))
            .Select(row => row.Entry()).ToList();
        return new AuditPage(rows, rows.Count == limit ? rows[^1].Sequence : null);
    }

    /// <summary>What was seen of a citizen, the newest first.</summary>
    /// <param name="citizen">The keyed hash of its number.</param>
    internal async Task<IReadOnlyList<AuditEntry>> OfCitizenAsync(IReadOnlySet<string>? scope, string citizen, int limit, CancellationToken cancellation)
    {
        var parameters = new DynamicParameters(new { limit, citizen = $"%\"{citizen}\"%" });
        var conditions = "action IN ('sealed.view', 'citizen.list', 'citizen.erase') AND what LIKE @citizen";
        if (scope is not null)
        {
            conditions += $" AND {store.In("municipality", "scope", ColumnType.Text)}";
            parameters.Add("scope", store.List(scope));
        }

        await using var connection = await store.OpenAsync(cancellation);
        return [.. (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"SELECT {store.Top("limit")} {Columns} FROM console.audit WHERE {conditions} ORDER BY sequence DESC {store.Limit("limit")}"), parameters, cancellationToken: cancellation)))
            .Select(row => row.Entry())];
    }

    /// <summary>Reads the whole chain, page by page.</summary>
    public Task<AuditVerdict> VerifyAsync(CancellationToken cancellation) => VerifyAsync(null, cancellation);

    /// <param name="noted">Where the log was at some time: whoever wound the log back as a whole, head and all, has lost that entry.</param>
    public async Task<AuditVerdict> VerifyAsync(AuditNote? noted, CancellationToken cancellation)
    {
        var (sequence, hash) = (0L, Beginning);
        await using var connection = await store.OpenAsync(cancellation);
        while (true)
        {
            // The head first: what is added while the chain is read lies beyond it, and is read in the next round.
            var head = await HeadAsync(connection, null, cancellation);
            var before = sequence;
            List<AuditEntry> rows;
            do
            {
                rows = (await connection.QueryAsync<Row>(new CommandDefinition(
                    store.Sql($"SELECT {store.Top("limit")} {Columns} FROM console.audit WHERE sequence > @sequence ORDER BY sequence {store.Limit("limit")}"), new { sequence, limit = PageSize },
                    cancellationToken: cancellation))).Select(row => row.Entry()).ToList();
                foreach (var entry in rows)
                {
                    if (entry.Sequence != sequence + 1)
                        return Broken(sequence + 1, AuditNotes.Missing(sequence + 1));
                    if (entry.PreviousHash != hash)
                        return Broken(entry.Sequence, AuditNotes.DoesNotFollow(entry.Sequence, sequence));
                    if (_seal.Next(hash, entry.Content()) != entry.Hash)
                        return Broken(entry.Sequence, AuditNotes.Changed(entry.Sequence));
                    (sequence, hash) = (entry.Sequence, entry.Hash);
                    if (noted is not null && sequence == noted.Sequence && !string.Equals(hash, noted.Hash, StringComparison.OrdinalIgnoreCase))
                        return Broken(sequence, AuditNotes.NotTheNoted(sequence));
                }
            }
            while (rows.Count == PageSize);

            if (head is null)
                return Broken(sequence, AuditNotes.NoHead);
            if (head.Seal != HeadSeal(head.Sequence, head.Hash))
                return Broken(head.Sequence, AuditNotes.HeadChanged);
            if (head.Sequence > sequence)
                return Broken(sequence + 1, AuditNotes.EndsEarly(sequence, head.Sequence));
            if (noted is not null && noted.Sequence > sequence)
                return Broken(sequence + 1, AuditNotes.WoundBack(sequence, noted.Sequence));
            if (head.Sequence == sequence)
                return head.Hash == hash ? new AuditVerdict(true, sequence, hash, null, null) : Broken(sequence, AuditNotes.NotTheLast(sequence));
            if (sequence == before)
                return Broken(sequence, AuditNotes.BeyondHead(head.Sequence, sequence));
        }

        AuditVerdict Broken(long at, Note why) => new(false, sequence, hash, NotesOnPages.InEnglish(why), at) { Why = why };
    }

    /// <summary>What breaks at the chain's end, as far as one look tells; null: nothing. The whole chain is read by <see cref="VerifyAsync(CancellationToken)"/>.</summary>
    public async Task<Note?> FaultOfHeadAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await FaultOfAsync(await HeadAsync(connection, null, cancellation), connection, null, cancellation);
    }

    /// <exception cref="AuditBrokenException">The log does not end as the console left it: an entry that follows would cover up what was done to it.</exception>
    private async Task<Head> SoundHeadAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        var head = await HeadAsync(connection, transaction, cancellation);
        return await FaultOfAsync(head, connection, transaction, cancellation) is { } fault ? throw new AuditBrokenException(fault) : head!;
    }

    private async Task<Note?> FaultOfAsync(Head? head, DbConnection connection, DbTransaction? transaction, CancellationToken cancellation)
    {
        if (head is null)
            return AuditNotes.NoHead;
        // A head that somebody put there would be sealed by the next entry, and the chain be whole again.
        if (head.Seal != HeadSeal(head.Sequence, head.Hash))
            return AuditNotes.HeadChanged;
        var last = (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"SELECT {store.Top("limit")} {Columns} FROM console.audit WHERE sequence >= @Sequence ORDER BY sequence {store.Limit("limit")}"), new { head.Sequence, limit = 1 }, transaction,
            cancellationToken: cancellation))).FirstOrDefault()?.Entry();
        if (head.Sequence == 0)
            return last is null ? null : AuditNotes.BeyondHead(0, last.Sequence);
        if (last?.Sequence != head.Sequence)
            return AuditNotes.Missing(head.Sequence);
        if (last.Hash != head.Hash)
            return AuditNotes.NotTheLast(head.Sequence);
        return _seal.Next(last.PreviousHash, last.Content()) == last.Hash ? null : AuditNotes.Changed(head.Sequence);
    }

    private string HeadSeal(long sequence, string hash) => _seal.Next(hash, $"head/{sequence}");

    private async Task<Head?> HeadAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancellation) =>
        await connection.QuerySingleOrDefaultAsync<Head>(new CommandDefinition(
            store.Sql("SELECT sequence AS Sequence, hash AS Hash, seal AS Seal FROM console.audit_head WHERE id = 1"), transaction: transaction, cancellationToken: cancellation));

    private sealed record Head
    {
        public long Sequence { get; init; }
        public required string Hash { get; init; }
        public required string Seal { get; init; }
    }

    private sealed record Row
    {
        public long Sequence { get; init; }
        public long RecordedAt { get; init; }
        public required string Who { get; init; }
        public required string Role { get; init; }
        public required string Action { get; init; }
        public required string Subject { get; init; }
        public required string Municipality { get; init; }
        public required string Why { get; init; }
        public string? What { get; init; }
        public required string Outcome { get; init; }
        public required string PreviousHash { get; init; }
        public required string Hash { get; init; }

        public AuditEntry Entry() => new(
            Sequence, DateTimeOffset.FromUnixTimeMilliseconds(RecordedAt), Who, Role, Action, Subject, Municipality, Why, What, Outcome, PreviousHash, Hash);
    }
}

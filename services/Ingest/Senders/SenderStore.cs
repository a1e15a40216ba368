using System.Data.Common;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Ingest.Recording;
using Dapper;

namespace ClaimsTransfer.Ingest.Senders;

/// <summary>A key as it is listed.</summary>
/// <param name="ExpiresAt">From then on it is refused; null: it ends with its rotation.</param>
public sealed record KeyView(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>A registered sender.</summary>
/// <param name="Agencies">ISILs, or <c>*</c> alone.</param>
/// <param name="RevokedAt">Since when it may not send any more, with its keys gone; null: it may.</param>
/// <param name="Keys">Those that count now; none: it is known by a certificate of its name.</param>
public sealed record SenderView(string Name, IReadOnlyList<string> Agencies, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? Why, IReadOnlyList<KeyView> Keys);

/// <summary>Who may send claims, in Ingest's store: every instance asks it for every request, so that what is revoked is revoked at once and everywhere.</summary>
internal sealed class SenderStore(IStore store, TimeProvider time)
{
    private const string Columns = "s.name AS Name, s.agencies AS Agencies, s.created_at AS CreatedAt, s.revoked_at AS RevokedAt, s.why AS Why";
    private readonly string _byKey = store.Sql(
        $"SELECT {Columns}, k.hash AS Hash, k.expires_at AS ExpiresAt FROM ingest.sender_keys k JOIN ingest.senders s ON s.name = k.sender WHERE k.id = @id");
    private readonly string _byName = store.Sql($"SELECT {Columns} FROM ingest.senders s WHERE s.name = @name");
    private readonly string _all = store.Sql($"SELECT {Columns} FROM ingest.senders s ORDER BY s.name");
    private readonly string _keys = store.Sql(
        "SELECT id AS Id, sender AS Sender, created_at AS CreatedAt, expires_at AS ExpiresAt FROM ingest.sender_keys WHERE expires_at IS NULL OR expires_at > @now ORDER BY created_at, id");
    private readonly string _end = store.Sql("UPDATE ingest.sender_keys SET expires_at = @until WHERE sender = @name AND (expires_at IS NULL OR expires_at > @until)");
    private readonly string _removeEnded = store.Sql("DELETE FROM ingest.sender_keys WHERE sender = @name AND expires_at <= @now");
    private readonly string _remove = store.Sql("DELETE FROM ingest.sender_keys WHERE sender = @name");
    private readonly string _revoke = store.Sql("UPDATE ingest.senders SET revoked_at = @now, why = @why WHERE name = @name AND revoked_at IS NULL");

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <returns>Null: the key is unknown, or its time is over.</returns>
    public async Task<Sender?> ByKeyAsync(SenderKey key, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var found = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(_byKey, new { id = key.Id }, cancellationToken: cancellation));
        return found is { RevokedAt: null } && key.Is(found.Hash) && (found.ExpiresAt is null || found.ExpiresAt > Now) ? found.Sender : null;
    }

    /// <param name="name">Vouched for by a certificate.</param>
    public async Task<Sender?> ByNameAsync(string name, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(_byName, new { name }, cancellationToken: cancellation)) is { RevokedAt: null } found ? found.Sender : null;
    }

    public async Task<IReadOnlyList<SenderView>> ListAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var senders = await connection.QueryAsync<Row>(new CommandDefinition(_all, cancellationToken: cancellation));
        var keys = (await connection.QueryAsync<KeyRow>(new CommandDefinition(_keys, new { now = Now }, cancellationToken: cancellation))).ToLookup(key => key.Sender, StringComparer.Ordinal);
        return
        [
            .. senders.Select(row => new SenderView(
                row.Name, row.Agencies.Split(' '), At(row.CreatedAt), row.RevokedAt is { } at ? At(at) : null, row.Why,
                [.. keys[row.Name].Select(key => new KeyView(key.Id, At(key.CreatedAt), key.ExpiresAt is { } ends ? At(ends) : null))])),
        ];
    }

    /// <param name="key">Null: a certificate of its name vouches for it.</param>
    /// <returns>False: there is one of that name. A revoked one may come back, with a new key.</returns>
    public Task<bool> AddAsync(string name, IReadOnlyList<string> agencies, SenderKey? key, DateTimeOffset? expiresAt, CancellationToken cancellation) =>
        store.InTransactionAsync(
            async transaction =>
            {
                if (await FindAsync(transaction, name) is { RevokedAt: null })
                    return false;
                var now = Now;
                await store.UpsertAsync(transaction, Schema.Senders, [[name, string.Join(' ', agencies), now, null, null]], cancellation);
                await InsertAsync(transaction, name, key, now, expiresAt, cancellation);
                return true;
            },
            cancellation);

    /// <summary>Old and new keys both count until <paramref name="oldUntil"/>.</summary>
    /// <returns>False: there is no such sender, or it is revoked.</returns>
    public Task<bool> RotateAsync(string name, SenderKey key, DateTimeOffset oldUntil, DateTimeOffset? expiresAt, CancellationToken cancellation) =>
        store.InTransactionAsync(
            async transaction =>
            {
                if (await FindAsync(transaction, name) is not { RevokedAt: null })
                    return false;
                var now = Now;
                await transaction.Connection!.ExecuteAsync(_end, new { name, until = oldUntil.ToUnixTimeMilliseconds() }, transaction);
                await transaction.Connection!.ExecuteAsync(_removeEnded, new { name, now }, transaction);
                await InsertAsync(transaction, name, key, now, expiresAt, cancellation);
                return true;
            },
            cancellation);

    /// <returns>False: there is no such sender, or it is revoked already.</returns>
    public Task<bool> RevokeAsync(string name, string why, CancellationToken cancellation) =>
        store.InTransactionAsync(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync(_remove, new { name }, transaction);
                return await transaction.Connection!.ExecuteAsync(_revoke, new { name, why, now = Now }, transaction) == 1;
            },
            cancellation);

    /// <summary>Whether it has ever been there, revoked or not.</summary>
    public Task<bool> IsKnownAsync(string name, CancellationToken cancellation) =>
        store.InTransactionAsync(async transaction => await FindAsync(transaction, name) is not null, cancellation);

    private Task<Row?> FindAsync(DbTransaction transaction, string name) => transaction.Connection!.QuerySingleOrDefaultAsync<Row>(_byName, new { name }, transaction);

    private Task InsertAsync(DbTransaction transaction, string name, SenderKey? key, long now, DateTimeOffset? expiresAt, CancellationToken cancellation) =>
        store.InsertAsync(transaction, Schema.SenderKeys, key is null ? [] : [[key.Id, name, key.Hash, now, expiresAt?.ToUnixTimeMilliseconds()]], cancellation);

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed class Row
    {
        public string Name { get; init; } = "";
        public string Agencies { get; init; } = "";
        public long CreatedAt { get; init; }
        public long? RevokedAt { get; init; }
        public string? Why { get; init; }
        public string Hash { get; init; } = "";
        public long? ExpiresAt { get; init; }

        public Sender Sender => new(Name, Agencies == Senders.Sender.AllAgencies ? null : Agencies.Split(' ').ToHashSet(StringComparer.Ordinal));
    }

    private sealed class KeyRow
    {
        public string Id { get; init; } = "";
        public string Sender { get; init; } = "";
        public long CreatedAt { get; init; }
        public long? ExpiresAt { get; init; }
    }
}

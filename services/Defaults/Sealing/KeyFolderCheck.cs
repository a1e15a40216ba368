using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Defaults.Sealing;

/// <summary>
/// Remembers in the store which key folder is the installation's and which keys it has had, so that a folder that is not mounted, another's, or one from an old backup is known
/// for that: keys are made at the first start there ever was, and by command, never in place of others.
/// </summary>
public sealed partial class KeyFolderCheck(KeyRing ring, IStores stores, Loops loops, ILogger<KeyFolderCheck> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private static readonly Table Keys = new("sealing.keys", ["key_id"], [new Column("key_id", ColumnType.Text), new Column("check_value", ColumnType.Text)]);
    private static readonly Table Folders = new("sealing.folders", ["number"], [new Column("number", ColumnType.Integer), new Column("installation", ColumnType.Id)]);

    private static readonly Migration[] History =
    [
        new(1, "The key folder of the installation is known", ["CREATE TABLE sealing.folders (number {integer} NOT NULL PRIMARY KEY, installation {id} NOT NULL)"]),
        new(2, "Keys are known again", ["CREATE TABLE sealing.keys (key_id {text} NOT NULL PRIMARY KEY, check_value {text} NOT NULL)"]),
    ];

    private readonly IStore _store = stores.Open("sealing");
    private volatile WrongKeyFolderException? _wrong;

    /// <exception cref="WrongKeyFolderException">The keys are not there, or not the ones they were.</exception>
    public void Check()
    {
        ring.RequireOwnFolder("");
        if (_wrong is { } wrong)
            throw new WrongKeyFolderException(wrong.KeyId, wrong.Message);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _store.MigrateAsync(History, cancellationToken);
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Compares the folder with what is remembered, and remembers what is new in it.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            await ExpectAsync(cancellation);
            ring.RequireOwnFolder("");
            await CompareAsync(cancellation);
            _wrong = null;
        }
        catch (WrongKeyFolderException wrong)
        {
            if (_wrong is null)
                Log.Wrong(log, wrong.Message);
            _wrong = wrong;
        }
    }

    /// <summary>Where the store is away, say, what was seen last stands until the next look.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loops.EveryAsync(
        nameof(KeyFolderCheck), Interval, LookAsync,
        failure => Log.NotLooked(log, failure.GetType().Name, PersonalData.Mask(failure.Message, 300)), stoppingToken);

    /// <summary>The first start is the one of which the store knows nothing; the folder is then marked.</summary>
    private async Task ExpectAsync(CancellationToken cancellation)
    {
        if (await RememberedAsync(cancellation) is not { } known)
        {
            var marked = ring.Mark();
            await _store.InTransactionAsync(transaction => _store.InsertNewAsync(transaction, Folders, [[1L, marked]], cancellation), cancellation);
            // Another instance may have been first, with another folder.
            known = await RememberedAsync(cancellation) ?? marked;
        }

        ring.Expect(known);
    }

    private async Task<Guid?> RememberedAsync(CancellationToken cancellation)
    {
        await using var connection = await _store.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(_store.Sql("SELECT installation FROM sealing.folders WHERE number = 1"));
    }

    private async Task CompareAsync(CancellationToken cancellation)
    {
        Dictionary<string, string> known;
        await using (var connection = await _store.OpenAsync(cancellation))
            known = (await connection.QueryAsync<KnownKey>(_store.Sql("SELECT key_id, check_value FROM sealing.keys"))).ToDictionary(key => key.Key_Id, key => key.Check_Value);
        ring.Remember(known.Keys.ToHashSet(StringComparer.Ordinal));
        var here = ring.List().ToDictionary(key => key.KeyId, key => ring.CheckOf(key.KeyId));
        foreach (var (keyId, check) in known)
        {
            if (!here.TryGetValue(keyId, out var found))
                throw new WrongKeyFolderException(keyId, $"Key {keyId} has gone from {ring.Folder}. Restore its file from the latest backup of the folder.");
            if (found is not null && found != check)
                throw new WrongKeyFolderException(keyId, $"Key {keyId} in {ring.Folder} is another than it was. Restore its file from the latest backup of the folder.");
        }

        var added = here.Where(key => key.Value is not null && !known.ContainsKey(key.Key)).Select(key => new object?[] { key.Key, key.Value }).ToList();
        if (added.Count > 0)
            await _store.InTransactionAsync(transaction => _store.InsertNewAsync(transaction, Keys, added, cancellation), cancellation);
    }

    private sealed record KnownKey(string Key_Id, string Check_Value);

    private static partial class Log
    {
        [LoggerMessage(1080, LogLevel.Error, "Keys are neither used nor made until this is mended: {Why}")]
        public static partial void Wrong(ILogger logger, string why);

        [LoggerMessage(1081, LogLevel.Warning, "The key folder could not be compared now, {Fault}: {Text}")]
        public static partial void NotLooked(ILogger logger, string fault, string text);
    }
}

using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Archiving;

/// <summary>Puts letters aside that nothing is to be done about, and takes them back; removes what is done with. With a reason, on record.</summary>
public sealed class Archives(IStore store, Letters letters, AuditLog audit, VendorRoom room)
{
    /// <summary>What a purged letter has no more, without which letters are meant.</summary>
    internal static readonly IReadOnlyList<string> Purging = ["DELETE FROM console.bodies", "DELETE FROM console.failures", "UPDATE console.letters SET kept_bytes = 0"];

    /// <returns>How many.</returns>
    public Task<long> ArchiveAsync(Actor actor, LetterFilter filter, string why, CancellationToken cancellation) =>
        MoveAsync(actor, filter, [LetterStatus.Open], LetterStatus.Archived, "letter.archive", why, cancellation);

    public Task<long> RestoreAsync(Actor actor, LetterFilter filter, string why, CancellationToken cancellation) =>
        MoveAsync(actor, filter, [LetterStatus.Archived], LetterStatus.Open, "letter.restore", why, cancellation);

    /// <summary>
    /// Removes the bodies and failures of what was put aside or replayed, for good: the room of their vendor is free again. What waits for somebody is never
    /// removed. One that fails again is kept anew.
    /// </summary>
    public async Task<long> PurgeAsync(Actor actor, LetterFilter filter, string why, CancellationToken cancellation)
    {
        var purged = await MoveAsync(
            actor, filter, [LetterStatus.Archived, LetterStatus.Replayed], LetterStatus.Purged, "letter.purge", why, cancellation,
            Purging);
        room.Forget();
        return purged;
    }

    /// <param name="afterwards">Statements for all letters that are what these became; only once nobody else can have them.</param>
    private async Task<long> MoveAsync(
        Actor actor, LetterFilter filter, IReadOnlyList<LetterStatus> from, LetterStatus to, string action, string why, CancellationToken cancellation,
        params IReadOnlyList<string> afterwards)
    {
        var moved = await letters.WithCauseAsync(filter.For(actor) with { Status = from }, cancellation);
        return await store.InTransactionAsync(
            async transaction =>
            {
                var parameters = new DynamicParameters(new { newStatus = to.ToString() });
                var where = moved.Where(store, parameters);
                var touched = (await transaction.Connection!.QueryAsync<string>(new CommandDefinition(
                    store.Sql($"SELECT DISTINCT l.municipality FROM console.letters l WHERE {where}"), parameters, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation))).ToList();
                var single = touched is [var one] ? one : "";
                // Whoever was faster with one of them (a replay) keeps it.
                var count = (long)await ExecuteAsync(
                    $"""
                    UPDATE console.letters
                    SET status = @newStatus, row_version = row_version + 1
                    WHERE status IN ('{string.Join("', '", from)}') AND letter_id IN (SELECT l.letter_id FROM console.letters l WHERE {where})
                    """);
                foreach (var statement in afterwards)
                {
                    await ExecuteAsync(
                        $"{statement} WHERE letter_id IN (SELECT l.letter_id FROM console.letters l WHERE l.status = @newStatus AND l.kept_bytes > 0)");
                }

                var subject = filter.LetterIds is [var letter] ? letter.ToString() : "letters";
                await audit.AppendAsync(
                    transaction, actor, [new AuditedAction(action, subject, single, why, JsonSerializer.Serialize(new { letters = count, filter = filter with { Status = null } }, ServiceClient.Json), Note.Write([AuditNotes.Moved(count, to.ToString())]))],
                    cancellation);
                return count;

                Task<int> ExecuteAsync(string sql) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                    store.Sql(sql), parameters, transaction, commandTimeout: ConsoleSchema.WholeSetTimeout, cancellationToken: cancellation));
            },
            cancellation);
    }
}

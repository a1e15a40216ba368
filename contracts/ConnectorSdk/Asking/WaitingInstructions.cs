using System.Text.Json;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using Dapper;

namespace ClaimsTransfer.ConnectorSdk.Asking;

/// <summary>An instruction that the connector goes on with by itself. No identity.</summary>
/// <param name="MessageId">The latest sending that brought it.</param>
/// <param name="Attempts">Calls begun so far.</param>
/// <param name="DueAt">When something is done about it; while a call is under way: when it is considered lost.</param>
/// <param name="Since">Since when it is unclear whether the debtor system has it; else when it was first sent there.</param>
/// <param name="Why">What it waits for.</param>
public sealed record WaitingInstruction(
    Guid InstructionId, Guid MessageId, Guid ClaimId, string Municipality, string Agency, long FeeId, string Kind, string Status, int Attempts, DateTimeOffset DueAt,
    DateTimeOffset? Since, Note? Why);

public sealed record WaitingPage(IReadOnlyList<WaitingInstruction> Waiting, string? Next);

/// <summary>What waits for a retry or an answer, the soonest due first. An instruction that a call moves meanwhile may be on two pages or on none.</summary>
public sealed class WaitingInstructions(IStore store)
{
    public async Task<WaitingPage> ReadAsync(IReadOnlyCollection<string> municipalities, int limit, Place? after, CancellationToken cancellation)
    {
        var among = municipalities.Count == 0 ? "" : $" AND {store.In("municipality", "municipalities", ColumnType.Text)}";
        var behind = after is null ? "" : " AND due_at >= @at AND (due_at > @at OR instruction_id > @id)";
        await using var connection = await store.OpenAsync(cancellation);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"""
                SELECT {store.Top("limit")} instruction_id AS InstructionId, message_id AS MessageId, claim_id AS ClaimId, municipality AS Municipality, kind AS Kind, status AS Status,
                       attempts AS Attempts, due_at AS DueAt, first_attempt_at AS FirstAttemptAt, unclear_since_at AS UnclearSince, failure AS Failure, body AS Body
                FROM {store.Schema}.instructions
                WHERE due_at IS NOT NULL{among}{behind}
                ORDER BY due_at, instruction_id {store.Limit("limit")}
                """),
            new { limit, municipalities = store.List(municipalities), at = after?.At ?? 0, id = after?.Id ?? Guid.Empty }, cancellationToken: cancellation))).ToList();
        return new WaitingPage(rows.ConvertAll(row => row.Instruction()), rows.Count == limit ? new Place(rows[^1].DueAt, rows[^1].InstructionId).ToString() : null);
    }

    private sealed record Row
    {
        public Guid InstructionId { get; init; }
        public Guid MessageId { get; init; }
        public Guid ClaimId { get; init; }
        public required string Municipality { get; init; }
        public required string Kind { get; init; }
        public required string Status { get; init; }
        public long Attempts { get; init; }
        public long DueAt { get; init; }
        public long? FirstAttemptAt { get; init; }
        public long? UnclearSince { get; init; }
        public string? Failure { get; init; }
        public required string Body { get; init; }

        public WaitingInstruction Instruction()
        {
            var claim = JsonSerializer.Deserialize(Body, MessageJson.Default.TransferClaim)!;
            return new WaitingInstruction(
                InstructionId, MessageId, ClaimId, Municipality, claim.Agency, claim.FeeId, AskingJson.Word(Kind), AskingJson.Word(Status), (int)Attempts,
                DateTimeOffset.FromUnixTimeMilliseconds(DueAt), (UnclearSince ?? FirstAttemptAt) is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null,
                Status switch
                {
                    "Taken" => ConnectorNotes.ItsTurn,
                    "InCall" => ConnectorNotes.Reply,
                    "Waiting" when Failure is { } missing => Note.Read(missing)[0],
                    "Waiting" => ConnectorNotes.TakesNothing,
                    "Unclear" => ConnectorNotes.WhetherItHasIt,
                    _ => null,
                });
        }
    }
}

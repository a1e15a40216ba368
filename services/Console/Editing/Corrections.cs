using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Replaying;
using Dapper;

namespace ClaimsTransfer.OperationsConsole.Editing;

/// <summary>What was sent in place of a letter.</summary>
/// <param name="MessageId">Its own: the original's id stays the original's.</param>
/// <param name="Changes">Beside the untouched original; personal values masked.</param>
public sealed record Correction(Guid CorrectionId, Guid LetterId, Guid ReplayId, Guid MessageId, DateTimeOffset CreatedAt, string CreatedBy, IReadOnlyList<JsonChange> Changes);

/// <summary>
/// Edits a message that cannot be handled as it is: the change is kept beside the original, validated by whoever takes the message like any input, and sent under an id of its
/// own. The original cannot be replayed any more.
/// </summary>
public sealed class Corrections(
    IStore store, Letters letters, ReplayStore replays, AuditLog audit, MessageQuestions questions, MessageSealer sealer, TimeProvider time)
{
    /// <summary>What says which message and which claim it is.</summary>
    private static readonly string[] NeverChanged = ["messageId", "claimId", "municipality", "instructionId", "about"];

    /// <summary>What FBS says itself may be what it got wrong; between our services it names the claim.</summary>
    private static readonly string[] ChangedByFbsAlone = ["agency", "feeId", "version"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body as it may be shown and edited: personal values are masked, and stay what they are where the mask is left.</summary>
    /// <returns>Null: there is no such letter for this person.</returns>
    public async Task<string?> MaskedBodyAsync(Guid letterId, Actor actor, CancellationToken cancellation)
    {
        if (await letters.FindAsync(letterId, actor, cancellation) is null)
            return null;
        var body = await OpenedAsync(letterId, cancellation);
        return TryParse(body, out var json) ? MaskedJson.Of(json)?.ToJsonString(Indented) : PersonalData.Mask(Encoding.UTF8.GetString(body.Span), 10_000);
    }

    /// <exception cref="NotPossibleException">The edit is not valid, and why.</exception>
    public async Task<Replay> EditAsync(Actor actor, Guid letterId, string newBody, string why, CancellationToken cancellation)
    {
        if (await letters.FindAsync(letterId, actor, cancellation) is not { Letter: var letter })
            throw new NotPossibleException(CorrectionNotes.Unknown(letterId));
        if (letter.Status != LetterStatus.Open)
            throw new NotPossibleException(CorrectionNotes.DoesNotWait(letter.Status.ToString()));
        if (!TryParse(await OpenedAsync(letterId, cancellation), out var original) || original is not JsonObject)
            throw new NotPossibleException(CorrectionNotes.OriginalIsNotJson);
        if (!TryParse(Encoding.UTF8.GetBytes(newBody), out var typed) || typed is not JsonObject)
            throw new NotPossibleException(CorrectionNotes.IsNotJson);
        if (!MaskedJson.TryRestore(typed, original, out var edited))
            throw new NotPossibleException(CorrectionNotes.MaskMoved(MaskedJson.Mask));
        var changes = JsonChanges.Between(original, edited);
        if (changes.Count == 0)
            throw new NotPossibleException(CorrectionNotes.NothingChanged);
        foreach (var name in letter.Queue == Topology.IngestQueue ? NeverChanged : [.. NeverChanged, .. ChangedByFbsAlone])
        {
            if (changes.Any(change => IsOrIsIn(change.Path, name)))
                throw new NotPossibleException(CorrectionNotes.NeverChanged(name));
        }

        var earlier = await OfLetterAsync(letterId, cancellation);
        var messageId = DeterministicId.Of(letterId, $"correction/{earlier.Count + 1}");
        edited!["messageId"] = messageId.ToString();
        var body = Encoding.UTF8.GetBytes(edited.ToJsonString());
        await RequireValidAsync(letter, messageId, body, cancellation);

        var correctionId = DeterministicId.Of(messageId, "id");
        var replayId = DeterministicId.Of(messageId, "replay");
        await store.InTransactionAsync(
            async transaction =>
            {
                if ((await store.InsertNewAsync(
                    transaction, ConsoleSchema.Corrections,
                    [[correctionId, letterId, replayId, messageId, time.GetUtcNow().ToUnixTimeMilliseconds(), actor.Name, Sealed(JsonSerializer.SerializeToUtf8Bytes(changes)), Sealed(body)]], cancellation)).Count == 0)
                    throw new NotPossibleException(CorrectionNotes.EditedMeanwhile);
                await audit.AppendAsync(
                    transaction, actor,
                    [new AuditedAction("letter.edit", letterId.ToString(), letter.Municipality, why, JsonSerializer.Serialize(new { correctionId, messageId, changed = changes.Select(change => change.Path) }, ServiceClient.Json), "kept")],
                    cancellation);
                await replays.CreateForCorrectionAsync(
                    transaction, actor, letterId, LetterReader.IdOf(letter.Queue, messageId.ToString(), body), correctionId, replayId, AmountOf(edited), why, cancellation);
                return true;
            },
            cancellation);
        return await replays.StartAsync(replayId, actor, why, cancellation);
    }

    public async Task<IReadOnlyList<Correction>> OfLetterAsync(Guid letterId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            store.Sql($"SELECT {Row.Columns} FROM console.corrections WHERE letter_id = @letterId ORDER BY created_at, correction_id"), new { letterId }, cancellationToken: cancellation));
        return [.. rows.Select(row => new Correction(
            row.CorrectionId, row.LetterId, row.ReplayId, row.MessageId, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt), row.CreatedBy,
            [.. (JsonSerializer.Deserialize<JsonChange[]>(sealer.Open(Encoding.UTF8.GetBytes(row.Changes)).Span) ?? []).Select(change =>
                change with { Before = MaskedJson.Masked(change.Path, change.Before), After = MaskedJson.Masked(change.Path, change.After) })]))];
    }

    /// <summary>What is to be sent; the body as it is kept, sealed.</summary>
    internal async Task<(Guid MessageId, string Body)?> ToSendAsync(Guid correctionId, CancellationToken cancellation)
    {
        await using var connection = await store.OpenAsync(cancellation);
        return await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            store.Sql($"SELECT {Row.Columns} FROM console.corrections WHERE correction_id = @correctionId"), new { correctionId }, cancellationToken: cancellation)) is { } row
            ? (row.MessageId, row.Body)
            : null;
    }

    private async Task RequireValidAsync(Letter letter, Guid messageId, byte[] body, CancellationToken cancellation)
    {
        if (questions.ServiceOf(letter.Queue, letter.Name, letter.Municipality) is not { } service)
            return;
        Forecast forecast;
        try
        {
            // Numbers in the clear travel sealed, as in everything that Ingest takes from here.
            forecast = (await questions.ForecastAsync(service, [new MessageToForecast(letter.Name, messageId, service == "Ingest" ? sealer.Seal(body).ToArray() : body)], cancellation))[0];
        }
        catch (ServiceAwayException away)
        {
            throw new NotPossibleException([CorrectionNotes.NotValidatedNow, .. away.Notes]);
        }

        if (forecast.Outcome is Forecasts.Apply or Forecasts.Park)
            return;
        var faults = (forecast.Faults ?? []).SelectMany(fault => (Note[])[CorrectionNotes.Fault(fault.Field, fault.Example), fault.Why]);
        throw new NotPossibleException([forecast.Outcome == Forecasts.Duplicate ? CorrectionNotes.WouldChangeNothing : CorrectionNotes.NotValid, .. forecast.Notes ?? [], .. faults]);
    }

    private async Task<ReadOnlyMemory<byte>> OpenedAsync(Guid letterId, CancellationToken cancellation) =>
        (await letters.BodiesAsync([letterId], cancellation)).TryGetValue(letterId, out var kept) ? sealer.Open(Encoding.UTF8.GetBytes(kept)) : default;

    private string Sealed(byte[] content) => Encoding.UTF8.GetString(sealer.Seal(content).Span);

    private static bool TryParse(ReadOnlyMemory<byte> body, out JsonNode? json) => ReadableJson.TryParse(body.Span, out json);

    /// <summary>Whoever takes the message may not tell upper from lower case.</summary>
    private static bool IsOrIsIn(string path, string name) =>
        path.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (path.Length == name.Length || path[name.Length] is '.' or '[');

    private static long? AmountOf(JsonNode? edited) => ((string[])["amountOre", "newAmountOre"])
        .Select(name => edited?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var ore) ? ore : (long?)null)
        .FirstOrDefault(ore => ore is not null);

    private sealed record Row
    {
        public const string Columns = """
            correction_id AS CorrectionId, letter_id AS LetterId, replay_id AS ReplayId, message_id AS MessageId, created_at AS CreatedAt, created_by AS CreatedBy, changes AS Changes, body AS Body
            """;

        public Guid CorrectionId { get; init; }
        public Guid LetterId { get; init; }
        public Guid ReplayId { get; init; }
        public Guid MessageId { get; init; }
        public long CreatedAt { get; init; }
        public required string CreatedBy { get; init; }
        public required string Changes { get; init; }
        public required string Body { get; init; }
    }
}

using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.ConnectorSdk.Instructions;

/// <summary>
/// Not sent: the identity cannot be opened now, and can be when the key is here. It says nothing about the debtor system, and waits for as long as it takes: to send it to a person
/// would not bring the key.
/// </summary>
/// <param name="Why">Which key, and what brings it.</param>
internal sealed record Unopened(string KeyId, Note Why) : Submitted;

/// <summary>
/// Calls the vendor's code: opens identities on the way out, ends calls that take too long, and turns whatever goes wrong into the answer that is true then:
/// after an exception in a submission nobody knows, after one in a question it was not answered.
/// </summary>
internal sealed partial class DebtorCalls(
    IConnector connector, IUnsealer unsealer, Func<Municipality, Uri?> endpoint, ConnectorOptions options, TimeProvider time, ILogger logger)
{
    private static readonly Submitted.Unavailable Nowhere = new(null, "no endpoint is configured: municipalities.yaml says where a municipality's debtor system answers, endpoint: https://debtor.example.dk/base");
    private static readonly Submitted.Rejected NoPayments = new(
        InstructionRules.PaymentsNotTaken, "This debtor system does not register payments that were taken elsewhere.", FixBy.Vendor);

    private string Vendor => connector.Capabilities.Vendor;

    /// <returns>An answer for each row, and whether the debtor system was called at all.</returns>
    public async Task<(Submitted[] Answers, bool Reached)> SubmitAsync(
        Municipality municipality, IReadOnlyList<InstructionRow> rows, bool toTest, CancellationToken cancellation)
    {
        var answers = new Submitted[rows.Count];
        var instructions = new List<Instruction>(rows.Count);
        var places = new List<int>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var (debtor, instead) = IsNotTaken(rows[i]) ? (null, NoPayments) : Open(rows[i]);
            if (instead is not null)
            {
                answers[i] = instead;
                continue;
            }

            instructions.Add(InstructionOf(rows[i], rows[i], debtor!));
            places.Add(i);
        }

        if (instructions.Count == 0)
            return (answers, false);
        if (SystemOf(municipality, toTest) is not { } system)
        {
            foreach (var place in places)
                answers[place] = Nowhere;
            return (answers, true);
        }

        var came = await CallAsync(
            "submit", municipality, [.. places.Select(place => rows[place])], token => connector.SubmitAsync(system, instructions, token), instructions.Count, cancellation);
        for (var i = 0; i < places.Count; i++)
            answers[places[i]] = came.Answers?[i] ?? new Submitted.Unknown(came.Failure!);
        return (answers, true);
    }

    /// <param name="known">The instructions that questions are about, as far as the log has them.</param>
    public async Task<(Found[] Answers, bool Reached)> FindAsync(
        Municipality municipality, IReadOnlyList<InstructionRow> rows, IReadOnlyDictionary<Guid, InstructionRow> known, bool toTest, CancellationToken cancellation)
    {
        if (SystemOf(municipality, toTest) is not { } system)
            return ([.. rows.Select(_ => new Found.NoAnswer(Nowhere.Reason))], true);
        var instructions = rows.Select(row => InstructionOf(
            row, known.GetValueOrDefault(row.Subject) ?? row, Open(row).Debtor ?? new OpenIdentity(IdentityKind.Person, "", null))).ToList();
        var came = await CallAsync("find", municipality, rows, token => connector.FindAsync(system, instructions, token), instructions.Count, cancellation);
        return ([.. rows.Select((_, i) => came.Answers?[i] ?? new Found.NoAnswer(came.Failure!))], true);
    }

    /// <returns>Null when nothing could be read.</returns>
    public async Task<ReadBack?> ReadAsync(Municipality municipality, string? cursor, CancellationToken cancellation)
    {
        if (SystemOf(municipality) is not { } system)
            return null;
        ReadBack? read = null;
        await CallAsync<ReadBack>("read", municipality, [], async token => [read = await connector.ReadAsync(system, cursor, token)], 1, cancellation);
        return read;
    }

    /// <summary>Where a municipality's debtor system is asked what is about no instruction of ours; null: nowhere.</summary>
    public DebtorSystem? SystemOf(Municipality municipality) => SystemOf(municipality, municipality.Stage == Stage.Test);

    private async Task<(IReadOnlyList<T>? Answers, string? Failure)> CallAsync<T>(
        string operation, Municipality municipality, IReadOnlyList<InstructionRow> rows, Func<CancellationToken, Task<IReadOnlyList<T>>> call, int expected, CancellationToken cancellation)
    {
        using var span = operation == "read" ? null : ConnectorTelemetry.StartCall(Vendor, municipality.Code, operation, rows);
        using var timeout = new CancellationTokenSource(options.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        var began = time.GetTimestamp();
        string failure;
        try
        {
            // A connector that does not listen to its token is left behind rather than waited for.
            var answers = await call(either.Token).WaitAsync(options.CallTimeout + TimeSpan.FromSeconds(1), time, cancellation);
            if (FaultOf(operation, answers, expected) is not { } fault)
            {
                ConnectorTelemetry.Called(Vendor, municipality.Code, operation, "answered", time.GetElapsedTime(began));
                return (answers, null);
            }

            failure = fault;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception cause) when (cause is OperationCanceledException or TimeoutException)
        {
            failure = $"no reply within {options.CallTimeout.TotalSeconds:0.#} s";
        }
        catch (Exception cause)
        {
            failure = PersonalData.Mask($"{cause.GetType().Name}: {cause.Message}", 300);
        }
        finally
        {
            // Whatever the connector still does for this call must end: its answer would not be heard.
            await either.CancelAsync();
        }

        span?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, failure);
        ConnectorTelemetry.Called(Vendor, municipality.Code, operation, "failed", time.GetElapsedTime(began));
        Log.CallFailed(logger, Vendor, municipality.Code, operation, expected, failure);
        return (null, failure);
    }

    /// <summary>What no connector may answer, said to whoever wrote it: which member, what came, what belongs there. Null: nothing is wrong.</summary>
    private string? FaultOf<T>(string operation, IReadOnlyList<T>? answers, int expected)
    {
        var (member, doubt) = operation switch
        {
            "submit" => ("SubmitAsync", "Submitted.Unknown(\"…\") where it does not know"),
            "find" => ("FindAsync", "Found.NoAnswer(\"…\") where it does not know"),
            _ => ("ReadAsync", "new ReadBack([], cursor) where there is nothing to read"),
        };
        member = $"{connector.GetType().Name}.{member}";
        if (answers is null || (operation == "read" && answers is [null]))
            return $"{member} returned null; it returns {(operation == "read" ? "" : "one answer for each instruction, ")}{doubt}";
        if (answers.Count != expected)
            return $"{member} gave {answers.Count} {(answers.Count == 1 ? "answer" : "answers")} to {expected} {(expected == 1 ? "instruction" : "instructions")}; it gives one for each, in the same order, {doubt}";
        for (var i = 0; i < answers.Count; i++)
        {
            if (answers[i] is null)
                return $"{member}: answer {i + 1} of {expected} is null; it gives one for each, {doubt}";
        }

        return null;
    }

    private (OpenIdentity? Debtor, Submitted? Instead) Open(InstructionRow row)
    {
        try
        {
            return (unsealer.Open(row.Municipality, row.Claim.Debtor.Identity), null);
        }
        catch (NotServedException)
        {
            // It left while this was in hand: the log keeps the instruction for when it is back.
            return (null, new Submitted.Unavailable(options.LongestPause, "the municipality is not served any more"));
        }
        catch (KeyNotHereException missing)
        {
            return (null, new Unopened(missing.KeyId, ConnectorNotes.KeyNotHere(missing.KeyId, Vendor)));
        }
        catch (PermanentException)
        {
            return (null, new Submitted.Rejected(InstructionRules.Erased, "The debtor's identity was erased, or cannot be opened any more.", FixBy.Municipality));
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            // A damaged key file, another master key: an operator puts it right, and the instruction goes on.
            Log.NotOpened(logger, Vendor, row.Municipality, row.InstructionId, cause.GetType().Name);
            var keyId = row.Claim.Debtor.Identity.KeyId;
            return (null, new Unopened(keyId, ConnectorNotes.KeyNotRead(keyId, cause.GetType().Name)));
        }
    }

    private bool IsNotTaken(InstructionRow row) => row.Kind == InstructionKind.RegisterPayment && !connector.Capabilities.RegistersPayments;

    /// <param name="about">Of a question: the instruction it is about, where the log has it.</param>
    private static Instruction InstructionOf(InstructionRow row, InstructionRow about, OpenIdentity debtor)
    {
        var claim = row.Claim;
        return new Instruction(
            row.Subject, about.Kind, row.ClaimId, claim.Reference, claim.Agency, claim.FeeId, row.Version, claim.Type, claim.Reason, claim.AmountOre,
            claim.CreatedOn, claim.DueOn, claim.Debtor.Kind, debtor, claim.Materials, row.Attempts, row.TraceParent, about.Claim.Payment);
    }

    private DebtorSystem? SystemOf(Municipality municipality, bool toTest) =>
        endpoint(municipality) is { } uri ? new DebtorSystem(municipality.Code, municipality.Cvr, uri, toTest) : null;

    private static partial class Log
    {
        [LoggerMessage(3010, LogLevel.Warning, "{Vendor} {Municipality}: {Operation} of {Count} gave no answer: {Failure}")]
        public static partial void CallFailed(ILogger logger, string vendor, string municipality, string operation, int count, string failure);

        [LoggerMessage(3011, LogLevel.Error, "{Vendor} {Municipality}: the identity of instruction {Instruction} could not be opened ({Failure})")]
        public static partial void NotOpened(ILogger logger, string vendor, string municipality, Guid instruction, string failure);
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;

namespace ClaimsTransfer.Sandbox.Indsigt;

/// <summary>The REST stand-in for EG ØS Indsigt under <c>/sandbox/indsigt/{municipality}</c>.</summary>
public static class IndsigtStandIn
{
    internal const string Group = "/sandbox/indsigt/{municipality:regex(^\\d{{4}}$)}";

    private const int MostInstructions = 500;
    private const int MostReceipts = 500;
    private const int MostAccounts = 5_000;

    public static void MapIndsigtStandIn(this IEndpointRouteBuilder routes)
    {
        var indsigt = routes.MapGroup(Group);
        indsigt.MapPost("/instructions", SubmitAsync);
        indsigt.MapPost("/instructions/query", QueryAsync);
        indsigt.MapGet("/receipts", ReceiptsAsync);
        indsigt.MapGet("/accounts", AccountsAsync);
    }

    private static async Task<IResult> SubmitAsync(string municipality, HttpContext context, DebtorLedger ledger, FaultControl faults, TimeProvider time)
    {
        var cancellation = context.RequestAborted;
        if (await ReadAsync(context, IndsigtJson.Default.InstructionBatch) is not { Instructions: { Count: > 0 and <= MostInstructions } instructions } batch)
            return Refused($"The body must be a batch of 1 to {MostInstructions} instructions.");
        if (context.Request.Headers["Idempotency-Key"] != batch.BatchId.ToString())
            return Refused("The header Idempotency-Key must be the batch's id.");
        if (instructions.Any(i => i is not { Reference.Length: > 0, Kind: not InstructionKind.Find }))
            return Refused("An instruction lacks its reference, or is none that a debtor system carries out.");

        return await faults.AnswerAsync(context, municipality, CallName(instructions[0].InstructionId), time, async () =>
        {
            var decisions = await ledger.TakeUnderFaultsAsync([.. instructions.Select(i => ArrivalOf(municipality, i, batch.Test))], cancellation);
            var now = time.GetUtcNow();
            return Results.Json(
                new Answers([.. decisions.Select((d, i) => d is null ? NonsenseOf(instructions[i].InstructionId, faults) : Json(AnswerTo(d, now)))]),
                IndsigtJson.Default.Answers, statusCode: StatusCodes.Status202Accepted);
        });
    }

    private static async Task<IResult> QueryAsync(string municipality, HttpContext context, DebtorLedger ledger, FaultControl faults, TimeProvider time)
    {
        if (await ReadAsync(context, IndsigtJson.Default.Question) is not { InstructionIds: { Count: > 0 and <= MostInstructions } ids })
            return Refused($"The body must name 1 to {MostInstructions} instructions.");
        return await faults.AnswerAsync(context, municipality, $"query/{ids[0]}", time, async () =>
        {
            var known = await ledger.FindAsync(municipality, ids, context.RequestAborted);
            var poisoned = await ledger.PoisonedAsync(municipality, ids, known, context.RequestAborted);
            var now = time.GetUtcNow();
            return Results.Json(
                new Answers([.. ids.Select(id => poisoned.Contains(id) ? NonsenseOf(id, faults)
                    : Json(known.TryGetValue(id, out var decision) ? Find(decision, now) : new ItemAnswer(id, ItemStatus.NotFound)))]),
                IndsigtJson.Default.Answers);
        });
    }

    private static async Task<IResult> ReceiptsAsync(
        string municipality, string? after, int? limit, HttpContext context, DebtorLedger ledger, FaultControl faults, TimeProvider time)
    {
        if (!TryReadPosition(after, out var number, out var copy) || limit is < 1)
            return Refused("after must be a position of this feed, and limit at least 1.");
        return await faults.AnswerAsync(context, municipality, $"receipts/{municipality}/{after}", time, async () =>
        {
            var most = Math.Min(limit ?? MostReceipts, MostReceipts);
            // A doubled receipt has a second position just after its own, so the decision at the cursor may have a copy left to tell; one more than the
            // page says whether there is a next.
            var decisions = await ledger.ReceiptsAsync(municipality, copy == 0 ? number - 1 : number, most + 2, context.RequestAborted);
            var receipts = decisions.SelectMany(d => Copies(d, ledger, faults)).Where(r => r.Number > number || (r.Number == number && r.Copy > copy)).ToList();
            var page = receipts.Take(most).ToList();
            var next = page.Count > 0 ? Position(page[^1].Number, page[^1].Copy) : after ?? "";
            return Results.Json(new ReceiptPage([.. page.Select(r => r.Item)], next, receipts.Count > page.Count), IndsigtJson.Default.ReceiptPage);
        });
    }

    private static async Task<IResult> AccountsAsync(
        string municipality, string? after, int? limit, HttpContext context, DebtorLedger ledger, FaultControl faults, TimeProvider time)
    {
        if (limit is < 1)
            return Refused("limit must be at least 1.");
        return await faults.AnswerAsync(context, municipality, $"accounts/{municipality}/{after}", time, async () =>
        {
            var most = Math.Min(limit ?? MostAccounts, MostAccounts);
            var lines = await ledger.ExtractAsync(municipality, after, most + 1, context.RequestAborted);
            return Results.Json(new AccountPage([.. lines.Take(most).Select(AccountOf)], lines.Count > most), IndsigtJson.Default.AccountPage);
        });
    }

    private static AccountItem AccountOf(ExtractLine line) => new(
        line.Claim.Reference, line.Claim.AmountOre, line.Claim.Money.CoveredOre - line.Claim.Money.ReversedOre, line.Claim.Money.WrittenOffOre,
        line.Claim.State == ClaimState.InForce, line.Claim.Bookings, line.ChangedAt);

    private static IEnumerable<(long Number, int Copy, JsonElement Item)> Copies(Decision decision, DebtorLedger ledger, FaultControl faults)
    {
        for (var copy = 0; copy <= (faults.DoublesReceipt(decision.InstructionId) ? 1 : 0); copy++)
        {
            var answer = Decided(decision);
            var position = Position(decision.ReceiptNumber, copy);
            yield return (decision.ReceiptNumber, copy, ledger.IsPoisoned(decision)
                ? NonsenseOf(decision.InstructionId, faults, answer.ReceiptId, position)
                : JsonSerializer.SerializeToElement(
                    new ReceiptItem(
                        position, answer.ReceiptId!, decision.InstructionId, answer.Status, answer.DebtorReference, answer.Code, answer.Text, answer.FixBy, answer.PaymentSlip),
                    IndsigtJson.Default.ReceiptItem));
        }
    }

    private static Arrival ArrivalOf(string municipality, InstructionItem item, bool test) => new(
        municipality, Vendor.OesIndsigt, item.Reference, item.InstructionId, item.Kind, item.Version, item.AmountOre, item.Debtor?.Cpr ?? item.Debtor?.Cvr,
        Agency: item.Agency, FeeId: item.FeeId, IsTest: test);

    /// <summary>What its rules refuse is told in the reply; what they take is booked, and told by the feed.</summary>
    private static ItemAnswer AnswerTo(Decision decision, DateTimeOffset now) =>
        decision.IsBooked || decision.IsInProgress(now) ? Receipted(decision) : Decided(decision);

    private static ItemAnswer Find(Decision decision, DateTimeOffset now) => decision.IsInProgress(now) ? Receipted(decision) : Decided(decision);

    private static ItemAnswer Receipted(Decision decision) => new(decision.InstructionId, ItemStatus.Received, decision.ReceiptId.ToString());

    private static ItemAnswer Decided(Decision decision) => decision.Refusal is { } refusal
        ? new ItemAnswer(decision.InstructionId, ItemStatus.Rejected, decision.ReceiptId.ToString(), null, refusal.Code, refusal.Text, refusal.FixBy)
        : new ItemAnswer(decision.InstructionId, ItemStatus.Accepted, decision.ReceiptId.ToString(), decision.DebtorReference, PaymentSlip: decision.PaymentSlip);

    private static JsonElement Json(ItemAnswer answer) => JsonSerializer.SerializeToElement(answer, IndsigtJson.Default.ItemAnswer);

    /// <summary>A status that does not exist, or one that is not even a word.</summary>
    private static JsonElement NonsenseOf(Guid instructionId, FaultControl faults, string? receiptId = null, string? position = null) => JsonSerializer.SerializeToElement(
        new Nonsense(instructionId, receiptId, position, faults.IsWildNonsense(instructionId) ? JsonElement.Parse("[{}]") : JsonElement.Parse("\"¤%&\"")),
        IndsigtJson.Default.Nonsense);

    private static string CallName(Guid firstInstruction) => $"submit/{firstInstruction}";

    private static string Position(long number, int copy) => copy == 0 ? $"{number}" : $"{number}.{copy}";

    private static bool TryReadPosition(string? after, out long number, out int copy)
    {
        (number, copy) = (0, -1);
        if (string.IsNullOrEmpty(after))
            return true;
        var parts = after.Split('.');
        copy = 0;
        return long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && (parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out copy)));
    }

    private static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
        }
        catch (JsonException)
        {
            // Answered with 400 by the caller; the body itself is never repeated.
            return null;
        }
    }

    private static IResult Refused(string detail) => Results.Problem(detail, statusCode: StatusCodes.Status400BadRequest);
}

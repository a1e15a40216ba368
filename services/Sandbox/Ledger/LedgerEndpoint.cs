using System.Text.Json;
using ClaimsTransfer.Sandbox.Money;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaimsTransfer.Sandbox.Ledger;

/// <summary>
/// <c>GET /sandbox/ledger[?municipality=0101]</c>: every registered claim, streamed; <c>GET /sandbox/ledger/0101/REFERENCE</c>: one; <c>GET /sandbox/ledger/summary</c>: a few
/// figures a municipality.
/// </summary>
public static class LedgerEndpoint
{
    private const int FlushAt = 32 * 1024;

    public static void MapLedger(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/ledger", (HttpContext context, DebtorLedger ledger, string? municipality) => WriteAsync(context, ledger, municipality));
        routes.MapGet("/sandbox/ledger/{municipality:regex(^\\d{{4}}$)}/{reference}", WriteOneAsync);
        routes.MapGet("/sandbox/ledger/summary", async (DebtorLedger ledger, MoneyPending money, CancellationToken cancellation) =>
        {
            // What is pending first: where nothing is, the sums read after it are the last.
            var pending = await money.CountAsync(cancellation);
            return Results.Json((await ledger.SummaryAsync(cancellation)).ToDictionary(
                line => line.Municipality,
                line => new
                {
                    line.DebtorClaims, line.DebtorOre, line.MaxBookings, line.DebtorCoveredOre, line.DebtorReversedOre, line.DebtorWrittenOffOre,
                    MoneyPending = pending.GetValueOrDefault(line.Municipality),
                }, StringComparer.Ordinal), JsonSerializerOptions.Web);
        });
    }

    private static async Task<IResult> WriteOneAsync(string municipality, string reference, HttpContext context, DebtorLedger ledger)
    {
        if (await ledger.FindClaimAsync(municipality, reference, context.RequestAborted) is not { } claim)
            return Results.NotFound();
        using var text = new MemoryStream();
        await using (var json = new Utf8JsonWriter(text))
            Write(json, claim);
        return Results.Bytes(text.ToArray(), "application/json; charset=utf-8");
    }

    private static async Task WriteAsync(HttpContext context, DebtorLedger ledger, string? municipality)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("claims");
        await foreach (var claim in ledger.ReadAsync(municipality, context.RequestAborted))
        {
            Write(json, claim);
            if (json.BytesPending < FlushAt)
                continue;
            await json.FlushAsync(context.RequestAborted);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LedgerClaim claim)
    {
        json.WriteStartObject();
        json.WriteString("municipality", claim.Municipality);
        json.WriteString("vendor", claim.Vendor.ToString());
        json.WriteString("reference", claim.Reference);
        if (claim.ClaimId is { } claimId)
            json.WriteString("claimId", claimId);
        if (claim.Agency is { } agency)
            json.WriteString("agency", agency);
        if (claim.FeeId is { } feeId)
            json.WriteNumber("feeId", feeId);
        json.WriteNumber("amountOre", claim.AmountOre);
        json.WriteString("state", claim.State == ClaimState.InForce ? "inForce" : "cancelled");
        json.WriteNumber("version", claim.Version);
        json.WriteNumber("bookings", claim.Bookings);
        json.WriteNumber("received", claim.Received);
        json.WriteString("debtorReference", claim.DebtorReference);
        // A keyed hash: the same for the same person, and no more.
        if (claim.DebtorRef is { } debtor)
            json.WriteString("debtor", debtor);
        json.WriteNumber("coveredOre", claim.Money.CoveredOre);
        json.WriteNumber("reversedOre", claim.Money.ReversedOre);
        json.WriteNumber("writtenOffOre", claim.Money.WrittenOffOre);
        json.WriteNumber("balanceOre", claim.BalanceOre);
        json.WriteString("accountStatus", JsonNamingPolicy.CamelCase.ConvertName(claim.Money.Status.ToString()));
        if (claim.IsTest)
            json.WriteBoolean("test", true);
        json.WriteEndObject();
    }
}

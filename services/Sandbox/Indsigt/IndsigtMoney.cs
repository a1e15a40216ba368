using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Money;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Sandbox.Indsigt;

/// <summary><c>GET /sandbox/indsigt/{municipality}/entries?after=&amp;limit=</c>: what the debtor system booked by itself, as a feed with a cursor.</summary>
public static class IndsigtMoney
{
    private const int MostEntries = 500;

    public static void AddIndsigtMoney(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new EntryFeed(MoneyExtensions.Store(services), services.GetRequiredService<Tellings>()));
        builder.Services.AddHostedService<EntryFeedTimer>();
    }

    public static void MapIndsigtMoney(this IEndpointRouteBuilder routes) => routes.MapGet($"{IndsigtStandIn.Group}/entries", EntriesAsync);

    private static async Task<IResult> EntriesAsync(
        string municipality, string? after, int? limit, HttpContext context, EntryFeed feed, FaultControl faults, TimeProvider time)
    {
        var position = 0L;
        if ((!string.IsNullOrEmpty(after) && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out position)) || limit is < 1)
            return Results.Problem("after must be a position of this feed, and limit at least 1.", statusCode: StatusCodes.Status400BadRequest);
        return await faults.AnswerAsync(context, municipality, $"entries/{municipality}/{after}", time, async () =>
        {
            var most = Math.Min(limit ?? MostEntries, MostEntries);
            // One more than the page says whether there is a next.
            var entries = await feed.ReadAsync(municipality, position, most + 1, context.RequestAborted);
            var page = entries.Take(most).Select(Item).ToList();
            var answer = new EntryPage(page, page.Count > 0 ? page[^1].Position : after ?? "", entries.Count > most);
            if (page.Count == 0 || !faults.CutsOff($"entries/{municipality}/{after}"))
                return Results.Json(answer, IndsigtJson.Default.EntryPage);
            var text = JsonSerializer.Serialize(answer, IndsigtJson.Default.EntryPage);
            return Results.Text(text[..(text.Length / 2)], "application/json");
        });
    }

    private static EntryItem Item((long Position, MoneyEntry Entry) told)
    {
        var entry = told.Entry;
        return new EntryItem(
            told.Position.ToString(CultureInfo.InvariantCulture), entry.EntryId, Enum.Parse<EntryKind>(entry.Kind.ToString()), Named(NamedBy.Reference), Named(NamedBy.DebtorReference),
            Named(NamedBy.PaymentSlip), entry.Kind is MoneyKind.Coverage or MoneyKind.Reversal or MoneyKind.Charge ? entry.Part : null,
            entry.Kind == MoneyKind.Account ? null : entry.AmountOre, entry.Channel, entry.ValueDate, entry.BookedAt, entry.ReversesEntryId, entry.Reason, entry.Status);

        string? Named(NamedBy by) => entry.NamedBy == by ? entry.NamedAs : null;
    }
}

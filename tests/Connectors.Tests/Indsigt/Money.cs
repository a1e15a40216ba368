using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ClaimsTransfer.Connectors.Tests.Indsigt;

/// <summary>What ØS Indsigt says of money, written from the interface's description alone.</summary>
internal static class Money
{
    public const string NoReceipts = "{\"receipts\":[],\"next\":\"\",\"more\":false}";

    /// <param name="fields">What goes with the kind.</param>
    public static string Entry(int position, string fields) =>
        $"{{\"position\":\"{position}\",\"entryId\":\"p-{position}\",\"reference\":\"DK-710100-434536\",\"debtorReference\":\"OI-77\",\"paymentSlip\":\"000000000000018\"," +
        $"\"valueDate\":\"2026-11-22\",\"bookedAt\":\"2026-11-23T10:30:00+01:00\",\"new\":[1],{fields}}}";

    /// <summary>The entry feed of these, paged as asked for; positions are numbers from 1.</summary>
    public static string Feed(HttpRequest request, IReadOnlyList<string> entries)
    {
        var (after, limit) = (Number(request, "after"), Number(request, "limit"));
        var page = entries.Skip(after).Take(limit).ToList();
        return Page(string.Join(',', page), $"{after + page.Count}", after + page.Count < entries.Count);
    }

    public static string Page(string entries, string next, bool more) => $"{{\"entries\":[{entries}],\"next\":\"{next}\",\"more\":{(more ? "true" : "false")}}}";

    /// <summary>Answers each of the named calls in the stand-in's place; null passes it on.</summary>
    public static Func<HttpContext, Func<Task>, Task> Answering(Func<string, HttpRequest, string?> answer) => async (context, next) =>
    {
        if (answer(context.Request.Path.Value!.Split('/')[^1], context.Request) is { } body)
            await context.Response.WriteAsync(body);
        else
            await next();
    };

    private static int Number(HttpRequest request, string name) =>
        request.Query[name] is { Count: 1 } value ? int.Parse(value[0]!, CultureInfo.InvariantCulture) : 0;
}

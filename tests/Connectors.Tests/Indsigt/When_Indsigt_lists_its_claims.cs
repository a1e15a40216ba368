using System.Globalization;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OesIndsigt;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Indsigt;

[TestFixture]
public sealed class When_Indsigt_lists_its_claims
{
    private const int PageSize = 50;

    [TestCase(0, 1)]
    [TestCase(1, 1)]
    [TestCase(PageSize, 1)]
    [TestCase(PageSize + 1, 2)]
    public async Task each_is_listed_once_whatever_the_pages(int claims, int pages)
    {
        var asked = 0;
        await using var bench = await StartAsync(request =>
        {
            asked++;
            return Page(request, claims);
        });

        (await ListAsync(bench)).Select(account => account.Reference).ShouldBe(Enumerable.Range(1, claims).Select(Reference));
        asked.ShouldBe(pages);
    }

    [Test]
    public async Task they_stream_by_a_page_at_a_time()
    {
        var asked = 0;
        await using var bench = await StartAsync(request =>
        {
            asked++;
            return Page(request, 3 * PageSize);
        });

        await foreach (var account in Connector(bench).ExtractAsync(bench.System, CancellationToken.None))
        {
            if (account.Reference == Reference(PageSize))
                break;
        }

        asked.ShouldBe(1);
    }

    [Test]
    public async Task how_a_claim_stands_is_read_to_the_øre()
    {
        await using var bench = await StartAsync(_ => Answer(false,
            "{\"reference\":\"DK-710100-1\",\"amountOre\":7000,\"coveredOre\":2050,\"writtenOffOre\":-1001,\"inForce\":true,\"bookings\":1,\"changedAt\":\"2026-11-22T10:00:00+01:00\"}",
            "{\"reference\":\"DK-710100-2\",\"amountOre\":256,\"coveredOre\":-1,\"writtenOffOre\":0,\"inForce\":false,\"bookings\":2}"));

        (await ListAsync(bench)).ShouldBe(
        [
            new DebtorAccount("DK-710100-1", 7000, 2050, -1001, true, 1, new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero)),
            new DebtorAccount("DK-710100-2", 256, -1, 0, false, 2, null),
        ]);
    }

    [TestCase("")]
    [TestCase("{\"accounts\":[{\"reference\":\"DK-710100-1\"}],\"more\":false}")]
    [TestCase("{\"accounts\":[")]
    public async Task a_page_that_fails_is_asked_for_again_and_no_claim_is_listed_twice(string bad)
    {
        var asked = 0;
        await using var bench = await StartAsync(request => ++asked % 2 == 1 ? bad : Page(request, PageSize + 1));

        (await ListAsync(bench)).Select(account => account.Reference).ShouldBe(Enumerable.Range(1, PageSize + 1).Select(Reference));
        asked.ShouldBe(4);
    }

    [Test]
    public async Task a_list_that_does_not_go_on_is_no_list()
    {
        await using var empty = await StartAsync(_ => Answer(true));
        await Should.ThrowAsync<TransientException>(() => ListAsync(empty));

        await using var same = await StartAsync(_ => Answer(true, Account(1)));
        await Should.ThrowAsync<TransientException>(() => ListAsync(same));
    }

    [Test]
    public async Task a_refusal_is_told_and_not_tried_again()
    {
        var asked = 0;
        await using var bench = await IndsigtBench.StartAsync(before: (context, _) =>
        {
            asked++;
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        });

        (await Should.ThrowAsync<TransientException>(() => ListAsync(bench))).Message.ShouldContain("answered 400");
        asked.ShouldBe(1);
    }

    private static Task<IndsigtBench> StartAsync(Func<HttpRequest, string> page) =>
        IndsigtBench.StartAsync(before: Money.Answering((call, request) => call == "accounts" ? page(request) : null));

    private static IndsigtConnector Connector(IndsigtBench bench) => bench.ConnectorWith(new IndsigtOptions { PageSize = PageSize });

    private static async Task<List<DebtorAccount>> ListAsync(IndsigtBench bench)
    {
        var accounts = new List<DebtorAccount>();
        await foreach (var account in Connector(bench).ExtractAsync(bench.System, CancellationToken.None))
            accounts.Add(account);
        return accounts;
    }

    private static string Page(HttpRequest request, int claims)
    {
        request.Query["limit"].ToString().ShouldBe($"{PageSize}");
        var from = request.Query["after"] is { Count: 1 } after ? int.Parse(after[0]![10..], CultureInfo.InvariantCulture) + 1 : 1;
        var to = Math.Min(claims, from + PageSize - 1);
        return Answer(to < claims, [.. Enumerable.Range(from, to - from + 1).Select(Account)]);
    }

    private static string Reference(int number) => $"DK-710100-{number:D6}";

    private static string Account(int number) =>
        $"{{\"reference\":\"{Reference(number)}\",\"amountOre\":7000,\"coveredOre\":0,\"writtenOffOre\":0,\"inForce\":true,\"bookings\":1,\"changedAt\":\"2026-11-22T09:00:00Z\"}}";

    private static string Answer(bool more, params string[] accounts) => $"{{\"accounts\":[{string.Join(',', accounts)}],\"more\":{(more ? "true" : "false")}}}";
}

using System.Text.RegularExpressions;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.KmdOpus.Extract;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Opus;

public sealed partial class When_Opus_lists_its_claims
{
    [TestCase(0, 1)]
    [TestCase(1, 1)]
    [TestCase(AccountPages.PageSize, 1)]
    [TestCase(AccountPages.PageSize + 1, 2)]
    public async Task Each_is_listed_once_whatever_the_pages(int claims, int pages)
    {
        var asked = 0;
        await using var bench = await StartAsync(after =>
        {
            asked++;
            return Page(after, claims);
        });

        var accounts = await ListAsync(bench);

        accounts.Select(account => account.Reference).ShouldBe(Enumerable.Range(1, claims).Select(Reference));
        asked.ShouldBe(pages);
    }

    [Test]
    public async Task They_stream_by_a_page_at_a_time()
    {
        var asked = 0;
        await using var bench = await StartAsync(after =>
        {
            asked++;
            return Page(after, 3 * AccountPages.PageSize);
        });

        await foreach (var account in bench.Connector.ExtractAsync(bench.System, CancellationToken.None))
        {
            if (account.Reference == Reference(AccountPages.PageSize))
                break;
        }

        asked.ShouldBe(1);
    }

    [Test]
    public async Task How_a_claim_stands_is_read_to_the_øre()
    {
        await using var bench = await StartAsync(_ => Answer("false", Account("CT-1", "70.00", "20.50", "-10.01"), Account("CT-2", "2.56", "-0.01", "0", "ANNULLERET", 2)));

        var accounts = await ListAsync(bench);

        accounts.ShouldBe(
        [
            new DebtorAccount("CT-1", 7000, 2050, -1001, InForce: true, 1, new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero)),
            new DebtorAccount("CT-2", 256, -1, 0, InForce: false, 2, new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero)),
        ]);
        accounts.Select(account => account.BalanceOre).ShouldBe([7000 + 1001 - 2050, 1]);
    }

    [Test]
    public async Task A_page_that_fails_is_asked_for_again_and_no_claim_is_listed_twice()
    {
        var asked = 0;
        await using var bench = await OpusBench.StartAsync(before: async (context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/sandbox/opus") && ++asked % 2 == 1)
                context.Response.StatusCode = StatusCodes.Status502BadGateway;
            else
                await Money.Replying(context, next, question => Page(After(question), AccountPages.PageSize + 1));
        });

        (await ListAsync(bench)).Select(account => account.Reference).ShouldBe(Enumerable.Range(1, AccountPages.PageSize + 1).Select(Reference));
        asked.ShouldBe(4);
    }

    [Test]
    public async Task A_list_that_does_not_go_on_is_no_list()
    {
        await using var empty = await StartAsync(_ => Answer("true"));
        await Should.ThrowAsync<TransientException>(() => ListAsync(empty));

        await using var same = await StartAsync(_ => Answer("true", Account("CT-1")));
        await Should.ThrowAsync<TransientException>(() => ListAsync(same));
    }

    [Test]
    public async Task A_refusal_is_told_with_its_code_and_not_tried_again()
    {
        var asked = 0;
        await using var bench = await StartAsync(_ =>
        {
            asked++;
            return Money.Envelope("<e:Fault><faultcode>e:Client</faultcode><faultstring>Unknown action.</faultstring></e:Fault>");
        });

        (await Should.ThrowAsync<TransientException>(() => ListAsync(bench))).Message.ShouldContain("SOAP-CLIENT");
        asked.ShouldBe(1);
    }

    private static Task<OpusBench> StartAsync(Func<string?, string> page) =>
        OpusBench.StartAsync(before: (context, next) => Money.Replying(context, next, question => page(After(question))));

    private static async Task<List<DebtorAccount>> ListAsync(OpusBench bench)
    {
        var accounts = new List<DebtorAccount>();
        await foreach (var account in bench.Connector.ExtractAsync(bench.System, CancellationToken.None))
            accounts.Add(account);
        return accounts;
    }

    private static string? After(string question)
    {
        question.ShouldContain("<MunicipalityCVR>64942212</MunicipalityCVR>");
        question.ShouldContain($"<Antal>{AccountPages.PageSize}</Antal>");
        return EfterElement().Match(question) is { Success: true } match ? match.Groups[1].Value : null;
    }

    private static string Page(string? after, int claims)
    {
        var from = after is null ? 1 : int.Parse(after[3..]) + 1;
        var to = Math.Min(claims, from + AccountPages.PageSize - 1);
        return Answer(to < claims ? "true" : "false", [.. Enumerable.Range(from, to - from + 1).Select(number => Account(Reference(number)))]);
    }

    private static string Reference(int number) => $"CT-{number:D6}";

    private static string Answer(string more, params string[] accounts) =>
        Money.Envelope($"<DebitorUdtraekSvar xmlns='{Money.Debtor}'>{string.Concat(accounts)}<Flere>{more}</Flere></DebitorUdtraekSvar>");

    private static string Account(string reference, string amount = "70.00", string covered = "0.00", string writtenOff = "0.00", string status = "AKTIV", int bookings = 1) =>
        $"<Konto><EksternReference>{reference}</EksternReference><Beloeb>{amount}</Beloeb><Daekket>{covered}</Daekket><Afskrevet>{writtenOff}</Afskrevet>" +
        $"<Status>{status}</Status><Bogfoeringer>{bookings}</Bogfoeringer><Aendret>2026-11-22T10:00:00+01:00</Aendret></Konto>";

    [GeneratedRegex("<Efter>(.+)</Efter>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EfterElement();
}

using System.Net;
using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Connectors.Tests.Indsigt;
using ClaimsTransfer.Connectors.Tests.Opus;
using ClaimsTransfer.Connectors.Tests.Prisme;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.KmdOpus.Wire;
using ClaimsTransfer.Prisme.Extract;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests;

[TestFixture]
public sealed class When_a_debtor_system_sends_too_much
{
    [Test]
    public async Task what_Opus_pushes_too_deep_is_refused_and_the_service_lives()
    {
        await using var bench = await OpusBench.StartAsync();

        var (status, answer) = await bench.BringAsync(Envelope(levels: 200_000));

        status.ShouldBe(HttpStatusCode.BadRequest);
        answer.ShouldContain("deeper than is taken");
        (await bench.BringAsync("<a/>")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task what_Opus_pushes_above_the_limit_is_answered_413()
    {
        await using var bench = await OpusBench.StartAsync();

        using var client = bench.CallerOf("0101");
        // The server refuses before it has read all of it.
        client.DefaultRequestHeaders.ExpectContinue = true;
        using var content = new StringContent($"<a>{new string('x', Bound.PushBytes)}</a>", Encoding.UTF8, "text/xml");
        using var answer = await client.PostAsync(new Uri(bench.CallbackUrl, "/connectors/kmdopus/callback/0101"), content);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        bench.Receipts.ShouldBeEmpty();
    }

    [Test]
    public async Task a_reply_of_Opus_above_the_limit_or_too_deep_is_not_understood([Values] bool tooDeep)
    {
        await using var bench = await OpusBench.StartAsync(before: async (context, next) =>
        {
            if (!context.Request.Path.StartsWithSegments("/sandbox"))
            {
                await next();
                return;
            }

            context.Response.ContentType = "text/xml";
            if (tooDeep)
                await context.Response.WriteAsync(Envelope(levels: 200_000));
            else
                await FloodAsync(context.Response, " "u8.ToArray(), Bound.AnswerBytes + 1L);
        });

        var answer = (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.NotUnderstood>();

        answer.Reason.ShouldContain(tooDeep ? "deeper than is taken" : $"{Bound.AnswerBytes} bytes");
    }

    [Test]
    public async Task an_answer_of_Indsigt_above_the_limit_is_not_understood()
    {
        await using var bench = await IndsigtBench.StartAsync(before: async (context, _) =>
        {
            context.Response.ContentType = "application/json";
            await FloodAsync(context.Response, "[],"u8.ToArray(), Bound.AnswerBytes + 3L);
        });

        (await bench.SubmitAsync(Sample.Register(1)))[0].ShouldBeOfType<Submitted.NotUnderstood>().Reason.ShouldContain($"{Bound.AnswerBytes} bytes");
    }

    [Test]
    public async Task a_payment_file_above_the_limit_is_refused_whole_and_never_held()
    {
        await using var bench = await PrismeBench.StartAsync();
        await bench.StopStandInAsync();
        await bench.LeaveAsync(Prisme.Payments.Name, new byte[Bound.FileBytes + 1]);

        var read = await bench.ReadAsync();

        read.Entries.ShouldBeEmpty();
        read.Refused.ShouldHaveSingleItem().Fault.ShouldBe(DocumentFault.Unreadable);
        bench.Log.Errors.ShouldContain(error => error.Contains($"larger than the {Bound.FileBytes} bytes", StringComparison.Ordinal));
    }

    [Test]
    public async Task a_receipt_file_above_the_limit_is_put_aside()
    {
        await using var bench = await PrismeBench.StartAsync();
        await bench.StopStandInAsync();
        await bench.LeaveAsync("0101_1.kvit", new byte[Bound.FileBytes + 1]);

        var read = await bench.ReadAsync();
        await bench.ReadAsync(read.Cursor);

        bench.Lying("arkiv").ShouldBe(["0101_1.kvit"]);
        bench.Log.Errors.ShouldContain(error => error.Contains($"larger than the {Bound.FileBytes} bytes", StringComparison.Ordinal));
    }

    [Test]
    public async Task a_line_of_its_list_of_claims_above_the_limit_refuses_the_list([Values(0, 1)] int beyond)
    {
        using var folder = new Support.TemporaryFolder();
        var path = Path.Combine(folder.Path, "list.saldo");
        await File.WriteAllTextAsync(path, $"{new string('x', Bound.LineCharacters + beyond)}\r\n");

        var fault = (await new AccountFile(path).FindFaultAsync("0101", "1", CancellationToken.None)).ShouldNotBeNull();

        fault.Contains("characters of a line", StringComparison.Ordinal).ShouldBe(beyond == 1, fault);
    }

    private static string Envelope(int levels)
    {
        var deep = new StringBuilder($"<e:Envelope xmlns:e='{Profile.Soap}'><e:Body><Forretningskvitteringer xmlns='{Profile.Debtor}'><Forretningskvittering>");
        deep.Insert(deep.Length, "<a>", levels).Insert(deep.Length, "</a>", levels);
        return deep.Append("</Forretningskvittering></Forretningskvitteringer></e:Body></e:Envelope>").ToString();
    }

    private static async Task FloodAsync(HttpResponse response, byte[] what, long bytes)
    {
        var part = Enumerable.Repeat(what, 20_000).SelectMany(some => some).ToArray();
        for (var sent = 0L; sent < bytes; sent += part.Length)
            await response.Body.WriteAsync(part);
    }
}

using ClaimsTransfer.Connectors.Tests.Prisme;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.OesIndsigt;
using ClaimsTransfer.Sandbox.Faults;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Indsigt;

[TestFixture]
public sealed class When_Indsigt_is_bad
{
    [Test]
    public async Task a_dropped_reply_is_unknown_until_it_is_asked()
    {
        await using var bench = await IndsigtBench.StartAsync("drop-reply=1");

        (await bench.SubmitAsync(Sample.Registers(1, 3))).ShouldAllBe(s => s is Submitted.Unknown);

        bench.Faults.Plan = FaultPlan.None;
        (await bench.FindAsync(Sample.Registers(1, 3))).ShouldAllBe(f => f is Found.Done);
        (await bench.BookedAsync()).Count.ShouldBe(3);
    }

    [Test]
    public async Task down_is_certainly_not_done()
    {
        await using var bench = await IndsigtBench.StartAsync("down=0376");

        (await bench.SubmitAsync(Sample.Register(1)))[0].ShouldBe(new Submitted.Unavailable(TimeSpan.FromSeconds(2), "answered 503"));
        (await bench.FindAsync(Sample.Register(1)))[0].ShouldBeOfType<Found.NoAnswer>();
        await Should.ThrowAsync<HttpRequestException>(() => bench.ReadAllAsync());
        (await bench.BookedAsync()).ShouldBeEmpty();
    }

    [TestCase(429, typeof(Submitted.Unavailable))]
    [TestCase(503, typeof(Submitted.Unavailable))]
    [TestCase(401, typeof(Submitted.Unavailable))]
    [TestCase(404, typeof(Submitted.Unavailable))]
    [TestCase(500, typeof(Submitted.Unknown))]
    [TestCase(502, typeof(Submitted.Unknown))]
    [TestCase(504, typeof(Submitted.Unknown))]
    [TestCase(422, typeof(Submitted.Rejected))]
    public async Task a_status_says_whether_anything_was_done(int status, Type outcome)
    {
        await using var bench = await IndsigtBench.StartAsync(before: (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });

        var submitted = (await bench.SubmitAsync(Sample.Register(1)))[0];

        submitted.ShouldBeOfType(outcome);
        if (status is 429 or 503)
            ((Submitted.Unavailable)submitted).RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Test]
    public async Task nobody_listening_is_certainly_not_done()
    {
        await using var bench = await IndsigtBench.StartAsync();
        var nowhere = bench.System with { Endpoint = new Uri("http://127.0.0.1:1/indsigt") };

        (await bench.Connector.SubmitAsync(nowhere, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Unavailable>();
    }

    [Test]
    public async Task no_answer_in_time_is_unknown()
    {
        await using var bench = await IndsigtBench.StartAsync("slow=10s");
        var hasty = bench.ConnectorWith(new IndsigtOptions { ReplyTimeout = TimeSpan.FromMilliseconds(300) });

        (await hasty.SubmitAsync(bench.System, [Sample.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Unknown>();
    }

    [TestCase("")]
    [TestCase("{\"items\":[{\"instructionId\":\"")]
    [TestCase("<html>proxy error</html>")]
    [TestCase("{\"items\":[]}")]
    public async Task an_answer_that_says_nothing_of_an_instruction_leaves_it_unknown(string body)
    {
        await using var bench = await IndsigtBench.StartAsync(before: (context, _) =>
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return context.Response.WriteAsync(body);
        });

        (await bench.SubmitAsync(Sample.Registers(1, 2))).ShouldAllBe(s => s is Submitted.Unknown);
        (await bench.FindAsync(Sample.Registers(1, 2))).ShouldAllBe(f => f is Found.NoAnswer);
    }

    [Test]
    public async Task one_instruction_that_it_does_not_understand_is_refused_alone()
    {
        await using var bench = await IndsigtBench.StartAsync();
        var poison = Sample.Register(7) with { Reference = "" };

        var submitted = await bench.SubmitAsync([.. Sample.Registers(1, 6), poison, .. Sample.Registers(8, 5)]);

        submitted[6].ShouldBeOfType<Submitted.Rejected>().Code.ShouldBe("NOT-UNDERSTOOD");
        submitted.Where((_, index) => index != 6).ShouldAllBe(s => s is Submitted.Pending);
        (await bench.BookedAsync()).Count.ShouldBe(11);
    }
}

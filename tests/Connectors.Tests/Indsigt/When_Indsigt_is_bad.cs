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
    [TestCase(401, typeof(Submitted.NotLetIn))]
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

    [TestCase("")]
    [TestCase("{\"items\":[{\"instructionId\":\"")]
    [TestCase("<html>proxy error</html>")]
    public async Task an_answer_to_one_that_cannot_be_read_is_about_that_one(string body)
    {
        await using var bench = await IndsigtBench.StartAsync(before: (context, _) => context.Response.WriteAsync(body));

        (await bench.SubmitAsync(Sample.Register(1))).ShouldHaveSingleItem().ShouldBeOfType<Submitted.NotUnderstood>();
        (await bench.FindAsync(Sample.Register(1))).ShouldHaveSingleItem().ShouldBeOfType<Found.NotUnderstood>();
    }

    [Test]
    public async Task nonsense_about_some_takes_nothing_from_their_neighbours()
    {
        await using var bench = await IndsigtBench.StartAsync("poison=0.3");
        var claims = Sample.Registers(1, 60);
        bool IsPoisoned(Instruction claim) => bench.Faults.Poisons("0376", claim.Reference);
        bool IsBooked(Instruction claim) => !IsPoisoned(claim) || bench.Faults.BooksPoisoned("0376", claim.Reference);

        var submitted = await bench.SubmitAsync(claims);
        var found = await bench.FindAsync(claims);
        for (var i = 0; i < claims.Count; i++)
        {
            submitted[i].ShouldBeOfType(IsPoisoned(claims[i]) ? typeof(Submitted.NotUnderstood) : typeof(Submitted.Pending));
            found[i].ShouldBeOfType(IsPoisoned(claims[i]) ? typeof(Found.NotUnderstood) : typeof(Found.Done));
        }

        submitted.OfType<Submitted.NotUnderstood>().ShouldAllBe(answer => answer.Reason.Contains("$.status") && !answer.Reason.Contains('¤'));
        // The feed goes on past what it says of them.
        var (receipts, _, _) = await bench.ReadAllAsync(bench.ConnectorWith(new OesIndsigt.IndsigtOptions { PageSize = 7 }));
        receipts.Select(receipt => receipt.InstructionId).ShouldBe(claims.Where(IsBooked).Select(claim => claim.Id), ignoreOrder: true);
        receipts.Where(receipt => receipt.Outcome is Submitted.Accepted).Select(receipt => receipt.InstructionId)
            .ShouldBe(claims.Where(claim => !IsPoisoned(claim)).Select(claim => claim.Id), ignoreOrder: true);

        var booked = claims.Select(IsBooked).ToList();
        bench.Faults.Plan = FaultPlan.None;
        var truth = await bench.FindAsync(claims);
        for (var i = 0; i < claims.Count; i++)
            truth[i].ShouldBeOfType(booked[i] ? typeof(Found.Done) : typeof(Found.NotThere));
        booked.ShouldContain(false);
        await bench.SubmitAsync([.. claims.Where((_, i) => !booked[i])]);
        (await bench.BookedAsync()).ShouldAllBe(claim => claim.Bookings == 1);
        (await bench.BookedAsync()).Count.ShouldBe(60);
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

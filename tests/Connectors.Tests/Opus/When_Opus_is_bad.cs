using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Connectors.Tests.Sdk;
using ClaimsTransfer.KmdOpus.Wire;
using ClaimsTransfer.Sandbox.Faults;
using Microsoft.AspNetCore.Http;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Opus;

public sealed class When_Opus_is_bad
{
    [Test]
    public async Task A_dropped_reply_is_unknown_and_asking_finds_it_booked()
    {
        await using var bench = await OpusBench.StartAsync("drop-reply=1");

        (await bench.SubmitAsync(OpusBench.Register(1), OpusBench.Register(2))).ShouldAllBe(answer => answer is Submitted.Unknown);

        bench.Faults.Plan = FaultPlan.None;
        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.Done>();
        (await bench.SubmitAsync(OpusBench.Register(1, attempt: 2)))[0].ShouldBeOfType<Submitted.Pending>();
        (await bench.BookedAsync(1)).Bookings.ShouldBe(1);
        (await bench.BookedAsync(1)).Received.ShouldBe(2);
    }

    [Test]
    public async Task What_never_arrived_is_not_there()
    {
        await using var bench = await OpusBench.StartAsync();

        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.NotThere>();
    }

    [TestCase("unavailable=1")]
    [TestCase("down=0101")]
    public async Task Unavailable_is_said_and_nothing_is_booked(string faults)
    {
        await using var bench = await OpusBench.StartAsync(faults);

        (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.Unavailable>().RetryAfter.ShouldNotBeNull();
        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.NoAnswer>();
        (await bench.Ledger.FindClaimAsync("0101", "CT-1", CancellationToken.None)).ShouldBeNull();
    }

    [Test]
    public async Task A_server_that_is_not_there_took_nothing()
    {
        await using var bench = await OpusBench.StartAsync();
        var nobody = bench.System with { Endpoint = new Uri("http://127.0.0.1:1/sandbox/opus/0101") };

        (await bench.Connector.SubmitAsync(nobody, [OpusBench.Register(1)], CancellationToken.None))[0].ShouldBeOfType<Submitted.Unavailable>();
    }

    [Test]
    public async Task A_reply_that_does_not_come_in_time_is_unknown()
    {
        await using var bench = await OpusBench.StartAsync("slow=6s");

        (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.Unknown>();
    }

    [TestCase("<html>Welcome</html>")]
    [TestCase("<a/>")]
    [TestCase("")]
    [TestCase("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>")]
    public async Task A_reply_nobody_can_read_is_unknown(string reply)
    {
        await using var bench = await OpusBench.StartAsync(before: (context, next) => Replying(context, next, 200, reply));

        (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.Unknown>();
        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.NoAnswer>();
    }

    [TestCase("Fejl", "UTILGAENGELIG", typeof(Submitted.Unavailable))]
    [TestCase("Fejl", "UKENDT-ROUTE", typeof(Submitted.Rejected))]
    [TestCase("Advis", "LUKKER-SNART", typeof(Submitted.Unknown))]
    public async Task The_reaction_to_a_call_says_whether_it_was_taken(string reaction, string id, Type expected)
    {
        var ns = Profile.Context.NamespaceName;
        var header = $"<SvarReaktion xmlns='{ns}'><{reaction}><{reaction}Id>{id}</{reaction}Id><{reaction}Tekst>Se driftsstatus.</{reaction}Tekst></{reaction}></SvarReaktion>";
        var reply = $"<e:Envelope xmlns:e='{Profile.Soap}'><e:Header>{header}</e:Header><e:Body><DebitorRegistreringSvar xmlns='{Profile.Debtor}'/></e:Body></e:Envelope>";
        await using var bench = await OpusBench.StartAsync(before: (context, next) => Replying(context, next, 200, reply));

        (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType(expected);
    }

    [Test]
    public async Task Its_receipt_comes_once_more_until_we_have_stored_it()
    {
        await using var bench = await OpusBench.StartAsync();
        bench.InboxIsBroken = true;
        await bench.SubmitAsync(OpusBench.Register(1));
        bench.Receipts.ShouldBeEmpty();

        bench.InboxIsBroken = false;

        await Eventually.TrueAsync(() => bench.Receipts.Count == 1);
    }

    [Test]
    public async Task A_doubled_receipt_comes_twice_with_the_same_id()
    {
        await using var bench = await OpusBench.StartAsync("duplicate-receipt=1");

        await bench.SubmitAsync(OpusBench.Register(1));

        await Eventually.TrueAsync(() => bench.Receipts.Count == 2);
        bench.Receipts.Select(receipt => receipt.Receipt.ReceiptId).Distinct().Count().ShouldBe(1);
    }

    [Test]
    public async Task A_late_receipt_is_in_progress_until_it_comes()
    {
        await using var bench = await OpusBench.StartAsync("late-receipt=1s");
        await bench.SubmitAsync(OpusBench.Register(1));

        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.InProgress>();
        await Eventually.TrueAsync(() => bench.Receipts.Count == 1);
        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.Done>();
    }

    private static Task Replying(HttpContext context, Func<Task> next, int status, string reply)
    {
        if (!context.Request.Path.StartsWithSegments("/sandbox/opus"))
            return next();
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(reply);
    }
}

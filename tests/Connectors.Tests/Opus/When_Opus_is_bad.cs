using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Connectors.Tests.Sdk;
using ClaimsTransfer.KmdOpus.Callback;
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
    public async Task A_reply_nobody_can_read_is_unknown_to_many_and_not_understood_to_one(string reply)
    {
        await using var bench = await OpusBench.StartAsync(before: (context, next) => Replying(context, next, 200, reply));

        (await bench.SubmitAsync(OpusBench.Register(1), OpusBench.Register(2))).ShouldAllBe(answer => answer is Submitted.Unknown);
        (await bench.FindAsync(OpusBench.Register(1), OpusBench.Register(2))).ShouldAllBe(answer => answer is Found.NoAnswer);
        (await bench.SubmitAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Submitted.NotUnderstood>();
        (await bench.FindAsync(OpusBench.Register(1)))[0].ShouldBeOfType<Found.NotUnderstood>();
    }

    [Test]
    public async Task Nonsense_about_some_takes_nothing_from_their_neighbours()
    {
        await using var bench = await OpusBench.StartAsync("poison=0.3");
        var claims = Enumerable.Range(1, 60).Select(number => OpusBench.Register(number)).ToList();
        var poisoned = claims.Where(claim => bench.Faults.Poisons("0101", claim.Reference)).Select(claim => claim.Id).ToHashSet();
        var good = claims.FindAll(claim => !poisoned.Contains(claim.Id));
        good.Count.ShouldBeInRange(30, 55);

        var submitted = await bench.SubmitAsync(claims);
        for (var i = 0; i < claims.Count; i++)
            submitted[i].ShouldBeOfType(poisoned.Contains(claims[i].Id) ? typeof(Submitted.NotUnderstood) : typeof(Submitted.Pending));
        submitted.OfType<Submitted.NotUnderstood>().ShouldAllBe(answer => answer.Reason.Contains("does not fit the profile") && !answer.Reason.Contains('¤'));
        var found = await bench.FindAsync(claims);
        for (var i = 0; i < claims.Count; i++)
            found[i].ShouldBeOfType(poisoned.Contains(claims[i].Id) ? typeof(Found.NotUnderstood) : typeof(Found.Done));
        await Eventually.TrueAsync(() => Accepted(bench).Count == good.Count);
        bench.Receipts.Where(taken => taken.Receipt.Outcome is Submitted.NotUnderstood).ShouldAllBe(taken => poisoned.Contains(taken.Receipt.InstructionId));

        // Lifted: the receipts of those that were booked come, and the others are certainly not there.
        bench.Faults.Plan = FaultPlan.None;
        var booked = claims.FindAll(claim => bench.Faults.BooksPoisoned("0101", claim.Reference));
        var truth = await bench.FindAsync(claims);
        for (var i = 0; i < claims.Count; i++)
            truth[i].ShouldBeOfType(good.Contains(claims[i]) || booked.Contains(claims[i]) ? typeof(Found.Done) : typeof(Found.NotThere));
        truth.OfType<Found.NotThere>().ShouldNotBeEmpty();
        await Eventually.TrueAsync(() => Accepted(bench).Count == truth.OfType<Found.Done>().Count());
        await bench.SubmitAsync([.. claims.Where((_, i) => truth[i] is Found.NotThere)]);
        foreach (var claim in claims)
            (await bench.BookedAsync((int)claim.FeeId)).Bookings.ShouldBe(1);
    }

    [Test]
    public async Task A_fault_that_is_lifted_while_nonsense_is_on_its_way_loses_no_receipt()
    {
        OpusBench? bench = null;
        await using var started = bench = await OpusBench.StartAsync("poison=0.5", before: async (context, next) =>
        {
            if (context.Request.Path.StartsWithSegments(CallbackAddress.Path))
                bench!.Faults.Plan = FaultPlan.None;
            await next();
        });
        var claims = Enumerable.Range(1, 10).Select(number => OpusBench.Register(number)).ToList();
        bool IsPoisoned(Instruction claim) => bench.Faults.Poisons("0101", claim.Reference);
        // Both in one document: nonsense alone would be refused whole, and brought again for that.
        var good = claims.Count(claim => !IsPoisoned(claim));
        var booked = claims.Count(claim => IsPoisoned(claim) && bench.Faults.BooksPoisoned("0101", claim.Reference));
        (good > 0, booked > 0).ShouldBe((true, true));

        await bench.SubmitAsync(claims);

        await Eventually.TrueAsync(() => Accepted(bench).Count == good + booked);
    }

    private static HashSet<Guid> Accepted(OpusBench bench) =>
        [.. bench.Receipts.Where(taken => taken.Receipt.Outcome is Submitted.Accepted).Select(taken => taken.Receipt.InstructionId)];

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

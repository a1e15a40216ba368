using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.ConformanceKit.Playing;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConformanceKit.Checks;

/// <summary>What every connector does with every instruction.</summary>
internal static class CoreChecks
{
    /// <summary>So long nothing else may come of an instruction that was answered before.</summary>
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(2);

    public static readonly IReadOnlyList<Check> All =
    [
        new("core.register", Level.Core,
            "A registration is carried out once, for its amount, and answered accepted.",
            "It is what the municipality collects from.",
            "contracts/README.md, transfer-claim and transfer-reported", RegisterAsync),
        new("core.reply", Level.Core,
            "The reply is a transfer-reported as its schema says, about the same claim, version and instruction; persistent, application/json, message_id equal to messageId, the municipality as routing key, and the instruction's traceparent.",
            "Routing finds the claim by it, and refuses what it cannot read or what comes for another municipality.",
            "contracts/wire/schemas/transfer-reported.json and contracts/README.md, On AMQP", ReplyAsync),
        new("core.references", Level.Core,
            "The debtor system knows the claim by our reference, unchanged, and its own reference comes back in debtorReference.",
            "Payments are matched by these two.",
            "contracts/wire/schemas/transfer-claim.json, reference; transfer-reported.json, debtorReference", ReferencesAsync),
        new("core.reject", Level.Core,
            "What the debtor system refuses is answered rejected, with a code, a text and who can fix it, and nothing is booked.",
            "Somebody has to put it right, and has to know who.",
            "contracts/wire/schemas/transfer-reported.json, code, text, fixBy", RejectAsync),
        new("core.repeat", Level.Core,
            "The same instruction sent again, and the same message delivered again, are answered as the first time, under the same messageId, and have no second effect.",
            "Transport is at least once: without this a claim is booked twice after any crash.",
            "contracts/README.md, transfer-claim: instructionId has at most one effect; messageId of transfer-reported", RepeatAsync),
        new("core.conflict", Level.Core,
            "An instruction's id that comes with other content is set aside on the error or dead queue: it is neither carried out nor answered accepted again.",
            "One id with two meanings is a fault that somebody has to look at; guessing books the wrong amount.",
            "contracts/README.md, The catalogue: the same id is the same content", ConflictAsync),
    ];

    private static async Task RegisterAsync(Bench bench, CancellationToken cancellation)
    {
        var register = bench.Claims.Register(amountOre: 12_345);
        await bench.SendAsync(cancellation, register);
        await bench.AcceptedAsync(register, cancellation);
        await bench.AllBookedOnceAsync([register], cancellation);
    }

    private static async Task ReplyAsync(Bench bench, CancellationToken cancellation)
    {
        var register = bench.Claims.Register();
        await bench.SendAsync(cancellation, register);
        await bench.UntilAsync(() => bench.Final(register.InstructionId) is not null || bench.Routing.Replies.Any(reply => IsAbout(reply, register)), cancellation);
        // Pending before accepted, or accepted alone: all of them are looked at.
        var replies = bench.Routing.Replies.Where(reply => IsAbout(reply, register)).ToList();
        Expect.That(replies.Count > 0, "no reply at all");
        foreach (var reply in replies)
        {
            Expect.That(reply.Report is not null, reply.ToString());
            var report = reply.Report!;
            Expect.That(reply.MessageId == report.MessageId.ToString(), $"message_id is {reply.MessageId}, messageId is {report.MessageId}");
            Expect.That(reply.ContentType == "application/json", $"content_type is {reply.ContentType ?? "not set"}");
            Expect.That(reply.IsPersistent, "delivery_mode is not 2: a restart of the broker would lose the reply");
            Expect.That(reply.RoutingKey == bench.Options.Municipality, $"the routing key is '{reply.RoutingKey}', the municipality is {bench.Options.Municipality}");
            Expect.That(reply.TraceParent == RoutingSide.TraceOf(register), $"the header traceparent is {reply.TraceParent ?? "not set"}, the instruction came with {RoutingSide.TraceOf(register)}");
            Expect.That(
                report is { InstructionId: var id, ClaimId: var claim, Municipality: var municipality, Agency: var agency, FeeId: var feeId, Version: var version, Instruction: InstructionKind.Register }
                    && (id, claim, municipality, agency, feeId, version) == (register.InstructionId, register.ClaimId, register.Municipality, register.Agency, register.FeeId, register.Version),
                $"claim, municipality, agency, feeId, version or instruction differ from the instruction's: {report.Instruction} {report.Agency} {report.FeeId} version {report.Version}");
            Expect.That(report.MessageId != Guid.Empty && report.MessageId != register.MessageId, "messageId is none of the reply's own");
        }
    }

    private static async Task ReferencesAsync(Bench bench, CancellationToken cancellation)
    {
        var register = bench.Claims.Register();
        await bench.SendAsync(cancellation, register);
        var report = await bench.AcceptedAsync(register, cancellation);
        var booked = await bench.BookedAsync(register, cancellation);
        Expect.That(
            booked.DebtorReference is null || booked.DebtorReference == report.DebtorReference,
            $"debtorReference is {report.DebtorReference ?? "absent"}, the debtor system calls the claim {booked.DebtorReference}");
    }

    private static async Task RejectAsync(Bench bench, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.Refuse);
        var register = bench.Claims.Register();
        await bench.WhileAsync(new DebtorBehaviour { RefusesRegistrations = true }, async () =>
        {
            await bench.SendAsync(cancellation, register);
            await bench.FinalAsync(register, cancellation);
        }, cancellation);

        var report = bench.Final(register.InstructionId)!;
        Expect.That(report.Outcome == TransferOutcome.Rejected, $"the answer is {report.Outcome}");
        Expect.That(!string.IsNullOrWhiteSpace(report.Code), "there is no code");
        Expect.That(!string.IsNullOrWhiteSpace(report.Text), "there is no text");
        Expect.That(report.FixBy is not null, "fixBy does not say who can fix it");
        var booked = await bench.DebtorSystem.FindAsync(register.Reference, cancellation);
        Expect.That(booked is null or { Bookings: 0 }, "the refused claim stands in the debtor system's books");
    }

    private static async Task RepeatAsync(Bench bench, CancellationToken cancellation)
    {
        var register = bench.Claims.Register();
        await bench.SendAsync(cancellation, register);
        var first = await bench.AcceptedAsync(register, cancellation);
        var before = Answers();
        await bench.SendAsync(cancellation, bench.Claims.Again(register));
        Expect.That(await bench.UntilAsync(() => Answers() > before, cancellation), $"no answer to the instruction when it was sent again; {bench.CameFor(register)}");
        before = Answers();
        await bench.SendAsync(cancellation, register);
        Expect.That(await bench.UntilAsync(() => Answers() > before, cancellation), $"no answer to the message when it was delivered again; {bench.CameFor(register)}");
        foreach (var report in bench.Routing.RepliesTo(register.InstructionId).Select(reply => reply.Report!).Where(report => report.Outcome is TransferOutcome.Accepted or TransferOutcome.Rejected))
        {
            Expect.That(report.Outcome == first.Outcome, $"the first answer is {first.Outcome}, a later one {report.Outcome}");
            Expect.That(report.MessageId == first.MessageId, $"the same outcome has the messageIds {first.MessageId} and {report.MessageId}");
        }

        await bench.AllBookedOnceAsync([register], cancellation);

        int Answers() => bench.Routing.RepliesTo(register.InstructionId).Count(reply => reply.Report!.Outcome is TransferOutcome.Accepted or TransferOutcome.Rejected);
    }

    private static async Task ConflictAsync(Bench bench, CancellationToken cancellation)
    {
        var register = bench.Claims.Register(amountOre: 5_000);
        await bench.SendAsync(cancellation, register);
        await bench.AcceptedAsync(register, cancellation);
        var answers = bench.Routing.RepliesTo(register.InstructionId).Count;
        var other = bench.Claims.Again(register) with { AmountOre = 9_000 };
        await bench.SendAsync(cancellation, other);
        Expect.That(await bench.UntilAsync(() => bench.IsSetAside(other), cancellation), $"the message was not set aside; {bench.CameFor(other)}");
        await bench.UntilAsync(() => bench.Routing.RepliesTo(register.InstructionId).Count > answers, cancellation, AMoment);
        Expect.That(bench.Routing.RepliesTo(register.InstructionId).Count == answers, $"it was answered all the same: {bench.CameFor(other)}");
        await bench.AllBookedOnceAsync([register], cancellation);
    }

    /// <summary>Also a reply that cannot be read, as long as it names the claim somewhere.</summary>
    private static bool IsAbout(Reply reply, TransferClaim instruction) =>
        reply.Report?.InstructionId == instruction.InstructionId
        || (reply.Name == MessageNames.TransferReported && reply.Body.Contains(instruction.ClaimId.ToString(), StringComparison.OrdinalIgnoreCase));
}

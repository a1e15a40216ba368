using System.Text;
using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.ConformanceKit.Checks;

/// <summary>What a connector does when things go wrong, as they will.</summary>
internal static class TroubleChecks
{
    private const int InRestart = 300;
    private const int HandledBeforeRestart = 20;
    private const int MostRestarts = 3;
    private static readonly TimeSpan StaysAway = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan SlowCall = TimeSpan.FromSeconds(2);

    /// <summary>With thousands waiting and "come back in a second", a connector that asks for each of them is a hammer.</summary>
    private const int MostCallsWhileAway = 200;

    private const string AtMostOnce = "contracts/README.md, transfer-claim: at most one effect; contracts/decisions/0006, asked before it is sent again";

    public static readonly IReadOnlyList<Check> All =
    [
        new("trouble.dropped-reply", Level.Trouble,
            "When the reply to a submission is lost, the debtor system is asked before anything is sent again: one arrival, one booking, accepted.",
            "The debtor system may have done it: sending again books it twice.", AtMostOnce, DroppedReplyAsync),
        new("trouble.unknown", Level.Trouble,
            "While the debtor system does not say whether it has done an instruction, the connector says neither accepted, rejected nor notDone; asked, it answers inHand, pending or unknown. When it can be asked again, the truth is told.",
            "A guess either loses the claim or books it twice.",
            "contracts/wire/schemas/transfer-reported.json, outcome; contracts/decisions/0007", UnknownAsync),
        new("trouble.slow", Level.Trouble,
            "A debtor system that takes its time is waited for: every instruction is accepted, and booked once.",
            "Slowness is no failure; whoever sends again meanwhile books twice.", AtMostOnce, SlowAsync),
        new("trouble.down", Level.Trouble,
            "While the debtor system takes nothing, nothing is rejected or set aside; when it is back, all is carried out, once.",
            "Debtor systems are closed at night and during updates. That is not the claims' fault.",
            "contracts/wire/schemas/transfer-reported.json, outcome", DownAsync),
        new("trouble.back-pressure", Level.Trouble,
            "While the debtor system takes nothing, the backlog stays on the queue, and the debtor system is not called for each instruction of it.",
            "What stands on the queue is safe and seen by everybody; what a connector has pulled in is neither. And a system in trouble must not be hammered.",
            "contracts/README.md, The connector's duties: back-pressure", BackPressureAsync),
        new("trouble.poison", Level.Trouble,
            "A message that cannot be read is set aside on the error or dead queue, and its neighbours are carried out.",
            "One bad message must never hold back others, nor be tried for ever.",
            "contracts/README.md, The connector's duties: what cannot be handled", PoisonAsync),
        new("trouble.restart", Level.Trouble,
            "Killed in the middle of a batch and started again, it finishes: every instruction is answered and booked once.",
            "Machines restart. Nothing accepted may be lost or booked twice.", AtMostOnce, RestartAsync),
        new("trouble.many", Level.Trouble,
            "Many instructions in a row are all accepted and booked once.",
            "The first day of a municipality brings years of claims.", AtMostOnce, ManyAsync),
    ];

    private static async Task DroppedReplyAsync(Bench bench, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.DropReplies);
        var register = bench.Claims.Register();
        await bench.WhileAsync(new DebtorBehaviour { DropsReplies = true }, async () =>
        {
            await bench.SendAsync(cancellation, register);
            Expect.That(
                await bench.UntilAsync(async token => await bench.DebtorSystem.FindAsync(register.Reference, token) is not null, cancellation),
                "the instruction never reached the debtor system");
        }, cancellation);

        await bench.AcceptedAsync(register, cancellation);
        var booked = await bench.BookedAsync(register, cancellation);
        Expect.That(
            booked is { Bookings: 1, Arrivals: null or 1 },
            $"the registration arrived {booked.Arrivals?.ToString() ?? "?"} times and was booked {booked.Bookings} times: it was sent again without asking");
    }

    private static async Task UnknownAsync(Bench bench, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.DropReplies);
        var register = bench.Claims.Register();
        var question = bench.Claims.Ask(register);
        await bench.WhileAsync(new DebtorBehaviour { DropsReplies = true }, async () =>
        {
            await bench.SendAsync(cancellation, register);
            Expect.That(
                await bench.UntilAsync(async token => await bench.DebtorSystem.FindAsync(register.Reference, token) is not null, cancellation),
                "the instruction never reached the debtor system");
            // It has booked it and does not say so, however often it is asked. As Routing does after its deadline:
            await bench.SendAsync(cancellation, question);
            Expect.That(
                await bench.UntilAsync(() => bench.Routing.RepliesTo(register.InstructionId).Count > 0, cancellation),
                "no answer to the question what became of the instruction; inHand, pending or unknown is one");
            var guess = bench.Routing.RepliesTo(register.InstructionId).Select(reply => reply.Report!)
                .FirstOrDefault(report => report.Outcome is TransferOutcome.Accepted or TransferOutcome.Rejected or TransferOutcome.NotDone);
            Expect.That(guess is null, $"the connector says {guess?.Outcome}, which it cannot know");
        }, cancellation);

        // Given up, it is Routing that sends again after a person's decision: asked about first, as ever.
        if (bench.Routing.RepliesTo(register.InstructionId).Any(reply => reply.Report!.Outcome == TransferOutcome.Unknown))
            await bench.SendAsync(cancellation, bench.Claims.Again(register));
        await bench.AcceptedAsync(register, cancellation);
    }

    private static async Task SlowAsync(Bench bench, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.BeSlow);
        var claims = Enumerable.Range(0, 5).Select(_ => bench.Claims.Register()).ToList();
        await bench.WhileAsync(new DebtorBehaviour { Slow = SlowCall }, async () =>
        {
            await bench.Routing.SendAsync(claims, cancellation);
            await bench.AllAcceptedAsync(claims, cancellation, bench.Options.Patience * 2);
        }, cancellation);

        await bench.AllBookedOnceAsync(claims, cancellation);
    }

    private static async Task DownAsync(Bench bench, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.TakeNothing);
        var claims = Enumerable.Range(0, 20).Select(_ => bench.Claims.Register()).ToList();
        await bench.WhileAsync(new DebtorBehaviour { TakesNothing = true }, async () =>
        {
            await bench.Routing.SendAsync(claims, cancellation);
            await bench.UntilAsync(() => claims.Any(IsGivenUp), cancellation, StaysAway);
            var lost = claims.Where(IsGivenUp).ToList();
            Expect.That(lost.Count == 0, $"{lost.Count} of {claims.Count} instructions were given up after a moment: {(lost.Count == 0 ? "" : bench.CameFor(lost[0]))}");
        }, cancellation);

        await bench.AllAcceptedAsync(claims, cancellation, bench.Options.Patience * 2);
        await bench.AllBookedOnceAsync(claims, cancellation);

        bool IsGivenUp(TransferClaim claim) => bench.IsSetAside(claim) || bench.Final(claim.InstructionId) is not null;
    }

    private static async Task BackPressureAsync(Bench bench, CancellationToken cancellation)
    {
        bench.Needs(DebtorSystemAbilities.TakeNothing);
        var backlog = bench.Options.Backlog;
        var claims = Enumerable.Range(0, backlog).Select(_ => bench.Claims.Register()).ToList();
        try
        {
            await bench.WhileAsync(new DebtorBehaviour { TakesNothing = true }, async () =>
            {
                await bench.Routing.SendAsync(claims, cancellation);
                // The first of them are taken to learn that it is away; the rest stays, or goes back.
                var stays = await bench.UntilAsync(StaysOnQueueAsync, cancellation);
                var before = await bench.DebtorSystem.CallsAsync(cancellation);
                await bench.UntilAsync(async token => await CallsSinceAsync(before, token) > MostCallsWhileAway, cancellation, StaysAway);
                var calls = await CallsSinceAsync(before, cancellation);
                // A connector that just looks whether it is back holds some for that moment.
                Expect.That(
                    stays && await bench.UntilAsync(StaysOnQueueAsync, cancellation),
                    $"of {backlog} instructions {await bench.Routing.ReadyAsync(cancellation)} were on the queue, the others in the connector's hands");
                Expect.That(calls <= MostCallsWhileAway, $"the debtor system was called {calls} times within {StaysAway.TotalSeconds:0} s after it had said that it takes nothing");
            }, cancellation);
        }
        finally
        {
            // Whatever is to be said of them is another check's matter; but none shall be in its way.
            await bench.UntilAsync(() => claims.All(claim => bench.IsSetAside(claim) || bench.Final(claim.InstructionId) is not null), cancellation, bench.Options.PatienceWithMany);
        }

        async Task<bool> StaysOnQueueAsync(CancellationToken token) => await bench.Routing.ReadyAsync(token) >= backlog / 2;

        async Task<long> CallsSinceAsync(long? before, CancellationToken token) => before is { } then ? (await bench.DebtorSystem.CallsAsync(token) ?? 0) - then : 0;
    }

    private static async Task PoisonAsync(Bench bench, CancellationToken cancellation)
    {
        var (before, after) = (bench.Claims.Register(), bench.Claims.Register());
        var poison = DeterministicId.Of(before.ClaimId, "conformance/poison");
        await bench.SendAsync(cancellation, before);
        await bench.Routing.SendAsync(poison, Encoding.UTF8.GetBytes($$"""{"messageId":"{{poison}}","municipality":"{{bench.Options.Municipality}}","instruction":"regi"""), cancellation);
        await bench.SendAsync(cancellation, after);
        await bench.AcceptedAsync(before, cancellation);
        await bench.AcceptedAsync(after, cancellation);
        Expect.That(
            await bench.UntilAsync(() => bench.Routing.SetAside.Any(aside => aside.MessageId == poison.ToString()), cancellation),
            $"the message that cannot be read stands neither on {Topology.ErrorQueue(bench.Routing.Queue)} nor on {Topology.DeadQueue(bench.Routing.Queue)}");
    }

    private static async Task RestartAsync(Bench bench, CancellationToken cancellation)
    {
        List<TransferClaim> claims = [];
        var isInTheMiddle = false;
        // Slow enough that the kill falls in the middle, also where looking for what is booked takes its time.
        var behaviour = bench.DebtorSystem.Can.HasFlag(DebtorSystemAbilities.BeSlow) ? new DebtorBehaviour { Slow = TimeSpan.FromSeconds(1) } : DebtorBehaviour.Good;
        // A kill after the last of them proves nothing, and is done again.
        for (var attempt = 0; attempt < MostRestarts && !isInTheMiddle; attempt++)
        {
            var next = Enumerable.Range(0, InRestart).Select(_ => bench.Claims.Register()).ToList();
            claims.AddRange(next);
            await bench.WhileAsync(behaviour, async () =>
            {
                await bench.Routing.SendAsync(next, cancellation);
                await bench.UntilAsync(async token => await BookedAsync(token) >= HandledBeforeRestart, cancellation);
                await bench.KillAsync();
                isInTheMiddle = await BookedAsync(cancellation) < InRestart;
                await bench.StartAgainAsync(cancellation);
            }, cancellation);

            async Task<int> BookedAsync(CancellationToken token) => (await bench.DebtorSystem.FindAsync([.. next.Select(claim => claim.Reference)], token)).Count;
        }

        await bench.AllAcceptedAsync(claims, cancellation);
        await bench.AllBookedOnceAsync(claims, cancellation);
    }

    private static async Task ManyAsync(Bench bench, CancellationToken cancellation)
    {
        var claims = Enumerable.Range(0, bench.Options.Many).Select(_ => bench.Claims.Register()).ToList();
        foreach (var part in claims.Chunk(1_000))
            await bench.Routing.SendAsync(part, cancellation);
        await bench.AllAcceptedAsync(claims, cancellation);
        await bench.AllBookedOnceAsync(claims, cancellation);
    }
}

using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>The answers of a connector whose author has not read the port closely: nothing is guessed from them, and the log says which member did what.</summary>
public sealed class When_a_connector_answers_wrongly
{
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await ConnectorBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    private static IEnumerable<TestCaseData> Submissions()
    {
        yield return Mistake<Submitted>("one answer less", answers => [.. answers.Skip(1)], "ForgetfulDebtorSystem.SubmitAsync gave 1 answer to 2 instructions; it gives one for each, in the same order");
        yield return Mistake<Submitted>("one answer more", answers => [.. answers, answers[0]], "ForgetfulDebtorSystem.SubmitAsync gave 3 answers to 2 instructions");
        yield return Mistake<Submitted>("a null among them", answers => [answers[0], null!], "ForgetfulDebtorSystem.SubmitAsync: answer 2 of 2 is null; it gives one for each, Submitted.Unknown(\"…\") where it does not know");
        yield return Mistake<Submitted>("null", _ => null!, "ForgetfulDebtorSystem.SubmitAsync returned null; it returns one answer for each instruction");
    }

    private static IEnumerable<TestCaseData> Questions()
    {
        yield return Mistake<Found>("no answer", _ => [], "ForgetfulDebtorSystem.FindAsync gave 0 answers to 1 instruction; it gives one for each, in the same order, Found.NoAnswer(\"…\") where it does not know");
        yield return Mistake<Found>("null", _ => null!, "ForgetfulDebtorSystem.FindAsync returned null; it returns one answer for each instruction");
    }

    [TestCaseSource(nameof(Submissions))]
    public async Task a_submission_is_then_unclear_and_asked_about(Func<IReadOnlyList<Submitted>, IReadOnlyList<Submitted>> mistake, string told)
    {
        _bench.Debtor.SubmissionMistake = mistake;
        TransferClaim[] claims = [_bench.Register(1), _bench.Register(2)];

        await _bench.HandleAsync(claims);

        foreach (var claim in claims)
            (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Unclear);
        _bench.Logger.All.ShouldContain(line => line.Contains(told, StringComparison.Ordinal));
        await _bench.SweepAsync(TimeSpan.FromSeconds(5));
        _bench.OutcomesOf(claims[0]).ShouldBe([TransferOutcome.Accepted]);
        _bench.Debtor.MaxBookings.ShouldBe(1);
    }

    [TestCaseSource(nameof(Questions))]
    public async Task a_question_is_then_not_answered(Func<IReadOnlyList<Found>, IReadOnlyList<Found>> mistake, string told)
    {
        _bench.Debtor.QuestionMistake = mistake;
        _bench.Debtor.Reaction = _ => Reaction.BookAndDropTheReply;
        var claim = _bench.Register();

        await _bench.HandleAsync(claim);
        await _bench.SweepAsync(TimeSpan.FromSeconds(5));

        (await _bench.RowAsync(claim)).Status.ShouldBe(InstructionStatus.Unclear);
        _bench.Logger.All.ShouldContain(line => line.Contains(told, StringComparison.Ordinal));
        _bench.Debtor.MaxBookings.ShouldBe(1);
    }

    [Test]
    public async Task reading_nothing_is_told_from_forgetting_to_say_so()
    {
        _bench.Debtor.Feed = _ => null!;

        await _bench.Handler.ReadAsync(ConnectorBench.København, TimeSpan.FromSeconds(1), goOn: true, CancellationToken.None);

        _bench.Logger.All.ShouldContain(line => line.Contains("ForgetfulDebtorSystem.ReadAsync returned null; it returns new ReadBack([], cursor) where there is nothing to read", StringComparison.Ordinal));
    }

    private static TestCaseData Mistake<T>(string name, Func<IReadOnlyList<T>, IReadOnlyList<T>> mistake, string told) => new TestCaseData(mistake, told).SetArgDisplayNames(name);
}

using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_a_debtor_system_issues_payment_slips
{
    private const string Slip = "123456789012347";
    private const string Wrong = "123456789012340";
    private ConnectorBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await ConnectorBench.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _bench.DisposeAsync();

    [TestCase(Slip, Slip)]
    [TestCase("+71<123456789012347+81234567<", Slip)]
    [TestCase(Wrong, null)]
    [TestCase("12345678901234", null)]
    [TestCase("", null)]
    [TestCase(null, null)]
    public async Task the_report_has_what_is_one(string? issued, string? told)
    {
        _bench.Debtor.Slip = _ => issued;
        await _bench.HandleAsync(_bench.Register());

        _bench.Reports.All.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            report => report.Outcome.ShouldBe(TransferOutcome.Accepted), report => report.PaymentSlip.ShouldBe(told));
        _bench.Logger.All.Count(IsOfSlips).ShouldBe(issued is null || told is not null ? 0 : 1);
    }

    [Test]
    public async Task what_is_none_is_said_once_a_call_and_never_repeated()
    {
        _bench.Debtor.Slip = instruction => instruction.FeeId == 3 ? Slip : Wrong;
        await _bench.HandleAsync([.. Enumerable.Range(1, 5).Select(fee => _bench.Register(fee))]);

        _bench.Reports.All.Count(report => report.PaymentSlip is not null).ShouldBe(1);
        _bench.Logger.All.Where(IsOfSlips).ShouldHaveSingleItem().ShouldContain("4 payment slips");
        _bench.Logger.All.ShouldAllBe(line => !line.Contains(Wrong));
    }

    [Test]
    public async Task it_comes_with_a_receipt_as_well()
    {
        _bench.Debtor.Reaction = _ => Reaction.Receipt;
        var (good, bad) = (_bench.Register(1), _bench.Register(2));
        await _bench.HandleAsync(good, bad);
        await _bench.ReceiveAsync(good, "R-1", new Submitted.Accepted("D-1", "R-1", Slip));
        await _bench.ReceiveAsync(bad, "R-2", new Submitted.Accepted("D-2", "R-2", Wrong));

        SlipOf(good).ShouldBe(Slip);
        SlipOf(bad).ShouldBeNull();
        _bench.Logger.All.Count(IsOfSlips).ShouldBe(1);
    }

    [Test]
    public async Task it_comes_with_the_answer_to_a_question_as_well()
    {
        _bench.Debtor.Reaction = _ => Reaction.BookAndDropTheReply;
        _bench.Debtor.Slip = instruction => instruction.FeeId == 1 ? Slip : Wrong;
        var (good, bad) = (_bench.Register(1), _bench.Register(2));
        await _bench.HandleAsync(good, bad);
        await _bench.SweepAsync(_bench.Options.AskAfter);

        SlipOf(good).ShouldBe(Slip);
        SlipOf(bad).ShouldBeNull();
        _bench.Logger.All.Count(IsOfSlips).ShouldBe(1);
    }

    [Test]
    public async Task it_comes_with_the_answer_to_a_question_about_an_instruction_that_the_log_has_not()
    {
        _bench.Debtor.Slip = _ => Slip;
        _bench.Debtor.Answer = _ => new Found.Done("D-1", "R-1", Slip);
        var lost = _bench.Register();
        await _bench.HandleAsync(_bench.Ask(lost));

        SlipOf(lost).ShouldBe(Slip);
    }

    private static bool IsOfSlips(string line) => line.Contains("payment slips");

    private string? SlipOf(TransferClaim claim) =>
        _bench.Reports.All.Single(report => report.InstructionId == claim.InstructionId && report.Outcome == TransferOutcome.Accepted).PaymentSlip;
}

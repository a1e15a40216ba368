using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.ConnectorSdk.Instructions;
using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_somebody_asks_what_waits(Engine engine)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);
    private StoreForTests _installation = null!;
    private IStore _store = null!;
    private SqlInstructionLog _log = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        _installation = await StoreForTests.NewAsync(engine);
        _store = _installation.Stores.Open("connector_kmdopus");
        _log = new SqlInstructionLog(_store);
        await _log.MigrateAsync(["0101", "0751"], CancellationToken.None);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        if (_installation is not null)
            await _installation.DisposeAsync();
    }

    [Test]
    public async Task what_is_due_first_comes_first_with_what_it_waits_for()
    {
        await SaveAsync(
            Row(1, InstructionStatus.Waiting, dueIn: 60) with { Attempts = 2, FirstAttemptAt = Ms(-30) }, Row(2, InstructionStatus.Unclear, dueIn: 5) with { UnclearSince = Ms(-10), FirstAttemptAt = Ms(-20) },
            Row(3, InstructionStatus.Done, dueIn: null), Row(4, InstructionStatus.Taken, dueIn: 0, municipality: "0751"), Row(5, InstructionStatus.Pending, dueIn: null));

        var all = (await ReadAsync()).Waiting;

        all.Select(row => (row.FeeId, row.Status)).ShouldBe([(4, "taken"), (2, "unclear"), (1, "waiting")]);
        all[2].ShouldBe(new WaitingInstruction(
            Instruction(1), DeterministicId.Of(Instruction(1), "message"), Claim(1), "0101", "DK-710100", 1, "register", "waiting", 2, Now.AddSeconds(60), Now.AddSeconds(-30),
            ConnectorNotes.TakesNothing));
        all[1].Since.ShouldBe(Now.AddSeconds(-10));
        (await ReadAsync("0751")).Waiting.ShouldHaveSingleItem().FeeId.ShouldBe(4);
        (await ReadAsync("0101", "0751")).Waiting.Count.ShouldBe(3);
        (await ReadAsync("0461")).Waiting.ShouldBeEmpty();
    }

    [Test]
    public async Task those_of_one_moment_come_once_over_pages()
    {
        await SaveAsync([.. Enumerable.Range(1, 5).Select(fee => Row(fee, InstructionStatus.Waiting, dueIn: 5))]);

        var found = new List<long>();
        Place? after = null;
        do
        {
            var page = await new WaitingInstructions(_store).ReadAsync(["0101"], 2, after, CancellationToken.None);
            found.AddRange(page.Waiting.Select(row => row.FeeId));
            Place.TryParse(page.Next, out after).ShouldBeTrue();
        }
        while (after is not null);

        found.Order().ShouldBe([1, 2, 3, 4, 5]);
    }

    [Test]
    public async Task the_log_says_which_messages_it_has_and_what_was_reported()
    {
        var report = new TransferReported(
            Claim(9), Now, Claim(2), "0101", "DK-710100", 2, 1, Instruction(2), InstructionKind.Register, TransferOutcome.Rejected, null, null, "D017", "not known", FixBy.Library);
        await SaveAsync(Row(1, InstructionStatus.Waiting, dueIn: 5), Row(2, InstructionStatus.Done, dueIn: null) with
        {
            OutcomeId = report.MessageId, Outcome = System.Text.Json.JsonSerializer.Serialize(report, MessageJson.Default.TransferReported),
        });

        var recorded = (await new RecordedInstructions(_store).FindAsync(
            [DeterministicId.Of(Instruction(1), "message"), DeterministicId.Of(Instruction(2), "message"), DeterministicId.Of(Instruction(3), "message")], CancellationToken.None)).Recorded;

        recorded.OrderBy(one => one.Status).ShouldBe(
        [
            new RecordedInstruction(DeterministicId.Of(Instruction(2), "message"), Instruction(2), "done", "rejected"),
            new RecordedInstruction(DeterministicId.Of(Instruction(1), "message"), Instruction(1), "waiting", null),
        ]);
    }

    private Task<WaitingPage> ReadAsync(params string[] municipalities) => new WaitingInstructions(_store).ReadAsync(municipalities, 100, null, CancellationToken.None);

    private Task SaveAsync(params InstructionRow[] rows) => _log.ChangeAsync([], _ => rows, CancellationToken.None);

    private static Guid Claim(long feeId) => DeterministicId.OfClaim("DK-710100", feeId);

    private static Guid Instruction(long feeId) => DeterministicId.Of(Claim(feeId), "register");

    private static long Ms(int seconds) => Now.AddSeconds(seconds).ToUnixTimeMilliseconds();

    private static InstructionRow Row(long feeId, InstructionStatus status, int? dueIn, string municipality = "0101")
    {
        var claim = new TransferClaim(
            DeterministicId.Of(Instruction(feeId), "message"), Now, Claim(feeId), municipality, "DK-710100", feeId, 1, Instruction(feeId), InstructionKind.Register, null, $"F{feeId}", ClaimType.Fee,
            "Gebyr", 7000, new DateOnly(2026, 10, 22), null, new Debtor(DebtorKind.Borrower, new SealedIdentity("ref", "sealed", "key")), [], false);
        return new InstructionRow(
            claim.InstructionId, 0, claim.ClaimId, municipality, claim.Instruction, null, 1, feeId, claim.MessageId, status, 0, null, Ms(-60), null, null, dueIn is { } due ? Ms(due) : null,
            null, null, null, null, System.Text.Json.JsonSerializer.Serialize(claim, MessageJson.Default.TransferClaim));
    }
}

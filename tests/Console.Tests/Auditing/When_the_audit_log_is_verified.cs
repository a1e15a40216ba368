using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Auditing;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_the_audit_log_is_verified(Engine engine)
{
    private const string Row = "sequence, recorded_at, who, role, action, subject, municipality, why, what, outcome, previous_hash, hash";
    private Workbench? _begun;

    private Workbench Bench
    {
        get => _begun!;
        set => _begun = value;
    }

    [SetUp]
    public async Task Begin()
    {
        Bench = await Workbench.NewAsync(engine);
        for (var n = 1; n <= 5; n++)
            await AppendAsync(Bench.Parts.Audit, $"{n}");
    }

    [TearDown]
    public async Task End()
    {
        // None where SQL Server is not there.
        if (_begun is not null)
            await _begun.DisposeAsync();
    }

    [Test]
    public async Task an_untouched_log_is_whole()
    {
        var verdict = await Bench.Parts.Audit.VerifyAsync(default);
        verdict.ShouldBe(new AuditVerdict(true, 5, verdict.HeadHash, null, null));
        verdict.HeadHash.ShouldMatch("^[0-9a-f]{64}$");
    }

    [TestCase("who", "'eve'")]
    [TestCase("role", "'Viewer'")]
    [TestCase("action", "'x'")]
    [TestCase("subject", "'x'")]
    [TestCase("municipality", "'0157'")]
    [TestCase("why", "'x'")]
    [TestCase("what", "'{}'")]
    [TestCase("what", "NULL")]
    [TestCase("outcome", "'x'")]
    [TestCase("recorded_at", "recorded_at + 1")]
    [TestCase("hash", "previous_hash")]
    public async Task a_changed_field_shows(string column, string value)
    {
        await TamperAsync($"UPDATE console.audit SET {column} = {value} WHERE sequence = 3");
        await ShouldBeBrokenAsync(3, "entry 3");
    }

    [TestCase(1, 1, "missing")]
    [TestCase(3, 3, "missing")]
    [TestCase(5, 5, "ended at 5")]
    public async Task a_deleted_entry_shows(int deleted, int faultAt, string says)
    {
        await TamperAsync($"DELETE FROM console.audit WHERE sequence = {deleted}");
        await ShouldBeBrokenAsync(faultAt, says);
    }

    [Test]
    public async Task a_deleted_entry_whose_followers_were_renumbered_shows()
    {
        await TamperAsync("DELETE FROM console.audit WHERE sequence = 3", "UPDATE console.audit SET sequence = 3 WHERE sequence = 4", "UPDATE console.audit SET sequence = 4 WHERE sequence = 5");
        await ShouldBeBrokenAsync(3, "does not follow");
    }

    [Test]
    public async Task an_entry_that_was_put_in_at_the_end_shows()
    {
        await TamperAsync($"INSERT INTO console.audit ({Row}) SELECT 6, recorded_at, who, role, action, subject, municipality, why, what, outcome, hash, hash FROM console.audit WHERE sequence = 5");
        await ShouldBeBrokenAsync(6, "changed after");
    }

    [Test]
    public async Task entries_that_were_exchanged_show()
    {
        await TamperAsync(
            "UPDATE console.audit SET sequence = 99 WHERE sequence = 2", "UPDATE console.audit SET sequence = 2 WHERE sequence = 3", "UPDATE console.audit SET sequence = 3 WHERE sequence = 99");
        await ShouldBeBrokenAsync(2, "does not follow");
    }

    [TestCase("UPDATE console.audit_head SET sequence = 4", "head was changed")]
    [TestCase("UPDATE console.audit_head SET seal = hash", "head was changed")]
    [TestCase("UPDATE console.audit_head SET hash = (SELECT previous_hash FROM console.audit WHERE sequence = 5)", "head was changed")]
    [TestCase("DELETE FROM console.audit_head", "head is missing")]
    public async Task a_touched_head_shows(string tampering, string says)
    {
        await TamperAsync(tampering);
        await ShouldBeBrokenAsync(null, says);
    }

    [Test]
    public async Task a_log_without_its_head_takes_no_action_and_a_start_does_not_heal_it()
    {
        await TamperAsync("DELETE FROM console.audit_head");
        await Bench.Parts.Audit.BeginAsync(default);

        await Should.ThrowAsync<AuditBrokenException>(() => AppendAsync(Bench.Parts.Audit, "6"));
    }

    [TestCase("UPDATE console.audit_head SET sequence = 4", "head was changed")]
    [TestCase("UPDATE console.audit_head SET seal = hash", "head was changed")]
    [TestCase("DELETE FROM console.audit WHERE sequence = 5", "entry 5 is missing")]
    [TestCase("UPDATE console.audit SET why = 'x' WHERE sequence = 5", "entry 5 was changed")]
    [TestCase("UPDATE console.audit SET hash = previous_hash WHERE sequence = 5", "not the one that the log ended with")]
    public async Task a_log_whose_end_was_touched_takes_no_action(string tampering, string says)
    {
        (await Bench.Parts.Audit.FaultOfHeadAsync(default)).ShouldBeNull();
        await TamperAsync(tampering);

        (await Should.ThrowAsync<AuditBrokenException>(() => AppendAsync(Bench.Parts.Audit, "6"))).Message.ShouldContain(says);
        (await Bench.Parts.Audit.FaultOfHeadAsync(default)).ShouldNotBeNull();
        (await Bench.Parts.Audit.ReadAsync(null, null, null, "6", 10, null, default)).Entries.ShouldBeEmpty();
    }

    /// <summary>The next entry would seal a head of anybody's making, and the log be whole again.</summary>
    [TestCase("UPDATE console.audit_head SET sequence = 4, hash = (SELECT previous_hash FROM console.audit WHERE sequence = 5)", "DELETE FROM console.audit WHERE sequence = 5")]
    [TestCase("UPDATE console.audit_head SET seal = hash")]
    public async Task a_touched_head_takes_no_action(params string[] tampering)
    {
        await TamperAsync(tampering);
        (await Should.ThrowAsync<AuditBrokenException>(() => AppendAsync(Bench.Parts.Audit, "6"))).Message.ShouldContain("changed past the console");
        await ShouldBeBrokenAsync(null, "head was changed");
    }

    [Test]
    public async Task the_whole_end_wound_back_shows()
    {
        await TamperAsync("DELETE FROM console.audit WHERE sequence > 2");
        await ShouldBeBrokenAsync(3, "ends at entry 2");
    }

    [Test]
    public async Task the_whole_log_wound_back_with_its_old_head_shows_against_what_was_noted()
    {
        var noted = await Bench.Parts.Audit.VerifyAsync(default);
        await using (var connection = await Bench.Parts.Store.OpenAsync(default))
        {
            var old = await connection.QuerySingleAsync<(long, string, string)>(Bench.Parts.Store.Sql("SELECT sequence, hash, seal FROM console.audit_head"));
            for (var n = 6; n <= 8; n++)
                await AppendAsync(Bench.Parts.Audit, $"{n}");
            var later = await Bench.Parts.Audit.VerifyAsync(default);
            await connection.ExecuteAsync(Bench.Parts.Store.Sql("DELETE FROM console.audit WHERE sequence > 5"));
            await connection.ExecuteAsync(Bench.Parts.Store.Sql("UPDATE console.audit_head SET sequence = @s, hash = @h, seal = @seal"), new { s = old.Item1, h = old.Item2, seal = old.Item3 });

            (await Bench.Parts.Audit.VerifyAsync(new AuditNote(noted.Entries, noted.HeadHash), default)).IsWhole.ShouldBeTrue();
            (await Bench.Parts.Audit.VerifyAsync(new AuditNote(later.Entries, later.HeadHash), default)).FirstFault.ShouldNotBeNull().ShouldContain("entry 8 was noted");
            for (var n = 6; n <= 9; n++)
                await AppendAsync(Bench.Parts.Audit, $"other {n}");
            (await Bench.Parts.Audit.VerifyAsync(new AuditNote(later.Entries, later.HeadHash), default)).FirstFault.ShouldNotBeNull().ShouldContain("written anew");
        }
    }

    [Test]
    public async Task several_instances_that_write_at_once_keep_one_chain()
    {
        var logs = Enumerable.Range(0, 4).Select(_ => Bench.Again().Audit).ToList();

        await Task.WhenAll(logs.Select((log, n) => Task.Run(async () =>
        {
            for (var i = 0; i < 15; i++)
                await AppendAsync(log, $"{n}/{i}");
        })));

        var verdict = await Bench.Parts.Audit.VerifyAsync(default);
        verdict.IsWhole.ShouldBeTrue(verdict.FirstFault);
        verdict.Entries.ShouldBe(65);
    }

    [Test]
    public async Task an_action_that_cannot_be_logged_is_not_done()
    {
        await Bench.KeepAsync(3);
        await TamperAsync("DELETE FROM console.audit_head");

        await Should.ThrowAsync<AuditBrokenException>(() => Bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter(), "why", default));

        (await Bench.Parts.Letters.CountAsync(new LetterFilter { Status = [LetterStatus.Archived] }, default)).Count.ShouldBe(0);
    }

    [Test]
    public async Task a_log_of_several_pages_is_read_to_its_end()
    {
        await Bench.Parts.Store.InTransactionAsync(
            async transaction =>
            {
                await Bench.Parts.Audit.AppendAsync(transaction, Workbench.Anna, [.. Enumerable.Range(0, 4_500).Select(n => new AuditedAction("x", $"{n}", "0101", "why", null, "done"))], default);
                return true;
            },
            default);
        (await Bench.Parts.Audit.VerifyAsync(default)).Entries.ShouldBe(4_505);

        await TamperAsync("UPDATE console.audit SET why = 'y' WHERE sequence = 4400");
        await ShouldBeBrokenAsync(4400, "entry 4400 was changed");
    }

    [Test]
    public async Task who_sees_one_municipality_reads_its_entries_alone()
    {
        await Bench.Parts.Audit.AppendAsync(Workbench.Anna, new AuditedAction("claim.retry", "x", "0157", "why", null, "done"), default);

        (await Bench.Parts.Audit.ReadAsync(Workbench.Copenhagen.Municipalities, null, null, null, 100, null, default)).Entries.Select(entry => entry.Municipality).Distinct().ShouldBe(["0101"]);
        (await Bench.Parts.Audit.ReadAsync(null, "claim.retry", "anna", "x", 100, null, default)).Entries.ShouldHaveSingleItem();
        var page = await Bench.Parts.Audit.ReadAsync(null, null, null, null, 4, null, default);
        page.Entries.Select(entry => entry.Sequence).ShouldBe([6, 5, 4, 3]);
        (await Bench.Parts.Audit.ReadAsync(null, null, null, null, 4, page.Next, default)).Entries.Select(entry => entry.Sequence).ShouldBe([2, 1]);
    }

    private static Task AppendAsync(AuditLog log, string subject) => log.AppendAsync(Workbench.Anna, new AuditedAction("letter.archive", subject, "0101", "because", """{"letters":1}""", "1 Archived"), default);

    private async Task TamperAsync(params string[] statements)
    {
        await using var connection = await Bench.Parts.Store.OpenAsync(default);
        foreach (var statement in statements)
            (await connection.ExecuteAsync(Bench.Parts.Store.Sql(statement))).ShouldBeGreaterThan(0);
    }

    private async Task ShouldBeBrokenAsync(long? at, string says)
    {
        var verdict = await Bench.Parts.Audit.VerifyAsync(default);
        verdict.IsWhole.ShouldBeFalse();
        verdict.FirstFault.ShouldNotBeNull().ShouldContain(says);
        if (at is { } sequence)
            verdict.FaultAt.ShouldBe(sequence);
    }
}

using ClaimsTransfer.Defaults.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_the_audit_log_is_verified_by_command
{
    private RunningConsole _console = null!;

    [SetUp]
    public async Task Start()
    {
        _console = await RunningConsole.StartAsync();
        await _console.FailAsync("0101", "DK-710100", 1);
        (await _console.ClaimsAsync("failures", "archive", "--all", "--reason", "First", "--who", "anna")).ShouldEndWith(0);
        (await _console.ClaimsAsync("failures", "restore", "--all", "--reason", "Second", "--who", "bo")).ShouldEndWith(0);
    }

    [TearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [Test]
    public async Task what_was_done_is_listed_the_newest_first()
    {
        var whys = (await _console.ClaimsAsync("audit", "--json")).ShouldEndWith(0).Json.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("why").GetString()).ToList();
        whys.IndexOf("Second").ShouldBeLessThan(whys.IndexOf("First"));
        var page = (await _console.ClaimsAsync("audit", "--limit", "1", "--json")).ShouldEndWith(0).Json;
        page.GetProperty("entries").GetArrayLength().ShouldBe(1);
        page.GetProperty("next").GetInt64().ShouldBeGreaterThan(1);
        var said = (await _console.ClaimsAsync("audit", "--who", "anna (command line)")).ShouldEndWith(0).Output;
        said.ShouldContain("letter.archive");
        said.ShouldNotContain("letter.restore");
        (await _console.ClaimsAsync("audit", "--action", "replay.start")).ShouldEndWith(0).Output.ShouldContain("Nothing was done that fits.");
    }

    [Test]
    public async Task a_whole_log_gives_its_head_to_note_down()
    {
        var verdict = (await _console.ClaimsAsync("audit", "verify", "--json")).ShouldEndWith(0).Json;
        verdict.GetProperty("isWhole").GetBoolean().ShouldBeTrue();
        var head = verdict.GetProperty("head").GetString()!;
        (await _console.ClaimsAsync("audit", "verify")).ShouldEndWith(0).Output.ShouldContain(head);
        (await _console.ClaimsAsync("failures", "archive", "--all", "--reason", "Third")).ShouldEndWith(0);
        (await _console.ClaimsAsync("audit", "verify", "--head", head)).ShouldEndWith(0);
    }

    [Test]
    public async Task a_log_that_was_wound_back_is_found_by_a_head_that_was_noted()
    {
        var head = (await _console.ClaimsAsync("audit", "verify", "--json")).Json.GetProperty("head").GetString()!.Split(':');
        (await _console.ClaimsAsync("audit", "verify", "--head", $"{head[0]}:{new string('0', head[1].Length)}")).ShouldEndWith(6).Output.ShouldContain("written anew");
        (await _console.ClaimsAsync("audit", "verify", "--head", $"{long.Parse(head[0], System.Globalization.CultureInfo.InvariantCulture) + 5}:{head[1]}")).ShouldEndWith(6).Output.ShouldContain("wound back");
        (await _console.ClaimsAsync("audit", "verify", "--head", "nonsense")).ShouldEndWith(2);
    }

    [Test]
    public async Task an_entry_that_was_changed_by_hand_is_named()
    {
        var store = _console.Server.Services.GetRequiredService<IStores>().Open("console");
        await using (var connection = await store.OpenAsync(CancellationToken.None))
            (await connection.ExecuteAsync(store.Sql("UPDATE console.audit SET why = 'Another' WHERE why = 'First'"))).ShouldBe(1);
        (await _console.ClaimsAsync("audit", "verify")).ShouldEndWith(6).Output.ShouldContain("NOT whole");
        var verdict = (await _console.ClaimsAsync("audit", "verify", "--json")).ShouldEndWith(6).Json;
        verdict.GetProperty("isWhole").GetBoolean().ShouldBeFalse();
        verdict.GetProperty("firstFault").GetString()!.ShouldContain("was changed after it was written");
        verdict.GetProperty("faultAt").GetInt64().ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task a_log_that_was_wound_back_with_its_head_is_found_by_the_anchors_outside()
    {
        var file = Path.Combine(_console.Data, "anchors");
        (await _console.ClaimsAsync("audit", "verify", "--anchor", file)).ShouldEndWith(1).Errors.ShouldContain("claims audit anchor FILE");
        (await _console.ClaimsAsync("audit", "anchor", file)).ShouldEndWith(0);
        var store = _console.Server.Services.GetRequiredService<IStores>().Open("console");
        await using var connection = await store.OpenAsync(CancellationToken.None);
        var old = await connection.QuerySingleAsync<(long Sequence, string Hash, string Seal)>(store.Sql("SELECT sequence, hash, seal FROM console.audit_head"));
        (await _console.ClaimsAsync("failures", "archive", "--all", "--reason", "Third")).ShouldEndWith(0);
        (await _console.ClaimsAsync("audit", "anchor", file)).ShouldEndWith(0);
        (await _console.ClaimsAsync("audit", "verify", "--anchor", file)).ShouldEndWith(0);
        var lines = await File.ReadAllLinesAsync(file);
        lines.Length.ShouldBe(2);
        lines.ShouldAllBe(line => System.Text.RegularExpressions.Regex.IsMatch(line, "^[0-9-]{10}T[0-9:]{8}Z [0-9]+ [0-9a-f]{64}$"));

        await connection.ExecuteAsync(store.Sql("DELETE FROM console.audit WHERE sequence > @Sequence"), new { old.Sequence });
        await connection.ExecuteAsync(store.Sql("UPDATE console.audit_head SET sequence = @Sequence, hash = @Hash, seal = @Seal"), new { old.Sequence, old.Hash, old.Seal });
        (await _console.ClaimsAsync("audit", "verify")).ShouldEndWith(0);
        (await _console.ClaimsAsync("audit", "verify", "--anchor", file)).ShouldEndWith(6).Output.ShouldContain("wound back");
        (await _console.ClaimsAsync("audit", "anchor", file)).ShouldEndWith(6).Output.ShouldContain("wound back");
        (await File.ReadAllLinesAsync(file)).ShouldBe(lines);

        await File.AppendAllTextAsync(file, "nonsense\n");
        (await _console.ClaimsAsync("audit", "anchor", file)).ShouldEndWith(2).Errors.ShouldContain("Line 3");
    }
}

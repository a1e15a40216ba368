using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using Microsoft.Data.Sqlite;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>Claims of a citizen that have ended, and one that has not, erased by the command; then everything comes again.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class When_a_citizens_claims_are_erased
{
    private const string Agency = "DK-710100";
    private const string Cpr = "1107051233";
    private const string Title = "Bogen om den hemmelige have";
    private const long Cancelled = 880_001;
    private const long LeftOut = 880_002;
    private const long Owed = 880_003;
    private readonly string _folder = Folders.New("erased");
    private Command _run = null!;
    private RunningSystem _system = null!;

    private string Data => Path.Combine(_folder, "data");

    private string Sent => Path.Combine(_folder, "claims.ndjson");

    [OneTimeSetUp]
    public async Task Travel()
    {
        _run = Command.Run(new Dictionary<string, string>(StringComparer.Ordinal) { ["Console__EraseAfter"] = "00:00:00" }, "--no-samples", "--data", Data);
        _system = await Wait.ForSystemAsync(Data, _run);
        await File.WriteAllLinesAsync(Sent,
        [
            Line(Cancelled, Cpr, "2026-10-22"), Line(LeftOut, Cpr, "2019-01-02"), Line(Owed, Cpr, "2026-10-22"), Line(880_004, "0202041238", "2026-10-22"),
        ]);
        await ClaimsAsync("import", Sent);
        await Wait.ForReportAsync(_system, "all have arrived", report => report.Total is { Accepted: 4, InFlight: 0, Transferred: 3 }, TimeSpan.FromMinutes(2), _run);
        await ClaimsAsync("cancel", Agency, $"{Cancelled}", "--reason", "It was returned in time");
        await Wait.ForReportAsync(_system, "one is cancelled", report => report.Total is { InFlight: 0, Cancelled: 1 }, TimeSpan.FromMinutes(1), _run);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _system?.Dispose();
        if (_run is not null)
            await _run.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task what_is_within_its_retention_stays_unless_it_is_asked_for()
    {
        var shown = await EraseAsync("--preview");
        shown.Count.ShouldBe(3);
        shown.ShouldAllBe(claim => !claim.IsErased);
        (await EraseAsync("--preview", "--within-retention")).ShouldBe([(Cancelled, true), (LeftOut, true), (Owed, false)], ignoreOrder: true);
        Held().ShouldContain(Title, Case.Sensitive, "it was only shown");
    }

    [Test, Order(2)]
    public async Task nothing_says_any_more_who_owed_what_has_ended_and_the_books_are_as_they_were()
    {
        var before = await BooksAsync();

        (await EraseAsync("--within-retention", "--yes")).ShouldBe([(Cancelled, true), (LeftOut, true), (Owed, false)], ignoreOrder: true);

        Figures(await BooksAsync()).ShouldBe(Figures(before));
        foreach (var feeId in (long[])[Cancelled, LeftOut])
            Held().ShouldNotContain($"{Title} {feeId}");
        Held().ShouldContain($"{Title} {Owed}");
        (await ClaimsAsync("show", Agency, $"{Cancelled}")).ShouldContain("erased");
        (await EraseAsync("--preview", "--within-retention")).ShouldBe([(Owed, false)]);
    }

    [Test, Order(3)]
    public async Task what_comes_again_is_a_repeat_and_puts_nothing_back()
    {
        var before = await BooksAsync();

        File.Copy(Sent, $"{Sent}.again");
        await ClaimsAsync("import", $"{Sent}.again");

        await Wait.ForReportAsync(_system, "nothing is under way", report => report.Total.InFlight == 0, TimeSpan.FromMinutes(1), _run);
        (await BooksAsync()).Total.ShouldSatisfyAllConditions(total => total.Accepted.ShouldBe(before.Total.Accepted), total => total.Cancelled.ShouldBe(1), total => total.OutOfScope.ShouldBe(1));
        Held().ShouldNotContain($"{Title} {Cancelled}");
        (await EraseAsync("--preview", "--within-retention")).ShouldBe([(Owed, false)]);
    }

    [Test, Order(4)]
    public async Task the_citizen_can_be_told_what_was_done_and_the_log_is_whole()
    {
        (await AskAsync("audit", "citizen", "--reason", "The citizen asked")).GetProperty("lookups").EnumerateArray()
            .Select(lookup => lookup.GetProperty("action").GetString()).ShouldContain("citizen.erase");
        await ClaimsAsync("audit", "verify");
    }

    private static string Line(long feeId, string cpr, string createdOn) =>
        $$"""
        {"messageId":"{{Messages.DeterministicId.OfClaim(Agency, feeId)}}","occurredAt":"2026-11-22T06:54:00Z","agency":"{{Agency}}","feeId":{{feeId}},"version":1,"type":"fee","reason":"Gebyr","amountOre":7000,"currency":"DKK","createdOn":"{{createdOn}}","borrower":{"cpr":"{{cpr}}","name":"Anna And"},"materials":[{"title":"{{Title}} {{feeId}}"}]}
        """;

    private async Task<IReadOnlyList<(long FeeId, bool IsErased)>> EraseAsync(params string[] arguments) =>
        [.. (await AskAsync(["erase", "citizen", "--reason", "The citizen asked", .. arguments])).GetProperty("claims").EnumerateArray()
            .Select(claim => (claim.GetProperty("feeId").GetInt64(), claim.GetProperty("isErased").GetBoolean()))];

    /// <summary>With the citizen's number on standard input.</summary>
    private async Task<JsonElement> AskAsync(params string[] arguments)
    {
        var file = Path.Combine(_folder, "answer.json");
        await using var command = Command.Start(
            "bash", ["-c", "printf '%s\\n' \"$2\" | dotnet \"$0\" \"${@:3}\" >\"$1\"", Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), file, Cpr, .. arguments, "--json", "--data", Data]);
        (await command.EndAsync(TimeSpan.FromMinutes(2))).ShouldBe(ExitCodes.Done, command.Said);
        return JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.Clone();
    }

    private async Task<string> ClaimsAsync(params string[] arguments)
    {
        await using var command = Command.Claims([.. arguments, "--data", Data]);
        (await command.EndAsync(TimeSpan.FromMinutes(2))).ShouldBe(ExitCodes.Done, command.Said);
        return command.Said;
    }

    private async Task<BooksReport> BooksAsync() =>
        await Wait.ForReportAsync(_system, "the books can be read", report => report.Identities == new Identities(true, true, true), TimeSpan.FromMinutes(1), _run);

    private static string Figures(BooksReport report) => JsonSerializer.Serialize(new { report.Total, report.Municipalities });

    /// <summary>All that the services' stores hold, byte by byte; the stand-ins for FBS and the debtor systems keep what they were sent.</summary>
    private string Held()
    {
        List<string> files = [.. Directory.EnumerateFiles(Data, "*.db").Where(file => !file.Contains("sandbox", StringComparison.Ordinal))];
        files.Count.ShouldBeGreaterThan(4);
        return string.Concat(files.Select(file =>
        {
            using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
            {
                connection.Open();
                using var checkpoint = connection.CreateCommand();
                checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
                checkpoint.ExecuteNonQuery();
            }

            return File.ReadAllText(file);
        }));
    }
}

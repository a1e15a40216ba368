using System.Text;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Prisme;
using ClaimsTransfer.Sandbox.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Prisme;

public sealed class When_payment_files_are_written
{
    private const string Code = "0147";
    private const string Everything = "pay=0.3,part=0.3,over=0.1,reverse=0.1,writeoff=0.1,collect=0.1,duplicate=0.1";

    [Test]
    public async Task Each_entry_stands_in_one_as_it_was_booked_some_in_two_and_nothing_is_pending_when_they_are_taken()
    {
        await using var sandbox = await RunningSandbox.StartAsync(Everything);
        await sandbox.RegisterAsync(300, Vendor.Prisme, Code);

        var told = new List<PrismeLine>();
        await TakeAllAsync(sandbox, told);

        var booked = await sandbox.BookedAsync(Code);
        told.Select(line => line[1]).Distinct().Order().ShouldBe(booked.Keys.Order());
        (told.Count - booked.Count).ShouldBeInRange(booked.Count / 20, booked.Count / 5);
        told.Select(line => line[2]).Distinct().Order().ShouldBe(["AFS", "DAK", "KTO", "REG", "REN", "RYK", "TIL"]);
        foreach (var line in told)
        {
            var entry = booked[line[1]];
            line[7].ShouldBe(line[2] == "KTO" ? "" : $"{(entry.AmountOre < 0 ? '-' : '+')}{Math.Abs(entry.AmountOre):D14}");
            (line[8], line[11], line[9]).ShouldBe((entry.Channel ?? "", entry.ReversesEntryId ?? "", $"{entry.ValueDate:yyyyMMdd}"));
            $"{line[3]}{line[4]}{line[5]}".ShouldBe(entry.NamedAs, "an entry has one name");
        }
    }

    [Test]
    public async Task A_bad_one_is_pending_until_it_was_asked_for_again_and_taken_and_a_restart_between_changes_nothing()
    {
        await using var sandbox = await RunningSandbox.StartAsync("pay=1", "cut-file=1");
        await sandbox.RegisterAsync(40, Vendor.Prisme, Code);
        await RunningSandbox.EventuallyAsync("all is made and written", async () => await WrittenAsync(sandbox));

        var bad = Files(sandbox).ToDictionary(path => path, path => PrismeLines.Read(File.ReadAllBytes(path), "B99", out _));
        bad.Values.ShouldAllBe(lines => lines == null || !TotalsAgree(lines));
        foreach (var path in bad.Keys)
            File.Delete(path);
        await Task.Delay(500);
        (await sandbox.PendingAsync(Code)).ShouldBeGreaterThanOrEqualTo(40, "whoever took them could not use them");

        await sandbox.StopAsync();
        foreach (var path in bad.Keys)
            await AskAgainAsync(sandbox, IdOf(path), inForce: path != bad.Keys.Last());
        await sandbox.StartAsync();
        await AskAgainAsync(sandbox, "no-such-file");
        await AskAgainAsync(sandbox, IdOf(bad.Keys.Last()));
        await RunningSandbox.EventuallyAsync("all are written again", () => Task.FromResult(Files(sandbox).Count == bad.Count));

        Files(sandbox).Select(IdOf).Order().ShouldBe(bad.Keys.Select(IdOf).Order());
        Files(sandbox).Intersect(bad.Keys).ShouldBeEmpty("a name is never used again");
        var told = new List<PrismeLine>();
        await TakeAllAsync(sandbox, told);
        told.Select(line => line[1]).Order().ShouldBe((await sandbox.BookedAsync(Code)).Keys.Order());
        Directory.GetFiles(sandbox.PrismeFolder(Code, "ind")).ShouldBeEmpty();
    }

    [Test]
    public async Task Half_of_the_bad_ones_are_cut_in_the_middle_and_half_have_wrong_totals()
    {
        await using var sandbox = await RunningSandbox.StartAsync("pay=1", "cut-file=1");
        string[] codes = ["0147", "0253", "0259", "0260", "0270", "0306", "0316", "0320", "0326", "0329", "0330", "0336", "0340", "0350", "0360", "0370"];
        var served = codes.Where(code => Directory.Exists(sandbox.PrismeFolder(code, "ind"))).ToList();
        served.Count.ShouldBeGreaterThan(3, "else the sample is too small to say anything");
        foreach (var code in served)
            await sandbox.RegisterAsync(30, Vendor.Prisme, code);
        foreach (var code in served)
            await RunningSandbox.EventuallyAsync("all is made and written", async () => await WrittenAsync(sandbox, code));

        var files = served.SelectMany(code => Files(sandbox, code)).Select(path => PrismeLines.Read(File.ReadAllBytes(path), "B99", out _)).ToList();
        files.Count(lines => lines is null).ShouldBeGreaterThan(0);
        files.Count(lines => lines is not null).ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task Nothing_is_written_while_it_is_down_and_all_of_it_afterwards()
    {
        await using var sandbox = await RunningSandbox.StartAsync("pay=1", $"down={Code}");
        await sandbox.RegisterAsync(20, Vendor.Prisme, Code);
        await RunningSandbox.EventuallyAsync("all is made", async () => (await sandbox.BookedAsync(Code)).Values.Sum(entry => entry.AmountOre) == 20 * 12_000);
        await Task.Delay(2_500);
        Files(sandbox).ShouldBeEmpty();
        (await sandbox.PendingAsync(Code)).ShouldBeGreaterThanOrEqualTo(20);

        await sandbox.FaultsAsync("");
        var told = new List<PrismeLine>();
        await TakeAllAsync(sandbox, told);

        told.Count.ShouldBe((await sandbox.BookedAsync(Code)).Count);
    }

    [Test]
    public async Task The_claims_held_are_listed_when_asked_for()
    {
        await using var sandbox = await RunningSandbox.StartAsync("over=1");
        await sandbox.RegisterAsync(2_500, Vendor.Prisme, Code);
        await RunningSandbox.EventuallyAsync("all is made", async () => (await sandbox.BookedAsync(Code)).Count == 2_500);

        await PutAsync(sandbox, $"{Code}_q1.udtraek",
            [PrismeLine.Of("U00", (1, "PRISME-UDTRAEK"), (2, "1"), (3, Code), (4, "q1")), PrismeLine.Of("U99", (1, "0"))]);
        var answer = Path.Combine(sandbox.PrismeFolder(Code, "ud"), $"{Code}_q1.saldo");
        await RunningSandbox.EventuallyAsync("the answer", () => Task.FromResult(File.Exists(answer)));

        var lines = PrismeLines.Read(await File.ReadAllBytesAsync(answer), "X99", out var fault).ShouldNotBeNull(fault);
        (lines[0].Type, lines[0][1], lines[0][3], lines[0][4]).ShouldBe(("X00", "PRISME-SALDO", Code, "q1"));
        var claims = lines.FindAll(line => line.Type == "X10");
        claims.Select(line => line[1]).Distinct().Count().ShouldBe(2_500);
        claims.ShouldAllBe(line => long.Parse(line[2]) == 12_000 && long.Parse(line[3]) > 12_000 && line[5] == "A" && line[6] == "1" && line[7].Length == 14);
        (lines[^1][1], long.Parse(lines[^1][2])).ShouldBe(("2500", 2_500 * 12_000L));
    }

    /// <summary>Takes the files away as they come, until nothing is pending.</summary>
    private static Task TakeAllAsync(RunningSandbox sandbox, List<PrismeLine> told) => RunningSandbox.EventuallyAsync("nothing is pending", async () =>
    {
        foreach (var path in Files(sandbox))
        {
            var lines = PrismeLines.Read(await File.ReadAllBytesAsync(path), "B99", out var fault).ShouldNotBeNull(fault);
            TotalsAgree(lines).ShouldBeTrue();
            (lines[0][1], lines[0][3], lines[0][4]).ShouldBe(("PRISME-BETALING", Code, IdOf(path)));
            told.AddRange(lines.FindAll(line => line.Type == "B10"));
            File.Delete(path);
        }

        return await sandbox.PendingAsync(Code) == 0;
    });

    /// <summary>Every entry that will ever come stands in a file: what is pending is what the files hold.</summary>
    private static async Task<bool> WrittenAsync(RunningSandbox sandbox, string code = Code)
    {
        var booked = await sandbox.BookedAsync(code);
        var covered = booked.Values.GroupBy(entry => entry.Reference).Count(claim => claim.Sum(entry => entry.AmountOre) == 12_000);
        return covered >= 30 && covered == booked.Values.Select(entry => entry.Reference).Distinct().Count() && Files(sandbox, code).Count > 0
            && await sandbox.PendingAsync(code) == booked.Count && await WaitAsync(sandbox, code);
    }

    private static async Task<bool> WaitAsync(RunningSandbox sandbox, string code)
    {
        var before = Files(sandbox, code).Count;
        await Task.Delay(2_500);
        return Files(sandbox, code).Count == before;
    }

    private static bool TotalsAgree(List<PrismeLine> lines)
    {
        var entries = lines.FindAll(line => line.Type == "B10");
        return lines[^1][1] == $"{entries.Count}" && long.Parse(lines[^1][2]) == entries.Sum(line => line[7].Length == 0 ? 0 : long.Parse(line[7]));
    }

    private static List<string> Files(RunningSandbox sandbox, string code = Code) => [.. Directory.GetFiles(sandbox.PrismeFolder(code, "ud"), "*.bet").Order(StringComparer.Ordinal)];

    private static string IdOf(string path) => Path.GetFileNameWithoutExtension(path).Split('_')[2];

    private static Task AskAgainAsync(RunningSandbox sandbox, string fileId, bool inForce = true) => !inForce ? Task.CompletedTask : PutAsync(sandbox, $"{Code}_{fileId}.genbestil",
    [
        PrismeLine.Of("G00", (1, "PRISME-GENBESTIL"), (2, "1"), (3, Code), (4, fileId), (5, "FILE-UNREADABLE"), (6, "it has no trailer: it was cut off")), PrismeLine.Of("G99", (1, "1")),
    ]);

    private static async Task PutAsync(RunningSandbox sandbox, string name, IEnumerable<PrismeLine> lines)
    {
        var path = Path.Combine(sandbox.PrismeFolder(Code, "ind"), name);
        await File.WriteAllTextAsync($"{path}.tmp", Encoding.UTF8.GetString(PrismeLines.Write(lines)));
        File.Move($"{path}.tmp", path);
    }
}

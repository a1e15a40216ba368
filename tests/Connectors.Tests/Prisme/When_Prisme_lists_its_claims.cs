using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Prisme.Extract;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

[TestFixture]
public sealed class When_Prisme_lists_its_claims
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(20_000)]
    public async Task each_is_listed_once_and_the_answer_goes_to_the_archive(int claims)
    {
        await using var bench = await StartAsync();
        var answering = AnswerAsync(bench, id => List(id, claims));

        var accounts = await ListAsync(bench);

        accounts.Select(account => account.Reference).ShouldBe(Enumerable.Range(1, claims).Select(n => $"DK-710100-{n}"));
        accounts.Sum(account => account.AmountOre).ShouldBe(7000L * claims);
        bench.Lying("ud").ShouldBeEmpty();
        bench.Lying("arkiv").ShouldBe([$"0101_{await answering}.saldo"]);
    }

    [Test]
    public async Task how_a_claim_stands_is_read_to_the_øre()
    {
        await using var bench = await StartAsync();
        var answering = AnswerAsync(bench, id => Answer(id, 2, 7256,
            Account("DK-710100-1", 7000, 2050, -1001, "A", 1), Account("DK-710100-2", 256, -1, 0, "N", 2)));

        var accounts = await ListAsync(bench);

        var changedAt = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);
        accounts.ShouldBe([new DebtorAccount("DK-710100-1", 7000, 2050, -1001, true, 1, changedAt), new DebtorAccount("DK-710100-2", 256, -1, 0, false, 2, changedAt)]);
        await answering;
    }

    [Test]
    public async Task a_list_cut_off_anywhere_is_refused_before_the_first_claim()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "0101_q.saldo");
        var whole = Answer("q", 2, 7256, Account("DK-710100-1", 7000, 2050, -1001, "A", 1), Account("Æ-2", 256, -1, 0, "N", 2));

        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(path, whole[..length]);
            (await new AccountFile(path).FindFaultAsync("0101", "q", CancellationToken.None)).ShouldNotBeNull($"cut after {length} bytes");
        }

        await File.WriteAllBytesAsync(path, whole);
        (await new AccountFile(path).FindFaultAsync("0101", "q", CancellationToken.None)).ShouldBeNull();
    }

    [TestCase("&012&02", "&013&02", "other totals")]
    [TestCase("&02+00000000014000", "&02+00000000014001", "other totals")]
    [TestCase("&02+00000000007000", "&02+00000000007001", "other totals")]
    [TestCase("&030101", "&030751", "header")]
    [TestCase("PRISME-SALDO", "PRISME-SVAR", "header")]
    [TestCase("&05A", "&05X", "line 2 is not a claim")]
    [TestCase("000X1000000002", "000X1000000003", "line 2 has the wrong line number")]
    public async Task a_list_that_does_not_add_up_gives_no_claim_at_all(string good, string bad, string fault)
    {
        await using var bench = await StartAsync();
        var answering = AnswerAsync(bench, id => Encoding.UTF8.GetBytes(ReplaceFirst(Encoding.UTF8.GetString(List(id, 2)), good, bad)));
        var listed = 0;

        var refused = await Should.ThrowAsync<TransientException>(async () =>
        {
            await foreach (var _ in bench.Connector.ExtractAsync(bench.System(), CancellationToken.None))
                listed++;
        });

        refused.Message.ShouldContain(fault);
        listed.ShouldBe(0);
        await answering;
        bench.Lying("ud").ShouldBeEmpty();
    }

    [Test]
    public async Task no_answer_in_time_is_told_and_one_that_came_too_late_is_put_away()
    {
        await using var bench = await StartAsync(new PrismeOptions { ExtractTimeout = TimeSpan.FromMilliseconds(300) });

        (await Should.ThrowAsync<TransientException>(() => ListAsync(bench))).Message.ShouldContain("within 00:00:00.3");
        var late = Path.GetFileNameWithoutExtension(bench.Lying("ind").ShouldHaveSingleItem()) + ".saldo";
        await bench.LeaveAsync(late, List(late[5..^6], 1));
        File.Delete(Directory.GetFiles(bench.Folder("ind"))[0]);
        await Task.Delay(700);

        await Should.ThrowAsync<TransientException>(() => ListAsync(bench));
        bench.Lying("arkiv").ShouldBe([late]);
    }

    [Test]
    public async Task a_closed_folder_is_told()
    {
        await using var bench = await StartAsync();
        Directory.Delete(bench.Folder("ind"), recursive: true);

        (await Should.ThrowAsync<TransientException>(() => ListAsync(bench))).Message.ShouldContain("there is no folder ind");
    }

    [Test]
    public async Task nothing_stays_behind_here()
    {
        using var work = new TemporaryFolder();
        await using var bench = await StartAsync(new PrismeOptions { WorkFolder = work.Path });
        var answering = AnswerAsync(bench, id => List(id, 2_000));

        await foreach (var _ in bench.Connector.ExtractAsync(bench.System(), CancellationToken.None))
        {
            Directory.GetFileSystemEntries(work.Path).ShouldNotBeEmpty();
            break;
        }

        await answering;
        Directory.GetFileSystemEntries(work.Path).ShouldBeEmpty();
    }

    internal static byte[] List(string questionId, int claims) => Answer(
        questionId, claims, 7000L * claims, [.. Enumerable.Range(1, claims).Select(n => Account($"DK-710100-{n}", 7000, 0, 0, "A", 1))]);

    /// <summary>Waits for the question as Prisme does, and leaves the answer; gives the question's id.</summary>
    internal static async Task<string> AnswerAsync(PrismeBench bench, Func<string, byte[]> answer)
    {
        var question = await Eventually.GetAsync("the question", () => Task.FromResult(Directory.GetFiles(bench.Folder("ind"), "*.udtraek").FirstOrDefault()));
        var id = Path.GetFileNameWithoutExtension(question)[5..];
        (await File.ReadAllTextAsync(question)).ShouldBe($"000U0000000001&01PRISME-UDTRAEK&021&030101&04{id}\r\n000U9900000002&010\r\n");
        File.Delete(question);
        await bench.LeaveAsync($"0101_{id}.saldo", answer(id));
        return id;
    }

    private static byte[] Answer(string questionId, int count, long sumOre, params string[] accounts) => Payments.Lines(
        [("X00", $"&01PRISME-SALDO&021&030101&04{questionId}"), .. accounts.Select(account => ("X10", account)), ("X99", $"&01{count}&02{Payments.Ore(sumOre)}")]);

    private static string Account(string reference, long amountOre, long coveredOre, long writtenOffOre, string state, int bookings) =>
        $"&01{reference}&02{Payments.Ore(amountOre)}&03{Payments.Ore(coveredOre)}&04{Payments.Ore(writtenOffOre)}&05{state}&06{bookings}&0720261122090000";

    private static async Task<PrismeBench> StartAsync(PrismeOptions? options = null)
    {
        var bench = await PrismeBench.StartAsync("", options);
        await bench.StopStandInAsync();
        return bench;
    }

    private static async Task<List<DebtorAccount>> ListAsync(PrismeBench bench)
    {
        var accounts = new List<DebtorAccount>();
        await foreach (var account in bench.Connector.ExtractAsync(bench.System(), CancellationToken.None))
            accounts.Add(account);
        return accounts;
    }

    private static string ReplaceFirst(string text, string good, string bad)
    {
        var at = text.IndexOf(good, StringComparison.Ordinal);
        return at < 0 ? throw new AssertionException($"The list has no {good}.") : text[..at] + bad + text[(at + good.Length)..];
    }
}

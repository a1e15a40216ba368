using System.Text;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Prisme.Extract;
using ClaimsTransfer.Prisme.Format;
using ClaimsTransfer.Prisme.Transport;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>The files that Prisme leaves: receipts, payments, answers to questions, the list of its claims.</summary>
internal sealed class PrismeDoor : Door
{
    private readonly TemporaryFolder folder = new();
    private readonly LeakLog log = new();
    private readonly LoggerFactory logs;
    private readonly FileTransports transports;
    private readonly PrismeConnector connector;

    public PrismeDoor() : base("prisme-files", Form.Tagged)
    {
        var options = new PrismeOptions();
        logs = new LoggerFactory([log]);
        transports = new FileTransports(options);
        connector = new PrismeConnector(options, transports, TimeProvider.System, logs.CreateLogger<PrismeConnector>());
        foreach (var name in (string[])["ind", "ud", "arkiv"])
            Directory.CreateDirectory(Path.Combine(folder.Path, name));
    }

    public override IReadOnlyList<Input> Examples { get; } =
    [
        Written("0101_20261123060000-1_dag20261123.bet", ("B00", "&01PRISME-BETALING&021&030101&04dag20261123"), ("B10", Entry("DAK", "&07+00000000007000&08MobilePay")),
            ("B10", Entry("TIL", "&06R&07+00000000000256", "&11p-0")), ("B10", Entry("KTO", "", "&13A")), ("B99", "&013&02+00000000007256")),
        Written("0101_20261123060000-2_dag20261124.bet", ("B00", "&01PRISME-BETALING&021&030101&04dag20261124"), ("B10", Entry("AFS", "&07-00000000000100", "&12Dødsbo")), ("B99", "&011&02-00000000000100")),
        Written("0101_batch.kvit", ("R00", "&01PRISME-KVIT&021&030101&04batch&05MODTAGET&062&07+00000000014000"),
            ("R10", $"&01k-1&02{Instructions.FirstId:N}&03ACCEPTERET&04PR-77&08000000000000018"), ("R10", $"&01k-2&02{Instructions.SecondId:N}&03AFVIST&05X&06Nej&07B"), ("R99", "&012")),
        Written("0101_batch.kvit", ("R00", "&01PRISME-KVIT&021&030101&04batch&05AFVIST&060&07+00000000000000&08SUM&09Forkert"), ("R99", "&010")),
        Written("0101_q.svar", ("S00", "&01PRISME-SVAR&021&030101&04q"), ("S10", $"&01{Instructions.FirstId:N}&02BOGFOERT&03PR-77&04k-1&08000000000000018"),
            ("S10", $"&01{Instructions.SecondId:N}&02UKENDT"), ("S99", "&012")),
        Written("0101_q.saldo", ("X00", "&01PRISME-SALDO&021&030101&04q"), ("X10", "&01DK-710100-1&02+00000000007000&03+00000000002050&04-00000000001001&05A&061&0720261122090000"),
            ("X10", "&01DK-710100-2&02+00000000000256&03+00000000000000&04+00000000000000&05N&060&0720261122090000"), ("X99", "&012&02+00000000007256")),
    ];

    protected override IReadOnlyList<(string Name, string?[] Values)> Variants =>
        [("name", ["0101_a.kvit", "0751_a.kvit", "0101_20261123060000-1_DAG20261123.BET", "0101_x.bet", "a.bet", "0101_1_a&b.bet", "0101_q.saldo", "0101_q.svar", "æ.kvit"])];

    public override async Task<Answer> TakeAsync(Input input)
    {
        log.Forget();
        var name = NameOf(input["name"]);
        if (name.EndsWith(".svar", StringComparison.Ordinal))
            return QuestionFile.ReadAnswer(input.Body) is { } known ? Instructions.Of([.. known.Values.DefaultIfEmpty(new Found.NoAnswer("the answer leaves the instruction out"))]) : new Answer(false, "not whole");
        var path = Path.Combine(folder.Path, "ud", name);
        await File.WriteAllBytesAsync(path, input.Body);
        if (name.EndsWith(".saldo", StringComparison.Ordinal))
            return await ListAsync(path);

        var system = new DebtorSystem("0101", "64942212", new Uri(folder.Path), IsTest: false);
        var read = await connector.ReadAsync(system, null, CancellationToken.None);
        // As the SDK does: the cursor comes back when what was read has taken effect, and the file is put away.
        await connector.ReadAsync(system, read.Cursor, CancellationToken.None);
        foreach (var left in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).ToList())
            File.Delete(left);
        return Instructions.Of(read, log.Last ?? "nothing read: it is no file of ours, or is still being written");
    }

    public override string? LeakInLog() => log.TakeLeak();

    public override ValueTask DisposeAsync()
    {
        transports.Dispose();
        logs.Dispose();
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<Answer> ListAsync(string path)
    {
        var file = new AccountFile(path);
        var fault = await file.FindFaultAsync("0101", "q", CancellationToken.None);
        var answer = fault is null ? await Listed.AllAsync(file.ReadAsync(CancellationToken.None)) : new Answer(false, fault);
        File.Delete(path);
        return answer;
    }

    /// <summary>As a file may be called on this machine.</summary>
    private static string NameOf(string wanted)
    {
        var name = string.Concat(wanted.Where(c => c is not ('/' or '\0') && !char.IsSurrogate(c)));
        return name.Trim('.') is { Length: > 0 and < 80 } ? name : "0101_a.kvit";
    }

    private static Input Written(string name, params (string Type, string Fields)[] lines) => new(
        Encoding.UTF8.GetBytes(string.Concat(lines.Select((line, index) => $"000{line.Type}{index + 1:D8}{line.Fields}\r\n"))), new Dictionary<string, string> { ["name"] = name });

    private static string Entry(string kind, string middle, string end = "") =>
        $"&01p-{kind}&02{kind}&03DK-710100-434536&04PR-77&05000000000000018{middle}&0920261122&1020261123093000{end}";
}

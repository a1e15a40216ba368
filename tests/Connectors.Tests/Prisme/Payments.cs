using System.Globalization;
using System.Text;

namespace ClaimsTransfer.Connectors.Tests.Prisme;

/// <summary>Prisme's files about money, written byte by byte from the format's description alone.</summary>
internal static class Payments
{
    public const string FileId = "dag20261123";
    public const string Name = $"0101_20261123060000-1_{FileId}.bet";

    /// <summary>Coverage of 70 kroner, and a reminder fee of 100.</summary>
    public static readonly byte[] TwoEntries = File(17000, Entry("DAK", "&07+00000000007000"), Entry("RYK", "&07+00000000010000", id: "p-2"));

    /// <param name="entries">The fields of each <c>B10</c>.</param>
    public static byte[] File(long sumOre, params string[] entries) => Written("0101", FileId, entries, entries.Length, sumOre);

    public static byte[] Written(string municipality, string fileId, string[] entries, int count, long sumOre) => Lines(
        [("B00", $"&01PRISME-BETALING&021&03{municipality}&04{fileId}"), .. entries.Select(entry => ("B10", entry)), ("B99", $"&01{count}&02{Ore(sumOre)}")]);

    /// <param name="middle">Fields 06 to 08.</param>
    /// <param name="end">Fields from 11.</param>
    public static string Entry(string kind, string middle, string end = "", string id = "p-1") =>
        $"&01{id}&02{kind}&03DK-710100-434536&04PR-77&05000000000000018{middle}&0920261122&1020261123093000{end}";

    public static byte[] Lines(IEnumerable<(string Type, string Fields)> lines) =>
        Encoding.UTF8.GetBytes(string.Concat(lines.Select((line, index) => $"000{line.Type}{index + 1:D8}{line.Fields}\r\n")));

    public static string Ore(long ore) => ore.ToString("+00000000000000;-00000000000000", CultureInfo.InvariantCulture);
}

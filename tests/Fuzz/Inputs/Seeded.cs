using System.Globalization;

namespace ClaimsTransfer.Fuzz.Inputs;

/// <summary>Choices that the same seed makes again.</summary>
internal sealed class Seeded(int seed)
{
    /// <summary>Invented, as elsewhere in the tests. What is answered or logged must never hold one.</summary>
    public static readonly string[] CprNumbers = ["0101145678", "0101701234"];

    private static readonly string[] Texts =
    [
        "", " ", "\t", "\n", "\r\n", "\0", "\u0001", "\u007f", "\u0085", "\u2028", "\u202e", "\ufeff", "\ufffe", "\uffff", "\ud83d", "\ude00", "\ude00\ud83d", "😀", "e\u0301", "ﬃ",
        "æøå", "ÆØÅ", "null", "true", "0", "-1", "1e3", "NaN", "Infinity", "0x1F", "1,5", "1.234,56", "٣", "<b>&amp;</b>", "]]>", "&", "&&", "{}", "[]", "\"", "\\", "'", ":", "#", "- ", "*a", "&a",
        "!!str", "%", "%00", "%zz", "..", "a/b", "0001-01-01", "9999-12-31", "2026-02-30", "2026-11-22", "2026-11-22T25:00:00Z", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.9999999-14:00", "2026-11-22T06:54:00", "2026-11-22T06:54:00.123456789Z", "99991231235959", "20260230", "00000000-0000-0000-0000-000000000000",
        "{0f8fad5b-d9cb-469f-a165-70867728950e}", "0f8fad5bd9cb469fa16570867728950e", "DK-", "DK-710100", "DK-775100", "DK-999999", "0101", "0751", "9999", "29188475",
        "-000000000000001", "+99999999999999", "000043453600017", "99999999999999999999", "79228162514264337593543950336", "0.005", "-0.00", "1E+400",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "-1", "1.0", "1e0", "1e2", "1E-2", "0.1", "0.005", "2.56", "70.001", "2147483647", "2147483648", "-2147483649", "9007199254740993", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "79228162514264337593543950335", "79228162514264337593543950336", "1e28", "1e308", "1e309", "-1e400", "1e-400", "00", "+1", ".5", "1.", "0x1", "1_0",
        "100000000", "10000000000001", "0.3333333333333333333333333333333333",
    ];

    private readonly Random random = new(seed);

    public int Below(int limit) => random.Next(limit);

    public bool OneIn(int many) => random.Next(many) == 0;

    public T Of<T>(IReadOnlyList<T> all) => all[random.Next(all.Count)];

    /// <summary>Text that readers trip over: empty, of another form, of another language, half a character, long.</summary>
    public string Text() => random.Next(24) switch
    {
        0 => new string('x', Of([99, 100, 101, 255, 1_000, 1_001, 4_096, 20_000])),
        1 => new string('9', Of([9, 10, 19, 20, 40, 400])),
        2 => Of(CprNumbers),
        3 => $"{Of(CprNumbers)[..6]}-{Of(CprNumbers)[6..]}",
        4 => string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => (char)random.Next(0x250))),
        5 => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
        6 => $"{Of(Texts)}{Of(Texts)}",
        _ => Of(Texts),
    };

    /// <summary>As it stands in JSON, and sometimes cannot stand there.</summary>
    public string Number() => OneIn(6) ? random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture) : Of(Numbers);

    public byte[] Bytes()
    {
        var bytes = new byte[random.Next(1, 12)];
        random.NextBytes(bytes);
        return bytes;
    }
}

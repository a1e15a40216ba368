using System.Text;
using System.Text.Json;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>Amounts as others write them, exact to the øre: what is not a whole number of øre is refused, never rounded.</summary>
internal static class Amounts
{
    /// <summary>A thousand million kroner: no library claim; a wrong unit or a wrong field is.</summary>
    public const long MostOre = 100_000_000_000;

    /// <summary>Kroner at the reader's position.</summary>
    /// <param name="fault">What is wrong, to follow the field's name.</param>
    public static bool TryKroner(ref Utf8JsonReader json, out long ore, out string fault)
    {
        ore = 0;
        fault = "";
        if (json.TokenType != JsonTokenType.Number || !json.TryGetDecimal(out var kroner) || kroner < 0 || kroner > MostOre / 100)
        {
            fault = "is not an amount of kroner from 0, such as 70 or 2.56";
            return false;
        }

        // A decimal keeps the digits it is given, 28 of them; with more it would have rounded by itself.
        var text = json.HasValueSequence ? json.GetString() ?? "" : Encoding.ASCII.GetString(json.ValueSpan);
        ore = (long)decimal.Truncate(kroner * 100);
        if (ore == kroner * 100 && text.Length <= 28)
            return true;
        fault = $"is {PersonalText.Shown(text)}, which is not a whole number of øre; two decimals are the most, such as 2.56";
        return false;
    }

    public static bool TryOre(ref Utf8JsonReader json, long least, out long ore, out string fault)
    {
        fault = "";
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out ore) && ore >= least && ore <= MostOre)
            return true;
        ore = 0;
        fault = least == 0 ? "is not a whole number of øre from 0, such as 7000" : "is not a whole number of øre, such as 7000";
        return false;
    }
}

using System.Globalization;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>The 15 digits of a +71 payment slip: 14 of body, and one that checks them.</summary>
public static class PaymentSlip
{
    /// <summary>The municipality's four digits and a number of the whole ledger: no two claims share a slip.</summary>
    public static string Of(string municipality, long number)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"{municipality}{number:D10}");
        return $"{body}{CheckDigit(body)}";
    }

    /// <summary>Weights from the right 2, 1, 2, 1 …; products over 9 less 9; what lacks to a whole ten.</summary>
    public static int CheckDigit(string body)
    {
        var sum = 0;
        for (var i = 0; i < body.Length; i++)
        {
            var product = (body[^(i + 1)] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += product > 9 ? product - 9 : product;
        }

        return (10 - (sum % 10)) % 10;
    }
}

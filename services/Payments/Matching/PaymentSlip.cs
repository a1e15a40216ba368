namespace ClaimsTransfer.Payments.Matching;

/// <summary>The id on a +71 slip: 14 digits and a check digit, weighted 2, 1, 2, 1 … from the right, the digits of each product added up.</summary>
internal static class PaymentSlip
{
    private const int Length = 15;

    public static bool IsValid(string? slip)
    {
        if (slip is not { Length: Length } || slip.AsSpan().ContainsAnyExceptInRange('0', '9'))
            return false;
        var sum = 0;
        for (var i = 0; i < Length - 1; i++)
        {
            var product = (slip[i] - '0') * (i % 2 == 1 ? 2 : 1);
            sum += product > 9 ? product - 9 : product;
        }

        return (10 - (sum % 10)) % 10 == slip[^1] - '0';
    }
}

namespace ClaimsTransfer.Support;

/// <summary>How many claims or histories a test takes: few show that it works, many give confidence. <c>tests/run.sh --long</c> sets <c>CLAIMS_LONG</c>.</summary>
public static class HowMany
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("CLAIMS_LONG") == "1";

    public static int Ordinarily(int few, int atLength) => IsLong ? atLength : few;
}

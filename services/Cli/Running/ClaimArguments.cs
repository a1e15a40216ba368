using System.CommandLine;

namespace ClaimsTransfer.Cli.Running;

/// <summary>How commands are given a claim.</summary>
public static class ClaimArguments
{
    /// <summary>In whatever case it is typed.</summary>
    public static Argument<string> Agency() => new("AGENCY")
    {
        Description = "ISIL of the claim's library agency, DK-710100.", CustomParser = result => result.Tokens[0].Value.ToUpperInvariant(),
    };

    public static Argument<long> FeeId() => new("FEEID") { Description = "FBS's id of the fee, 434536." };
}

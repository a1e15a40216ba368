namespace ClaimsTransfer.Cli.Running;

/// <summary>A command could not do what it was asked: what was tried, and what to do. Shown without a stack trace.</summary>
/// <param name="exitCode">See <see cref="ExitCodes"/>.</param>
public sealed class CommandFailure(string tried, string toDo, int exitCode = ExitCodes.Failed) : Exception($"{tried}\n{toDo}")
{
    public int ExitCode => exitCode;
}

public static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>The books do not balance.</summary>
    public const int Unbalanced = 3;

    /// <summary>Nothing moved for so long that waiting on makes no sense.</summary>
    public const int Stalled = 4;
}

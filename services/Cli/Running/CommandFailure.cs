namespace ClaimsTransfer.Cli.Running;

/// <summary>A command could not do what it was asked: what was tried, and what to do. Shown without a stack trace.</summary>
/// <param name="exitCode">See <see cref="ExitCodes"/>.</param>
public class CommandFailure(string tried, string toDo, int exitCode = ExitCodes.Failed) : Exception($"{tried}\n{toDo}")
{
    public string Tried => tried;

    public int ExitCode => exitCode;
}

/// <summary>A service does not let us in: trying again does not help.</summary>
public sealed class CallerNotKnown(string tried, string toDo) : CommandFailure(tried, toDo);

public static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>The books do not balance.</summary>
    public const int Unbalanced = 3;

    /// <summary>Nothing moved for so long that waiting on makes no sense.</summary>
    public const int Stalled = 4;

    /// <summary>A replay in which some failed again, were rejected or are unknown; or that stopped, was paused or cancelled, or waits for another person.</summary>
    public const int NotAllWell = 5;

    /// <summary>The audit log is not whole: somebody has changed it past the console.</summary>
    public const int Tampered = 6;
}

namespace ClaimsTransfer.OperationsConsole.Tests.Running;

/// <summary>A clock that a test moves on; timers run as they do.</summary>
internal sealed class ClockForTests : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

    public void Advance(TimeSpan time) => _ahead += time;
}

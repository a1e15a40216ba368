namespace ClaimsTransfer.OperationsConsole.Tests.Running;

/// <summary>A clock that stands until a test moves it on, however long the machine takes; timers run as they do.</summary>
internal sealed class ClockForTests : TimeProvider
{
    private readonly Lock _moving = new();
    private DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_moving)
            return _now;
    }

    public void Advance(TimeSpan time)
    {
        lock (_moving)
            _now += time;
    }
}

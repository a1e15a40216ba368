namespace ClaimsTransfer.Fuzz.Running;

/// <summary>The system's time, for which nobody waits long: pauses between attempts are not what is tried here.</summary>
internal sealed class HastyTime : TimeProvider
{
    private const int Times = 20_000;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Hastened(dueTime), Hastened(period));

    private static TimeSpan Hastened(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / Times;
}

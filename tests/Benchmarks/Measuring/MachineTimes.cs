using System.Globalization;

namespace ClaimsTransfer.Benchmarks.Measuring;

/// <summary>How much of the machine went elsewhere while a side was measured, each as a part of all its CPU time.</summary>
/// <param name="Others">To processes that are not of the round, the kernel's own work included.</param>
/// <param name="Stolen">By the host, where the machine is a virtual one.</param>
/// <param name="Load">The load average of the last minute.</param>
internal sealed record Noise(double Others, double Stolen, double Load)
{
    public const double MostOthers = 0.10;
    public const double MostStolen = 0.02;

    public bool IsQuiet => Others <= MostOthers && Stolen <= MostStolen;
}

/// <summary>The CPU time of the whole machine since it was started, in hundredths of a second: the first line of <c>/proc/stat</c>.</summary>
internal sealed record MachineTimes(long Total, long Idle, long Stolen)
{
    public static MachineTimes Now()
    {
        // user nice system idle iowait irq softirq steal; what follows, guests, is contained in user and nice.
        var times = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(time => long.Parse(time, CultureInfo.InvariantCulture)).ToArray();
        return new MachineTimes(times.Sum(), times[3] + times[4], times[7]);
    }

    /// <param name="ours">What the processes of the round used in the same time.</param>
    public Noise NoiseSince(MachineTimes before, CpuTimes ours)
    {
        double total = Math.Max(1, Total - before.Total);
        var stolen = Stolen - before.Stolen;
        var busy = Total - before.Total - (Idle - before.Idle) - stolen;
        return new Noise(
            Math.Max(0, busy - ours.All * CpuTimes.TicksPerSecond) / total, stolen / total,
            double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture));
    }
}

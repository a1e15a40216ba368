using System.Globalization;

namespace ClaimsTransfer.Benchmarks.Measuring;

internal sealed record NamedProcess(string Name, int Pid);

/// <summary>CPU seconds that processes have used, their children's included (PostgreSQL has one a connection); read from <c>/proc</c>.</summary>
internal sealed record CpuTimes(IReadOnlyList<KeyValuePair<string, double>> Seconds)
{
    /// <summary>Linux counts in hundredths of a second, whatever the kernel's own tick is.</summary>
    public const double TicksPerSecond = 100;

    public bool Has(string process) => Seconds.Any(of => of.Key == process);

    public double All => Seconds.Sum(process => process.Value);

    public static CpuTimes Of(IReadOnlyList<NamedProcess> processes)
    {
        var stats = Directory.EnumerateDirectories("/proc").Select(folder => Stat.Read(Path.Combine(folder, "stat"))).OfType<Stat>().ToDictionary(stat => stat.Pid);
        return new CpuTimes([.. processes.Select(process => KeyValuePair.Create(process.Name, Ticks(process.Pid, processes, stats) / TicksPerSecond))]);
    }

    public CpuTimes Since(CpuTimes before) => new([.. Seconds.Zip(before.Seconds, (now, then) => KeyValuePair.Create(now.Key, now.Value - then.Value))]);

    // A child that is a measured process itself is not its parent's.
    private static long Ticks(int pid, IReadOnlyList<NamedProcess> processes, Dictionary<int, Stat> stats) =>
        !stats.TryGetValue(pid, out var own) ? 0
            : own.Ticks + (pid == Environment.ProcessId ? 0 : own.EndedChildren)
              + (pid == Environment.ProcessId ? 0 : stats.Values.Where(child => child.Parent == pid && processes.All(other => other.Pid != child.Pid)).Sum(child => Ticks(child.Pid, processes, stats)));

    private sealed record Stat(int Pid, int Parent, long Ticks, long EndedChildren)
    {
        public static Stat? Read(string path)
        {
            if (!int.TryParse(Path.GetFileName(Path.GetDirectoryName(path)), out var pid))
                return null;
            try
            {
                var text = File.ReadAllText(path);
                // The name, in parentheses, may hold anything; behind it come state, parent and, from the twelfth, the times.
                var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                long Field(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
                return new Stat(pid, (int)Field(1), Field(11) + Field(12), Field(13) + Field(14));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended between the listing and the reading.
                return null;
            }
        }
    }
}

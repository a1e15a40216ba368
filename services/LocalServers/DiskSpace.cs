namespace ClaimsTransfer.LocalServers;

/// <summary>What is free where a server keeps its data. Neither server says to a person that it waits for room: they only stop taking what is sent.</summary>
public static class DiskSpace
{
    /// <summary>With less than this RabbitMQ takes no messages.</summary>
    public const int LimitMegabytes = 50;

    /// <summary>A new PostgreSQL alone writes 40 MB before its first table.</summary>
    private const int StartMegabytes = 200;

    public static long FreeMegabytes(string folder) => new DriveInfo(folder).AvailableFreeSpace / 1_000_000;

    internal static void Check(string folder, string server)
    {
        if (FreeMegabytes(folder) is var free and < StartMegabytes)
            throw new InvalidOperationException($"{server} needs {StartMegabytes} MB to start, and only {free} MB are free where {folder} lies. Make room there, or take another data folder.");
    }
}

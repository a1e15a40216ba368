using System.Net;
using System.Net.Sockets;

namespace ClaimsTransfer.Standalone.Processes;

/// <summary>Ports on the loopback address.</summary>
internal static class Ports
{
    /// <summary>The port when nobody has it, else any free one.</summary>
    public static int FreeOr(int wanted) => IsFree(wanted) ? wanted : Free(1)[0];

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Free ports, different from each other.</summary>
    public static IReadOnlyList<int> Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            foreach (var listener in listeners)
                listener.Start();
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}

using System.Net;
using System.Net.Sockets;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Standalone.Processes;

/// <summary>Whether a port on the loopback address is to be had.</summary>
internal static class Ports
{
    /// <summary>The port when nobody has it, else any free one.</summary>
    public static int FreeOr(int wanted) => IsFree(wanted) ? wanted : FreePorts.Take(1)[0];

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
}

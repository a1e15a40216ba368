using System.Net;
using System.Net.Sockets;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Standalone.Processes;

/// <summary>Whether a port on the loopback address is to be had.</summary>
internal static class Ports
{
    private const int Usual = 5080;

    /// <summary>The port that was asked for; where none was, the usual one when nobody has it, else any.</summary>
    /// <exception cref="CommandFailure">Somebody has the one that was asked for.</exception>
    public static int For(RunSettings settings) => settings.Port switch
    {
        { } asked => IsFree(asked) ? asked : throw Taken(asked),
        null => IsFree(Usual) ? Usual : FreePorts.Take(1)[0],
    };

    public static CommandFailure Taken(int port) =>
        new($"--port {port}: another program listens there.", $"End it (ss -ltnp 'sport = :{port}' says which it is), name another port, or leave --port away: then a free one is taken and printed.");

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

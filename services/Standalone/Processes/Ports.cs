using System.Globalization;
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

    /// <summary>
    /// Where an instance's debtor systems call back, the same at every start: what a stand-in has still to bring it brings to where it was told to. Another only when somebody else has it.
    /// </summary>
    public static int ForCallbacks(string data, string instance)
    {
        var file = Path.Combine(data, "sandbox", $"callback-port-{instance}");
        if (File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var before) && IsFree(before))
            return before;
        var port = FreePorts.Take(1)[0];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

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

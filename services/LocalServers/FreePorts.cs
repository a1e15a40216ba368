using System.Net;
using System.Net.Sockets;

namespace ClaimsTransfer.LocalServers;

/// <summary>Ports on loopback that nobody listens on, different from each other.</summary>
public static class FreePorts
{
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            return [.. listeners.Select(listener =>
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            })];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}

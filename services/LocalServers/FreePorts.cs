using System.Net;
using System.Net.Sockets;

namespace ClaimsTransfer.LocalServers;

/// <summary>
/// Ports on loopback that nobody listens on, different from each other. They lie below those that a system gives to outgoing connections: one of these could be somebody
/// else's connection by the time a server wants it.
/// </summary>
public static class FreePorts
{
    private const int First = 10_240;
    private const int BeyondLast = 32_768;

    public static int[] Take(int count)
    {
        var taken = new List<TcpListener>(count);
        try
        {
            while (taken.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, BeyondLast));
                try
                {
                    listener.Start();
                    taken.Add(listener);
                }
                catch (SocketException used) when (used.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
                {
                    listener.Dispose();
                }
            }

            return [.. taken.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            taken.ForEach(listener => listener.Dispose());
        }
    }
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;

namespace ClaimsTransfer.Defaults.Messaging.RabbitMq.Access;

/// <summary>
/// Asks a port itself what it speaks, and why it ends a handshake: the client tells of both only that the connection was closed. Used after a failure, to say why.
/// </summary>
internal static partial class BrokerProbe
{
    public const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private static readonly byte[] Greeting = "AMQP\0\0\u0009\u0001"u8.ToArray();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public enum Language { Unclear, Amqp, Tls }

    /// <summary>What answers to a greeting in plain AMQP.</summary>
    public static async Task<Language> LanguageAsync(string host, int port, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, limit.Token);
            await client.GetStream().WriteAsync(Greeting, limit.Token);
            var first = new byte[1];
            if (await client.GetStream().ReadAsync(first, limit.Token) > 0)
                return first[0] switch { 1 or (byte)'A' => Language.Amqp, 0x15 or 0x16 => Language.Tls, _ => Language.Unclear };
        }
        catch (Exception fault) when (IsOfTheLine(fault, cancellation))
        {
            // It hung up on AMQP: the question whether it would have liked TLS better is open.
        }
        return await SpeaksTlsAsync(host, port, cancellation) ? Language.Tls : Language.Unclear;
    }

    /// <summary>The alert by which the broker ends the handshake, or the first read after it, where TLS 1.3 tells of it: "certificate expired". Null: it does not.</summary>
    public static async Task<string?> AlertAsync(string host, int port, BrokerTrust trust, BrokerIdentity? identity, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, limit.Token);
            await using var secured = new SslStream(client.GetStream());
            await secured.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    EnabledSslProtocols = Versions,
                    RemoteCertificateValidationCallback = trust.Accepts,
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => identity?.Certificate!,
                },
                limit.Token);
            // Only listening: what is written to a line that was hung up resets it, and the alert that came before is lost.
            await secured.ReadExactlyAsync(new byte[1], limit.Token);
            return null;
        }
        catch (Exception fault) when (IsOfTheLine(fault, cancellation))
        {
            return AlertIn(fault);
        }
    }

    /// <summary>The alert a failure tells of, in the words of TLS.</summary>
    public static string? AlertIn(Exception? fault) => All(fault).Select(one => Alert().Match(one.Message)).FirstOrDefault(found => found.Success)?.Groups["alert"].Value;

    public static IEnumerable<Exception> All(Exception? fault) => fault switch
    {
        null => [],
        AggregateException many => many.InnerExceptions.SelectMany(All).Prepend(many),
        _ => All(fault.InnerException).Prepend(fault),
    };

    private static async Task<bool> SpeaksTlsAsync(string host, int port, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var presented = false;
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, limit.Token);
            await using var secured = new SslStream(client.GetStream());
            // That a certificate comes is the answer; nothing is to be said to whoever presents it.
            await secured.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = host, EnabledSslProtocols = Versions, RemoteCertificateValidationCallback = (_, _, _, _) => !(presented = true) }, limit.Token);
        }
        catch (Exception fault) when (IsOfTheLine(fault, cancellation))
        {
            return presented;
        }
        return presented;
    }

    private static bool IsOfTheLine(Exception fault, CancellationToken cancellation) =>
        fault is SocketException or IOException or AuthenticationException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested);

    /// <summary>OpenSSL's words: <c>sslv3 alert certificate expired</c>, <c>tlsv1 alert unknown ca</c>, <c>ssl/tls alert bad certificate</c>.</summary>
    [GeneratedRegex(@"\balert (?<alert>[a-z]+(?: [a-z]+)*)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alert();
}

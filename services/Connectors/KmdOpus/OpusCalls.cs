using System.Net;
using System.Net.Http.Headers;
using System.Xml.Linq;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.KmdOpus.Wire;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.KmdOpus;

/// <summary>How a call ended, by what can be known of its effect.</summary>
internal abstract record CallEnd
{
    /// <summary>A reply that fits the profile.</summary>
    /// <param name="Misfits">Those of its items that do not, by the registration they name; they are not in the body any more.</param>
    public sealed record Answered(XElement Body, IReadOnlyDictionary<Guid, string> Misfits) : CallEnd;

    /// <summary>A reply came and does not fit the profile: it may have been done.</summary>
    public sealed record NotUnderstood(string Reason) : CallEnd;

    /// <summary>Certainly nothing was done: it was not reached, or said so.</summary>
    public sealed record NotTaken(TimeSpan? RetryAfter, string Reason) : CallEnd;

    /// <summary>Nothing was done, and the same call would be refused again.</summary>
    public sealed record Refused(string Code, string Text) : CallEnd;

    /// <summary>Certainly nothing was done: we are not let in, and shall be once our credentials there are right.</summary>
    public sealed record NotLetIn(string Reason) : CallEnd;

    /// <summary>It may have been done.</summary>
    public sealed record Lost(string Reason) : CallEnd;
}

/// <summary>SOAP 1.1 over HTTP. The reason it gives never holds anything of a body.</summary>
internal sealed partial class OpusCalls(IHttpClientFactory clients, ILogger<OpusCalls> log)
{
    public const string Client = "KmdOpus";

    /// <summary>SvarReaktion/Fejl with this id says that the system takes nothing now, not that the call is wrong.</summary>
    private const string TakesNothingNow = "UTILGAENGELIG";

    public async Task<CallEnd> CallAsync(DebtorSystem system, string action, string expected, byte[] document, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, system.Endpoint);
        request.SignInAt(system.Municipality);
        request.Content = new ByteArrayContent(document);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Profile.ContentType, "utf-8");
        request.Headers.Add("SOAPAction", $"\"{action}\"");
        try
        {
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return await ReadAsync(system, response, expected, cancellation);
        }
        catch (CredentialsException unread)
        {
            return new CallEnd.NotLetIn(unread.Message);
        }
        catch (HttpRequestException unreached) when (unreached.HttpRequestError is
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return new CallEnd.NotTaken(null, $"Not reached: {unreached.HttpRequestError}.");
        }
        catch (HttpRequestException lost)
        {
            return new CallEnd.Lost($"The connection ended without a reply: {lost.HttpRequestError}.");
        }
        catch (IOException)
        {
            return new CallEnd.Lost("The connection ended in the middle of the reply.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new CallEnd.Lost("No reply in time.");
        }
    }

    private async Task<CallEnd> ReadAsync(DebtorSystem system, HttpResponseMessage response, string expected, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
            return new CallEnd.NotTaken(response.Headers.RetryAfter?.Delta, $"HTTP {status}.");
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            return new CallEnd.NotLetIn($"HTTP {status}.");
        if (status is >= 300 and < 500)
            return new CallEnd.NotTaken(null, $"HTTP {status}: the endpoint or our access to it is not set up right.");
        if (status is not (200 or 500))
            return new CallEnd.Lost($"HTTP {status}.");

        MemoryStream body;
        try
        {
            body = await BoundedBody.ReadAsync(response.Content, Bound.AnswerBytes, cancellation);
        }
        catch (BeyondBoundException beyond)
        {
            return Nonsense(status, beyond.Message);
        }

        var (envelope, misfits, error) = Items.Read(body);
        if (envelope?.Element(Profile.Soap + "Body")?.Elements().First() is not { } content)
            return Nonsense(status, error?.ToString());

        if (content.Name == Profile.Soap + "Fault")
            return content.Element("faultcode")!.Value.EndsWith("Client", StringComparison.Ordinal)
                ? Refused("SOAP-CLIENT", content.Element("faultstring")!.Value)
                : new CallEnd.Lost("A SOAP fault of the server.");
        if (envelope.Element(Profile.Soap + "Header")?.Element(Profile.Context + "SvarReaktion")?.Elements().First() is { } reaction)
        {
            var id = reaction.Elements().First().Value;
            if (reaction.Name == Profile.Context + "Fejl")
                return id == TakesNothingNow
                    ? new CallEnd.NotTaken(null, $"SvarReaktion {id}.")
                    : Refused(id, reaction.Elements().Last().Value);
            Log.Advised(log, system.Municipality, PersonalData.Mask(id, 100));
        }

        return content.Name == Profile.Debtor + expected ? new CallEnd.Answered(content, misfits) : new CallEnd.NotUnderstood($"The reply is a {content.Name.LocalName}.");
    }

    private static CallEnd Nonsense(int status, string? why)
    {
        var reason = $"The reply (HTTP {status}) does not fit the profile. {why}";
        return status == 200 ? new CallEnd.NotUnderstood(reason) : new CallEnd.Lost(reason);
    }

    /// <summary>In its words, without what has the shape of a CPR number: they are shown, kept and logged.</summary>
    private static CallEnd.Refused Refused(string code, string text) => new(PersonalData.Mask(code, 100), PersonalData.Mask(text, 1_000));

    private static partial class Log
    {
        [LoggerMessage(5101, LogLevel.Information, "{Municipality}: the debtor system advises {AdvisId}")]
        public static partial void Advised(ILogger log, string municipality, string advisId);
    }
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using ClaimsTransfer.Fuzz.Inputs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace ClaimsTransfer.Fuzz.Running;

/// <summary>Another system, which gives to every call the reply it is told: status, headers, body.</summary>
internal sealed class StandInReplies
{
    /// <summary>What may go with a reply, for a door's variants.</summary>
    public static readonly IReadOnlyList<(string Name, string?[] Values)> Variants =
    [
        ("status", ["200", "200", "201", "204", "206", "304", "400", "401", "404", "413", "422", "429", "500", "500", "502", "503"]),
        ("Retry-After", ["0", "1", "-1", "86400", "99999999999", "Wed, 21 Oct 2026 07:28:00 GMT", "soon", null]),
        ("Content-Type", [null, "text/html", "application/json; charset=utf-16", "text/xml; charset=nothing", ";"]),
        ("Content-Encoding", [null, "gzip", "x"]),
    ];

    public Input Reply { get; set; } = new("");

    /// <summary>In place of the network, for the named clients of the service.</summary>
    public void Answer(IServiceCollection services, params IEnumerable<string> clients)
    {
        foreach (var client in clients)
            services.Configure<HttpClientFactoryOptions>(client, options => options.HttpMessageHandlerBuilderActions.Add(builder => builder.PrimaryHandler = new Handler(this)));
    }

    private HttpResponseMessage Response()
    {
        var reply = new HttpResponseMessage(int.TryParse(Reply["status"], CultureInfo.InvariantCulture, out var status) && status is >= 200 and <= 599 ? (HttpStatusCode)status : HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(Reply.Body),
        };
        if (Reply["Retry-After"] is { Length: > 0 } retry)
            reply.Headers.TryAddWithoutValidation("Retry-After", retry);
        foreach (var header in (string[])["Content-Type", "Content-Encoding"])
        {
            if (Reply[header] is { Length: > 0 } value)
                reply.Content.Headers.TryAddWithoutValidation(header, value);
        }

        return reply;
    }

    private sealed class Handler(StandInReplies replies) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(replies.Response());
    }
}

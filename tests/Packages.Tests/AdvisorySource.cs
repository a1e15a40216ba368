using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ClaimsTransfer.Packages.Tests;

/// <summary>A package source that has advisories and no packages, as NuGet's protocol has it (VulnerabilityInfo 6.7.0).</summary>
internal sealed class AdvisorySource : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly string _advisories;
    private readonly Task _answering;

    /// <param name="advisories">By package in small letters: the advisory's address and the versions it is about.</param>
    public AdvisorySource(params (string Package, string Advisory, string Versions)[] advisories)
    {
        _advisories = "{" + string.Join(',', advisories.Select(entry => $$"""
            "{{entry.Package}}": [ { "severity": 0, "url": "{{entry.Advisory}}", "versions": "{{entry.Versions}}" } ]
            """)) + "}";
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        }
        _listener.Prefixes.Add(Url);
        _listener.Start();
        _answering = AnswerAsync();
    }

    public string Url { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _answering;
        _listener.Close();
    }

    private async Task AnswerAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext asked;
            try
            {
                asked = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var body = asked.Request.Url!.AbsolutePath switch
            {
                "/index.json" => $$"""{ "version": "3.0.0", "resources": [ { "@id": "{{Url}}vulnerabilities.json", "@type": "VulnerabilityInfo/6.7.0" } ] }""",
                "/vulnerabilities.json" => $$"""[ { "@name": "base", "@id": "{{Url}}base.json", "@updated": "2026-11-30T00:00:00Z" } ]""",
                "/base.json" => _advisories,
                _ => null,
            };
            asked.Response.StatusCode = body is null ? 404 : 200;
            asked.Response.ContentType = "application/json";
            await asked.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body ?? ""));
            asked.Response.Close();
        }
    }
}

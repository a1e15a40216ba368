using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Ingest.Tests.Http;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Senders;

/// <summary>What senders and the command line ask of a running Ingest.</summary>
internal static class SendersServer
{
    public static async Task<string> AddAsync(this IngestServer server, string name, string[]? agencies = null, DateTimeOffset? expiresAt = null)
    {
        using var response = await server.Client.PostAsJsonAsync("/ingest/senders", new { name, agencies = agencies ?? ["*"], expiresAt, hasKey = true });
        return await KeyAsync(response);
    }

    public static async Task<string> RotateAsync(this IngestServer server, string name, TimeSpan overlap)
    {
        using var response = await server.Client.PostAsJsonAsync($"/ingest/senders/{name}/rotate", new { overlapSeconds = (long)overlap.TotalSeconds });
        return await KeyAsync(response);
    }

    public static async Task RevokeAsync(this IngestServer server, string name)
    {
        using var response = await server.Client.PostAsJsonAsync($"/ingest/senders/{name}/revoke", new { why = "for the test" });
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    public static async Task<(HttpStatusCode Status, JsonNode? Answer)> SendAsync(
        this IngestServer server, string? credential, string body, string path = "/claims", string type = "application/json", string? import = null)
    {
        using var response = await server.RespondAsync(credential, new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body)), path, type, import);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, type == "application/json" && text.Length > 0 ? JsonNode.Parse(text) : new JsonArray([.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line))]));
    }

    public static async Task<HttpResponseMessage> RespondAsync(
        this IngestServer server, string? credential, HttpContent content, string path = "/claims", string type = "application/json", string? import = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (credential is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        if (import is not null)
            request.Headers.Add("X-Import-Id", import);
        return await server.Anybody.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public static async Task<long> LinesOfAsync(this IngestServer server, string credential, string import)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/imports/{import}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        using var response = await server.Anybody.SendAsync(request);
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!["lines"]!.GetValue<long>();
    }

    private static async Task<string> KeyAsync(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!["key"]!.GetValue<string>();
    }
}

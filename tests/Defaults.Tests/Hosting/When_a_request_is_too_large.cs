using System.Net;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

[TestFixture]
public sealed class When_a_request_is_too_large
{
    [TestCase(0, HttpStatusCode.OK)]
    [TestCase(1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task only_one_above_the_limit_is_refused(int beyond, HttpStatusCode expected)
    {
        using var folder = new TemporaryFolder();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["CLAIMS_DATA"] = folder.Path });
        builder.AddDefaults("routing");
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapPost("/here", async (HttpContext context) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            return Results.Ok();
        }).AllowAnonymous();
        await app.StartAsync();
        using var client = new HttpClient();
        // The server refuses before it has read all of it.
        client.DefaultRequestHeaders.ExpectContinue = true;
        using var content = new ByteArrayContent(new byte[Bound.RequestBytes + beyond]);

        using var answer = await client.PostAsync(new Uri($"{app.Urls.First()}/here"), content);

        answer.StatusCode.ShouldBe(expected);
    }
}

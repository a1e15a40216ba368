using System.Net;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

[TestFixture]
public sealed class When_an_answer_sends_us_elsewhere
{
    [Test]
    public async Task no_client_of_a_service_goes_there()
    {
        using var folder = new TemporaryFolder();
        var elsewhere = 0;
        var web = WebApplication.CreateBuilder();
        web.Logging.ClearProviders();
        web.WebHost.UseUrls("http://127.0.0.1:0");
        await using var answers = web.Build();
        answers.MapPost("/here", () => Results.Redirect("/elsewhere", preserveMethod: true));
        answers.MapPost("/elsewhere", () => Interlocked.Increment(ref elsewhere));
        await answers.StartAsync();
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["CLAIMS_DATA"] = folder.Path });
        // A client may be added before the defaults are, or after.
        builder.Services.AddHttpClient("before");
        builder.AddDefaults("routing");
        builder.Services.AddHttpClient("after");
        using var host = builder.Build();

        foreach (var name in (string[])["before", "after", "nobody has heard of"])
        {
            using var client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);
            using var content = new StringContent("something");
            using var answer = await client.PostAsync(new Uri($"{answers.Urls.First()}/here"), content);
            answer.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);
        }

        elsewhere.ShouldBe(0);
    }
}

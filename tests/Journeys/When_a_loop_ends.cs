using System.Net;
using ClaimsTransfer.Journeys.Doors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>What sweeps, relays, collects or watches in a service goes on as long as the service; readiness names one that does not.</summary>
public sealed class When_a_loop_ends
{
    private static readonly string[] Services = [.. RunningService.All.Keys];

    [TestCaseSource(nameof(Services))]
    public async Task Readiness_names_it(string name)
    {
        await using var service = await RunningService.StartAsync(name);
        using var client = service.Client();
        (await ReadyAsync(client)).Status.ShouldBe(HttpStatusCode.OK);
        var loops = service.Services.GetServices<IHostedService>().OfType<BackgroundService>().Where(loop => loop.ExecuteTask is not null).ToList();
        loops.ShouldNotBeEmpty();

        foreach (var loop in loops)
        {
            await loop.StopAsync(CancellationToken.None);
            var (status, said) = await ReadyAsync(client);
            status.ShouldBe(HttpStatusCode.ServiceUnavailable, loop.GetType().Name);
            said.ShouldContain(loop.GetType().Name);
        }
    }

    private static async Task<(HttpStatusCode Status, string Said)> ReadyAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

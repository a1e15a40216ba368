using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Journeys.Doors;

/// <summary>Every endpoint of every service says who may come in, as <c>deploy/DOORS.md</c> lists it, and nobody else comes in.</summary>
public sealed partial class When_every_door_is_tried
{
    private const string Anybody = "anybody";
    private static readonly string[] Services = [.. RunningService.All.Keys, "standalone"];

    private static string Document => Path.Combine(Repository.Root, "deploy", "DOORS.md");

    [TestCaseSource(nameof(Services))]
    public async Task Each_says_who_may_come_in(string name)
    {
        await using var service = await RunningService.StartAsync(name);
        service.Doors.Count.ShouldBeGreaterThan(2);
        service.Doors.Where(door => door.Who is null).ShouldBeEmpty();
    }

    [Test]
    public async Task The_document_lists_them_all_and_no_others()
    {
        var found = new List<string>();
        foreach (var name in RunningService.All.Keys)
        {
            await using var service = await RunningService.StartAsync(name);
            found.AddRange(service.Doors.Where(door => !IsHealthOrQueues(door) || name == "ingest").Select(door => (IsHealthOrQueues(door) ? door with { Service = "each" } : door).ToString()));
        }
        var listed = (await File.ReadAllLinesAsync(Document)).SkipWhile(line => !line.StartsWith("| Service", StringComparison.Ordinal)).Skip(2).Where(line => line.Length > 0).ToList();
        Assert.That(found.Except(listed), Is.Empty, () => $"Not listed:\n{string.Join('\n', found.Except(listed))}");
        Assert.That(listed.Except(found), Is.Empty, () => $"Listed, and not there:\n{string.Join('\n', listed.Except(found))}");
        listed.ShouldBeUnique();
    }

    [TestCaseSource(nameof(Services))]
    public async Task Nobody_comes_in_without_a_credential_or_with_one_that_is_wrong_expired_or_another_installations(string name)
    {
        await using var service = await RunningService.StartAsync(name);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = service.Url };
        var anHourAgo = new FakeTimeProvider(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
        var elsewhere = service.Installation with { MasterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) };
        (string Why, string? Token)[] credentials =
        [
            ("none", null), ("wrong", "0123456789"), ("expired", new ServiceToken(service.Installation, anHourAgo).TryIssue("console")),
            ("of tomorrow", new ServiceToken(service.Installation, new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1))).TryIssue("console")),
            ("another installation's", new ServiceToken(elsewhere, TimeProvider.System).TryIssue("console")),
        ];
        var closed = service.Doors.Where(door => door.Who != Anybody).ToList();
        closed.ShouldNotBeEmpty();

        var cameIn = new List<string>();
        foreach (var door in closed)
        {
            foreach (var (why, token) in credentials)
            {
                var status = await TryAsync(client, service.At(door), door, token);
                // A page sends whoever is not signed in to where people sign in.
                var refused = status is HttpStatusCode.Unauthorized || (status is HttpStatusCode.Redirect && door.Path.StartsWith("/console", StringComparison.Ordinal));
                if (!refused)
                    cameIn.Add($"{door.Method} {door.Path} with {why}: {(int)status}");
            }
        }
        cameIn.ShouldBeEmpty();
    }

    /// <summary>Without this the test above would pass where nobody comes in at all.</summary>
    [TestCaseSource(nameof(Services))]
    public async Task A_service_of_the_installation_comes_in(string name)
    {
        await using var service = await RunningService.StartAsync(name);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = service.Url };
        var refused = new List<string>();
        foreach (var door in service.Doors.Where(door => door.Who == Door.Service))
        {
            var status = await TryAsync(client, service.At(door), door, service.Token());
            if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                refused.Add($"{door.Method} {door.Path}: {(int)status}");
        }
        refused.ShouldBeEmpty();
    }

    [Test]
    public async Task An_endpoint_that_says_nothing_is_for_nobody_and_what_is_not_there_is_not_found()
    {
        await using var service = await RunningService.StartAsync("routing", app => app.MapGet("/forgotten", () => "secret"));
        using var client = new HttpClient { BaseAddress = service.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", service.Token());
        (await client.GetAsync("/forgotten")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.GetAsync("/never-there")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("multipart/form-data; boundary=x")]
    [TestCase("")]
    public async Task What_is_posted_is_JSON(string type)
    {
        await using var service = await RunningService.StartAsync("routing");
        using var client = new HttpClient { BaseAddress = service.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", service.Token());
        (await PostAsync(type)).ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await PostAsync("application/json; charset=utf-8")).ShouldNotBe(HttpStatusCode.UnsupportedMediaType);

        async Task<HttpStatusCode> PostAsync(string named)
        {
            using var content = new ByteArrayContent("""{"messageIds":[]}"""u8.ToArray());
            if (named.Length > 0)
                content.Headers.ContentType = MediaTypeHeaderValue.Parse(named);
            using var response = await client.PostAsync("/routing/messages/recorded", content);
            return response.StatusCode;
        }
    }

    [TestCase("/queues", "claims.example.invalid", HttpStatusCode.BadRequest)]
    [TestCase("/queues", "localhost", HttpStatusCode.OK)]
    [TestCase("/health/live", "10.1.2.3", HttpStatusCode.OK)]
    [TestCase("/health/ready", "10.1.2.3", HttpStatusCode.OK)]
    [TestCase("/health/ready/x", "10.1.2.3", HttpStatusCode.BadRequest)]
    [TestCase("/health/../queues", "10.1.2.3", HttpStatusCode.BadRequest)]
    public async Task A_name_that_is_not_ours_is_not_answered_except_by_health(string path, string host, HttpStatusCode expected)
    {
        await using var service = await RunningService.StartAsync("routing");
        using var client = service.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = $"{host}:{service.Url.Port}";
        (await client.SendAsync(request)).StatusCode.ShouldBe(expected);
    }

    [Test]
    public async Task What_is_wrong_readiness_says_only_to_one_of_ours()
    {
        await using var service = await RunningService.StartAsync("routing");
        var loops = service.Services.GetServices<IHostedService>().OfType<BackgroundService>();
        await loops.First(loop => loop.GetType().Name == "RoutingService").StopAsync(default);
        using var ours = service.Client();
        using var anybody = new HttpClient { BaseAddress = service.Url };
        using var stranger = new HttpClient { BaseAddress = service.Url };
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "0123456789");

        (await ReadyAsync(ours)).ShouldContain("RoutingService");
        (await ReadyAsync(anybody)).ShouldBe("""{"status":"Unhealthy"}""");
        (await ReadyAsync(stranger)).ShouldBe("""{"status":"Unhealthy"}""");

        static async Task<string> ReadyAsync(HttpClient client)
        {
            using var answer = await client.GetAsync("/health/ready");
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    private static bool IsHealthOrQueues(FoundDoor door) => door.Path.StartsWith("/health/", StringComparison.Ordinal) || door.Path == "/queues";

    private static async Task<HttpStatusCode> TryAsync(HttpClient client, Uri at, FoundDoor door, string? token)
    {
        using var request = new HttpRequestMessage(new HttpMethod(door.Method), new Uri(at, Parameter().Replace(door.Path, match => ValueOf(match.Groups["name"].Value))));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (door.Method != "GET")
            request.Content = new StringContent("{}", MediaTypeHeaderValue.Parse(door.Takes));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }

    private static string ValueOf(string parameter) => parameter switch
    {
        "agency" => "DK-710100",
        "feeId" or "patron" => "1",
        "code" or "municipality" => "0101",
        _ when parameter.EndsWith("Id", StringComparison.Ordinal) || parameter == "id" => "0f8fad5b-d9cb-469f-a165-70867728950e",
        _ => "x",
    };

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)\??\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}

using System.Net;
using ClaimsTransfer.Ingest.Tests.Http;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Senders;

public sealed class When_a_demo_is_started
{
    [Test]
    public async Task It_has_a_sender_whose_key_only_its_owner_reads_and_that_stays_as_it_was_made_or_revoked()
    {
        await using var server = await IngestServer.StartAsync(new KeyValuePair<string, string?>("Ingest:DemoSender", "true"));
        var file = Path.Combine(server.Folder, "senders", "demo");
        var key = await File.ReadAllTextAsync(file);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Path.GetDirectoryName(file)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        (await StatusAsync(server, key, 1)).ShouldBe(HttpStatusCode.Accepted);
        await server.RestartAsync();
        (await File.ReadAllTextAsync(file)).ShouldBe(key);
        (await StatusAsync(server, key, 2)).ShouldBe(HttpStatusCode.Accepted);

        await server.RevokeAsync("demo");
        await server.RestartAsync();
        (await StatusAsync(server, key, 3)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Without_the_setting_there_is_none()
    {
        await using var server = await IngestServer.StartAsync();
        Directory.Exists(Path.Combine(server.Folder, "senders")).ShouldBeFalse();
        (await server.GetAsync("/ingest/senders"))["senders"]!.AsArray().ShouldBeEmpty();
    }

    private static async Task<HttpStatusCode> StatusAsync(IngestServer server, string key, long feeId) => (await server.SendAsync(key, Fbs.Submit(feeId).ToJsonString())).Status;
}

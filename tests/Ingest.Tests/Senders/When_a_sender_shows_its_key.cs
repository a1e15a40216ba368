using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Ingest.Tests.Http;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Senders;

public sealed class When_a_sender_shows_its_key
{
    private const string Copenhagen = "DK-710100";
    private const string Aarhus = "DK-775100";
    private IngestServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await IngestServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task It_comes_in_and_nobody_else_does()
    {
        var key = await _server.AddAsync("fbs-one");
        (await SendAsync(key, 1)).ShouldBe(HttpStatusCode.Accepted);

        // One letter of the secret is another.
        var wrong = key[..^1] + (key[^1] == '0' ? '1' : '0');
        foreach (var credential in (string?[])[null, "", "0123456789", wrong, key[..^1], key + "0", "claims_0123456789ab_" + new string('0', 64)])
            (await SendAsync(credential, 2)).ShouldBe(HttpStatusCode.Unauthorized, credential);
        (await _server.Anybody.GetAsync("/imports/x")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task It_opens_no_other_door()
    {
        var key = await _server.AddAsync("curious");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ingest/senders");
        request.Headers.Authorization = new("Bearer", key);
        (await _server.Anybody.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_revoked_one_and_an_expired_one_are_refused_and_a_revoked_sender_may_come_back()
    {
        var key = await _server.AddAsync("gone");
        (await SendAsync(key, 10)).ShouldBe(HttpStatusCode.Accepted);
        await _server.RevokeAsync("gone");
        (await SendAsync(key, 11)).ShouldBe(HttpStatusCode.Unauthorized);
        var back = await _server.AddAsync("gone");
        (await SendAsync(key, 11)).ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(back, 11)).ShouldBe(HttpStatusCode.Accepted);

        var brief = await _server.AddAsync("brief", expiresAt: TimeProvider.System.GetUtcNow().AddSeconds(2));
        (await SendAsync(brief, 12)).ShouldBe(HttpStatusCode.Accepted);
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (await SendAsync(brief, 12) != HttpStatusCode.Unauthorized)
            DateTime.UtcNow.ShouldBeLessThan(deadline);
    }

    [Test]
    public async Task Old_and_new_keys_count_in_the_overlap_and_only_the_new_one_after_it()
    {
        var first = await _server.AddAsync("turning");
        var second = await _server.RotateAsync("turning", TimeSpan.FromDays(7));
        (await SendAsync(first, 20)).ShouldBe(HttpStatusCode.Accepted);
        (await SendAsync(second, 21)).ShouldBe(HttpStatusCode.Accepted);
        // The next rotation shortens the overlap that runs, and never lengthens it.
        var third = await _server.RotateAsync("turning", TimeSpan.Zero);
        (await SendAsync(first, 22)).ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(second, 22)).ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(third, 22)).ShouldBe(HttpStatusCode.Accepted);
    }

    [Test]
    public async Task Another_agencys_line_is_refused_and_the_rest_goes_on()
    {
        var key = await _server.AddAsync("kbh", [Copenhagen]);
        var lines = string.Join('\n', Claim(30), Claim(31, Aarhus), Claim(32));
        var (status, answers) = await _server.SendAsync(key, lines, type: "application/x-ndjson", import: "mixed");
        status.ShouldBe(HttpStatusCode.OK);
        answers!.AsArray().Select(answer => (string)answer!["outcome"]!).ShouldBe(["accepted", "refused", "accepted"]);
        var fault = answers[1]!["faults"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)fault["field"]!).ShouldBe("agency");
        ((string)fault["reason"]!).ShouldContain("kbh");
        ((string)fault["reason"]!).ShouldContain(Aarhus);

        (await SendAsync(key, 33, Aarhus)).ShouldBe(HttpStatusCode.UnprocessableEntity);
        var fees = new JsonObject
        {
            ["agency"] = Aarhus, ["borrower"] = new JsonObject { ["cpr"] = Fbs.Cpr },
            ["fees"] = new JsonArray(new JsonObject { ["feeId"] = 34, ["amount"] = 70, ["creationDate"] = "2026-10-22", ["type"] = "fee", ["reasonMessage"] = "Gebyr" }),
        };
        var (_, listed) = await _server.SendAsync(key, fees.ToJsonString(), "/claims/fbs-fees");
        ((string)listed!.AsArray().ShouldHaveSingleItem()!["outcome"]!).ShouldBe("refused");

        // FBS hears nothing of it, and its own sender is not held back.
        var told = await _server.Queues.PeekAsync(Topology.FbsQueue, 100, default);
        told.Select(letter => Encoding.UTF8.GetString(letter.Delivery.Body.ToArray())).ShouldAllBe(body => !body.Contains(Aarhus));
        (await SendAsync(await _server.AddAsync("aarhus", [Aarhus]), 31, Aarhus)).ShouldBe(HttpStatusCode.Accepted);
    }

    [Test]
    public async Task Who_sent_what_is_on_record()
    {
        var key = await _server.AddAsync("named");
        await SendAsync(key, 40);
        await SendAsync(key, 41, change: claim => claim["amountOre"] = 0);
        await _server.PostAsync(Claim(42));
        (await SenderOfAsync(40)).ShouldBe("named");
        (await SenderOfAsync(42)).ShouldBe("operations");
        var refused = (await _server.GetAsync($"/ingest/refused?agency={Copenhagen}&feeId=41"))["messages"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)refused["sender"]).ShouldBe("named");
    }

    [Test]
    public async Task An_import_is_its_senders_alone()
    {
        var (one, other) = (await _server.AddAsync("importer"), await _server.AddAsync("onlooker"));
        await _server.SendAsync(one, $"{Claim(50)}\n{Claim(51)}\n", type: "application/x-ndjson", import: "night");
        (await _server.LinesOfAsync(one, "night")).ShouldBe(2);
        (await _server.LinesOfAsync(other, "night")).ShouldBe(0);
        var (_, answers) = await _server.SendAsync(other, $"{Claim(52)}\n", type: "application/x-ndjson", import: "night");
        ((string)answers![0]!["outcome"]!).ShouldBe("accepted");
        (await _server.LinesOfAsync(one, "night")).ShouldBe(2);
    }

    [Test]
    public async Task The_key_is_told_once_and_is_nowhere()
    {
        var key = await _server.AddAsync("secret");
        await SendAsync(key, 60);
        var secret = key[^64..];
        (await _server.Client.GetStringAsync("/ingest/senders")).ShouldNotContain(secret);
        foreach (var file in Directory.EnumerateFiles(_server.Folder, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) != ".lock"))
            (await ReadAsync(file)).Contains(secret, StringComparison.Ordinal).ShouldBeFalse(file);
    }

    [TestCase("Fbs")]
    [TestCase("f")]
    [TestCase("console")]
    [TestCase("operations")]
    [TestCase("vendor-prisme")]
    [TestCase("jwt/fbs")]
    public async Task A_name_that_is_another_ones_is_not_given(string name)
    {
        using var response = await _server.Client.PostAsJsonAsync("/ingest/senders", new { name, agencies = new[] { "*" } });
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [TestCase("DK-71010")]
    [TestCase("")]
    [TestCase("710100")]
    public async Task An_agency_that_is_none_is_not_given(string agency)
    {
        using var response = await _server.Client.PostAsJsonAsync("/ingest/senders", new { name = "fbs-two", agencies = new[] { Copenhagen, agency } });
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_sender_is_added_once_and_rotated_or_revoked_while_it_is_there()
    {
        await _server.AddAsync("once");
        (await _server.Client.PostAsJsonAsync("/ingest/senders", new { name = "once", agencies = new[] { "*" } })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await _server.RevokeAsync("once");
        (await _server.Client.PostAsJsonAsync("/ingest/senders/once/rotate", new { overlapSeconds = 0 })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _server.Client.PostAsJsonAsync("/ingest/senders/once/revoke", new { why = "again" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var listed = (await _server.GetAsync("/ingest/senders"))["senders"]!.AsArray().Single(sender => (string?)sender!["name"] == "once")!;
        (listed["keys"]!.AsArray().Count, (string?)listed["why"]).ShouldBe((0, "for the test"));
    }

    private static string Claim(long feeId, string agency = Copenhagen, Action<JsonObject>? change = null) => Fbs.Submit(feeId, claim =>
    {
        claim["agency"] = agency;
        claim["branch"] = null;
        change?.Invoke(claim);
    }).ToJsonString();

    private async Task<HttpStatusCode> SendAsync(string? credential, long feeId, string agency = Copenhagen, Action<JsonObject>? change = null) =>
        (await _server.SendAsync(credential, Claim(feeId, agency, change))).Status;

    private async Task<string?> SenderOfAsync(long feeId) =>
        (string?)(await _server.GetAsync($"/ingest/messages?agency={Copenhagen}&feeId={feeId}")).AsArray().ShouldHaveSingleItem()!["sender"];

    private static async Task<string> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.DeadLetters;

/// <summary>The whole console; anna operates for København, bo views it, and there are letters of Gentofte, and of none, too.</summary>
[TestFixture]
public sealed class When_a_user_of_one_municipality_uses_the_api
{
    private const string Api = "/console/api";
    private ConsoleServer _server = null!;
    private HttpClient _anna = null!;
    private HttpClient _bo = null!;
    private HttpClient _admin = null!;
    private Guid _own;
    private Guid _other;
    private Guid _nobody;

    [SetUp]
    public async Task Start()
    {
        _server = await ConsoleServer.StartAsync(null, (_ => { }, app => app.MapGet($"{Api}/antiforgery", (IAntiforgery antiforgery, HttpContext context) => antiforgery.GetAndStoreTokens(context).RequestToken).RequireAuthorization(nameof(Role.Viewer))));
        await _server.AddUserAsync("anna", Role.Operator, "0101");
        await _server.AddUserAsync("bo", Role.Viewer, "0101");
        _anna = await SignedInAsync("anna");
        _bo = await SignedInAsync("bo");
        _admin = await SignedInAsync("admin");
        _own = await KeepAsync(1, "0101");
        _other = await KeepAsync(2, "0157");
        _nobody = await KeepAsync(3, "");
    }

    [TearDown]
    public async Task Stop()
    {
        _anna.Dispose();
        _bo.Dispose();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task lists_groups_and_letters_are_those_of_the_municipality()
    {
        foreach (var query in (string[])["", "?municipality=0157&municipality=0101", "?status=all", "?vendor=&text=No"])
            (await GetAsync<LetterPage>(_anna, $"/letters{query}")).Letters.Select(letter => letter.LetterId).ShouldBe([_own]);
        (await GetAsync<LetterPage>(_anna, "/letters?municipality=0157")).Letters.ShouldBeEmpty();
        (await GetAsync<LetterPage>(_anna, "/letters?feeId=2")).Letters.ShouldBeEmpty();
        (await GetAsync<LetterGroups>(_anna, "/letters/groups")).Count.ShouldBe(1);
        (await GetAsync<LetterGroups>(_admin, "/letters/groups")).Count.ShouldBe(3);
        (await _anna.GetAsync($"{Api}/letters/{_own}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var hidden in (Guid[])[_other, _nobody, Guid.NewGuid()])
            (await _anna.GetAsync($"{Api}/letters/{hidden}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _anna.GetAsync($"{Api}/letters?status=sometimes")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task another_s_letters_can_be_neither_opened_edited_archived_nor_replayed()
    {
        (await PostAsync(_anna, $"/letters/{_other}/open", new { why = "curious" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(_anna, $"/letters/{_other}/edit", new { body = "{}", why = "curious" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await ReadAsync<LettersMoved>(await PostAsync(_anna, "/letters/archive", new { filter = new { letterIds = new[] { _other, _nobody } }, why = "mine now" }))).Letters.ShouldBe(0);
        (await ReadAsync<Replay>(await PostAsync(_anna, "/replays", new { filter = new { municipality = new[] { "0157" } }, why = "mine now" }))).Total.ShouldBe(0);
        (await ReadAsync<Replay>(await PostAsync(_anna, "/replays", new { filter = new { status = new[] { "Open" } }, why = "mine" }))).Total.ShouldBe(1);
        (await ReadAsync<LettersMoved>(await PostAsync(_anna, "/letters/archive", new { filter = new { }, why = "mine" }))).Letters.ShouldBe(1);
        (await GetAsync<LetterPage>(_admin, "/letters")).Letters.Count.ShouldBe(2);
        (await ReadAsync<LettersMoved>(await PostAsync(_anna, "/letters/restore", new { filter = new { to = _server.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddDays(1) }, why = "mine" }))).Letters.ShouldBe(1);
    }

    [Test]
    public async Task another_s_replay_can_be_neither_seen_nor_touched()
    {
        var all = (await ReadAsync<Replay>(await PostAsync(_admin, "/replays", new { why = "all of them" }))).ReplayId;
        (await GetAsync<ReplayPage>(_anna, "/replays")).Replays.ShouldBeEmpty();
        foreach (var path in (string[])["", "/items"])
            (await _anna.GetAsync($"{Api}/replays/{all}{path}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var action in (string[])["start", "pause", "resume", "cancel", "approve"])
            (await (await PostAsync(_anna, $"/replays/{all}/{action}", new { why = "mine" })).Content.ReadAsStringAsync()).ShouldContain("There is no replay");
        (await GetAsync<ReplayProgress>(_admin, $"/replays/{all}")).Replay.Total.ShouldBe(3);
    }

    [Test]
    public async Task the_audit_log_shows_what_was_done_there()
    {
        await PostAsync(_admin, "/letters/archive", new { filter = new { municipality = new[] { "0157" } }, why = "theirs" });
        await PostAsync(_admin, "/letters/archive", new { filter = new { letterIds = new[] { _own } }, why = "ours" });

        (await GetAsync<AuditPage>(_anna, "/audit")).Entries.Select(entry => entry.Why).ShouldBe(["ours"]);
        var whole = await GetAsync<AuditVerdict>(_admin, "/audit/verify");
        whole.IsWhole.ShouldBeTrue();
        (await GetAsync<AuditVerdict>(_admin, $"/audit/verify?sequence={whole.Entries + 1}&hash={whole.HeadHash}")).FirstFault.ShouldNotBeNull().ShouldContain("wound back");
    }

    [Test]
    public async Task a_viewer_sees_and_does_nothing()
    {
        (await GetAsync<LetterPage>(_bo, "/letters")).Letters.Count.ShouldBe(1);
        foreach (var path in (string[])[$"/letters/{_own}/open", $"/letters/{_own}/edit", "/letters/archive", "/letters/restore", "/replays", $"/replays/{_own}/start", $"/replays/{_own}/approve"])
            (await PostAsync(_bo, path, new { why = "curious", body = "{}" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        (await GetAsync<AuditPage>(_admin, "/audit?action=sealed.view")).Entries.ShouldBeEmpty();
    }

    [TestCase("")]
    [TestCase("  ")]
    [TestCase(null)]
    [TestCase("about 010114-5678")]
    public async Task nothing_is_done_without_a_good_reason(string? why)
    {
        foreach (var path in (string[])[$"/letters/{_own}/open", $"/letters/{_own}/edit", "/letters/archive", "/replays"])
            (await PostAsync(_anna, path, new { why, body = "{}" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, path);
    }

    private async Task<HttpClient> SignedInAsync(string name)
    {
        var client = await _server.SignedInAsync(name);
        client.DefaultRequestHeaders.Add(AccessExtensions.AntiforgeryHeader, (await client.GetStringAsync($"{Api}/antiforgery")).Trim('"'));
        return client;
    }

    private async Task<Guid> KeepAsync(int fee, string municipality)
    {
        var delivery = Workbench.Message.OfRouting(fee, municipality, "No.", _server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        if (municipality.Length == 0)
            delivery = delivery with { Body = "{}"u8.ToArray() };
        var read = _server.Services.GetRequiredService<LetterReader>().Read("routing_error", delivery);
        await _server.Services.GetRequiredService<LetterStore>().KeepAsync([read], default);
        return read.LetterId;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body) => client.PostAsJsonAsync(Api + path, body, ServiceClient.Json);

    private static async Task<T> GetAsync<T>(HttpClient client, string path) => await ReadAsync<T>(await client.GetAsync(Api + path));

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return JsonSerializer.Deserialize<T>(await answer.Content.ReadAsStringAsync(), ServiceClient.Json)!;
    }
}

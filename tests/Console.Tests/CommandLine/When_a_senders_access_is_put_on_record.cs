using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_a_senders_access_is_put_on_record
{
    private RunningConsole _console = null!;

    [OneTimeSetUp]
    public async Task Start() => _console = await RunningConsole.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [Test]
    public async Task the_audit_log_has_who_why_and_what_also_when_it_could_not_be_done()
    {
        // No Ingest runs here: what was asked for stands all the same.
        (await _console.ClaimsAsync("senders", "revoke", "fbs-aarhus", "--reason", "The contract has ended", "--who", "anna")).ShouldEndWith(1).Errors.ShouldContain("No service 'ingest'");

        using var client = Client();
        var entry = (await client.GetFromJsonAsync<JsonElement>("/console/api/audit?action=sender.revoke")).GetProperty("entries").EnumerateArray().ShouldHaveSingleItem().ToString();
        foreach (var part in (string[])["anna", "The contract has ended", "sender fbs-aarhus", "asked for"])
            entry.ShouldContain(part);
    }

    [TestCase("Fbs", "revoke", "done", HttpStatusCode.NotFound)]
    [TestCase("fbs", "promote", "done", HttpStatusCode.NotFound)]
    [TestCase("fbs", "revoke", "perhaps", HttpStatusCode.Conflict)]
    public async Task what_is_none_of_it_is_not_recorded(string sender, string act, string outcome, HttpStatusCode answer)
    {
        using var client = Client();
        using var response = await client.PostAsJsonAsync($"/console/api/senders/{sender}/{act}", new { why = "for the test", outcome, steps = Array.Empty<string>() });
        response.StatusCode.ShouldBe(answer);
    }

    private HttpClient Client()
    {
        var client = _console.Server.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", _console.Token);
        return client;
    }
}

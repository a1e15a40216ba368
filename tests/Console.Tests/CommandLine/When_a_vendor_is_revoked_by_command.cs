using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.OperationsConsole.Access;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

/// <summary>What the command does at a real broker is tested where one runs; here: that it stands in the audit log, and what happens where it cannot.</summary>
[TestFixture]
public sealed class When_a_vendor_is_revoked_by_command
{
    private const string Revoke = "POST /vendors/KmdOpus/revoke";
    private ConsoleStandIn _console = null!;

    private Revocation? Noted => new Revocations(Path.Combine(_console.Data, "keys")).Find("KmdOpus");

    [SetUp]
    public async Task Start()
    {
        _console = await ConsoleStandIn.StartAsync();
        _console.Answers(Revoke, new { }).Answers("POST /vendors/KmdOpus/admit", new { });
    }

    [TearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [Test]
    public async Task it_is_on_record_before_it_is_done_and_when_it_is()
    {
        using (var ring = new KeyRing(Path.Combine(_console.Data, "keys"), MasterKey.Load(new Defaults.Hosting.Installation { Data = _console.Data })))
            ring.CurrentId("0101");

        var said = (await _console.ClaimsAsync("vendors", "revoke", "KmdOpus", "--reason", "Contract ended", "--who", "anna")).ShouldEndWith(0);

        said.Output.ShouldContain("0101-2 seals for 0101 from now on");
        said.Output.ShouldContain("embedded broker has no users");
        _console.Asked.Count.ShouldBe(2);
        _console.Asked[0].ShouldBe($$"""{{Revoke}} by anna: {"why":"Contract ended","outcome":"asked for","steps":[]}""");
        _console.Asked[1].ShouldStartWith($$"""{{Revoke}} by anna: {"why":"Contract ended","outcome":"revoked","steps":["KmdOpus is noted""");
        Noted.ShouldNotBeNull().ShouldSatisfyAllConditions(noted => noted.Who.ShouldBe("anna"), noted => noted.Why.ShouldBe("Contract ended"));

        (await _console.ClaimsAsync("keys", "issue", "--vendor", "KmdOpus", "--to", Path.Combine(_console.Data, "opus"))).ShouldEndWith(1).Errors.ShouldContain("Contract ended");
        (await _console.ClaimsAsync("vendors", "admit", "KmdOpus", "--reason", "Agreed again", "--to", Path.Combine(_console.Data, "opus"))).ShouldEndWith(0);
        File.Exists(Path.Combine(_console.Data, "opus", "0101-2.json")).ShouldBeTrue();
        Noted.ShouldBeNull();
        _console.Asked[^1].ShouldContain("admitted");
    }

    [Test]
    public async Task a_console_that_says_no_is_obeyed()
    {
        _console.Refuses(Revoke, HttpStatusCode.Forbidden, "Not yours.");

        (await _console.ClaimsAsync("vendors", "revoke", "KmdOpus", "--reason", "Contract ended")).ShouldEndWith(1).Errors.ShouldContain("Not yours.");

        Noted.ShouldBeNull();
    }

    [Test]
    public async Task a_console_that_is_away_does_not_keep_a_vendor_in()
    {
        await _console.StopAsync();

        (await _console.ClaimsAsync("vendors", "revoke", "KmdOpus", "--reason", "Contract ended")).ShouldEndWith(0).Errors.ShouldContain("The audit log does not have this.");

        Noted.ShouldNotBeNull();
    }

    [Test]
    public async Task a_dry_run_and_a_vendor_that_is_none_change_nothing()
    {
        (await _console.ClaimsAsync("vendors", "revoke", "KmdOpus", "--reason", "Contract ended", "--dry-run")).ShouldEndWith(0).Output.ShouldContain("Would note that KmdOpus is revoked");
        (await _console.ClaimsAsync("vendors", "revoke", "Acme", "--reason", "Contract ended")).ShouldEndWith(2).Errors.ShouldContain("KmdOpus, Prisme, OesIndsigt");

        Noted.ShouldBeNull();
        _console.Asked.ShouldBeEmpty();
    }

    [TestCase("--seals-in", "soon", "1.00:00:00")]
    [TestCase("--seals-in", "-01:00:00", "1.00:00:00")]
    [TestCase("--seals-from", "2031-01-04T06:00:00", "with its offset")]
    [TestCase("--seals-from", "2001-01-04T06:00:00Z", "an instant to come")]
    public async Task a_time_that_is_none_is_explained(string option, string value, string good)
    {
        (await _console.ClaimsAsync("keys", "rotate", "0101", $"{option}={value}")).ShouldEndWith(2).Errors.ShouldContain(good);
        Directory.Exists(Path.Combine(_console.Data, "keys")).ShouldBeFalse();
    }

    [Test]
    public async Task a_key_made_for_later_is_listed_with_its_time()
    {
        (await _console.ClaimsAsync("keys", "rotate", "0101", "--seals-in", "1.00:00:00")).ShouldEndWith(0).Output.ShouldBe("0101-2");
        (await _console.ClaimsAsync("keys", "list")).ShouldEndWith(0).Output.ShouldMatch(@"^0101-1\r?\n0101-2 seals from \d{4}-");
        (await _console.ClaimsAsync("keys", "rotate")).ShouldEndWith(2).Errors.ShouldContain("--vendor KmdOpus");
    }
}

[TestFixture]
public sealed partial class When_a_vendors_access_is_put_on_record
{
    private RunningConsole _console = null!;

    [OneTimeSetUp]
    public async Task Start() => _console = await RunningConsole.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [Test]
    public async Task the_audit_log_has_who_why_and_each_step()
    {
        (await _console.ClaimsAsync("vendors", "revoke", "Prisme", "--reason", "Contract ended", "--who", "anna")).ShouldEndWith(0);

        var entries = (await Client(_console.Token).GetFromJsonAsync<JsonElement>("/console/api/audit?action=vendor.revoke")).GetProperty("entries").EnumerateArray().Select(entry => entry.ToString()).ToList();
        entries.Count.ShouldBe(2);
        entries.ShouldAllBe(entry => entry.Contains("anna") && entry.Contains("Contract ended") && entry.Contains("vendor Prisme"));
        entries[0].ShouldContain("is noted as revoked");
        (await _console.ClaimsAsync("audit", "verify")).ShouldEndWith(0);
    }

    [TestCase("Acme", "revoke", "revoked", HttpStatusCode.NotFound)]
    [TestCase("KmdOpus", "promote", "revoked", HttpStatusCode.NotFound)]
    [TestCase("KmdOpus", "revoke", "perhaps", HttpStatusCode.Conflict)]
    public async Task what_is_none_of_it_is_not_recorded(string vendor, string act, string outcome, HttpStatusCode answer)
    {
        using var response = await Client(_console.Token).PostAsJsonAsync($"/console/api/vendors/{vendor}/{act}", new { why = "for the test", outcome, steps = Array.Empty<string>() });

        response.StatusCode.ShouldBe(answer);
    }

    [TestCase(Role.Operator, HttpStatusCode.Forbidden)]
    [TestCase(Role.Administrator, HttpStatusCode.Conflict, Description = "Of one municipality only.")]
    public async Task it_takes_an_administrator_of_all(Role role, HttpStatusCode answer)
    {
        var name = $"{role}".ToLowerInvariant();
        await _console.Server.AddUserAsync(name, role, "0101");
        using var client = await _console.Server.SignedInAsync(name);
        var token = Antiforgery().Match(await client.GetStringAsync("/console/claims")).Groups["token"].Value;
        token.ShouldNotBeEmpty();
        client.DefaultRequestHeaders.Add(AccessExtensions.AntiforgeryHeader, token);

        using var response = await client.PostAsJsonAsync("/console/api/vendors/KmdOpus/revoke", new { why = "for the test", outcome = "revoked", steps = Array.Empty<string>() });

        response.StatusCode.ShouldBe(answer);
    }

    private HttpClient Client(string token)
    {
        var client = _console.Server.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    [GeneratedRegex("name=\"antiforgery\" type=\"hidden\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Antiforgery();
}

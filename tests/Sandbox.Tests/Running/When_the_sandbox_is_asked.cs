using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Sandbox.Tests.Ledger;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Running;

/// <summary>The whole sandbox as it runs, on the embedded broker and store.</summary>
public sealed class When_the_sandbox_is_asked
{
    private TemporaryFolder folder = null!;
    private WebApplication app = null!;
    private HttpClient client = null!;

    [SetUp]
    public Task SetUpAsync()
    {
        folder = new TemporaryFolder();
        return StartAsync("first");
    }

    private async Task StartAsync(string run, string? faults = "slow=1ms")
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Claims:Data"] = folder.Path, ["Claims:Log"] = "file", ["Sandbox:Faults"] = faults, ["CLAIMS_RUN"] = run,
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddSandbox();
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapDefaults();
        app.MapSandbox();
        await app.StartAsync();
        client = new HttpClient(app.Services.GetRequiredService<ServiceHttp>().Handler()) { BaseAddress = new Uri(app.Urls.First()) };
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        await StopAsync();
        folder.Dispose();
    }

    private async Task StopAsync()
    {
        client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    [TestCase("first", "slow=1ms", "down=0751", TestName = "Faults_that_were_posted_outlast_a_restart_within_the_run")]
    [TestCase("second", null, "down=0751", TestName = "Faults_that_were_posted_outlast_the_run")]
    [TestCase("second", "slow=1ms", "slow=1ms", TestName = "Faults_given_to_a_new_run_win_over_those_that_were_posted")]
    public async Task Its_faults_after_another_start(string run, string? given, string inForce)
    {
        await PostAsync("down=0751");

        await StopAsync();
        await StartAsync(run, given);

        (await client.GetStringAsync("/sandbox/faults")).ShouldBe(inForce);
    }

    [Test]
    public async Task Its_faults_are_shown_replaced_and_lifted()
    {
        (await client.GetStringAsync("/sandbox/faults")).ShouldBe("slow=1ms");

        (await PostAsync("reject=0.25,down=0751")).ShouldBe((HttpStatusCode.OK, "reject=0.25,down=0751"));
        var (status, error) = await PostAsync("reject=2");
        status.ShouldBe(HttpStatusCode.BadRequest);
        error.ShouldContain("reject");
        (await client.GetStringAsync("/sandbox/faults")).ShouldBe("reject=0.25,down=0751", "a bad text changes nothing");
        (await PostAsync("")).ShouldBe((HttpStatusCode.OK, ""));
    }

    [Test]
    public async Task Its_ledger_is_read_whole_by_municipality_and_in_three_figures()
    {
        await app.Services.GetRequiredService<DebtorLedger>().TakeAsync(
            [LedgerBench.Register(1), LedgerBench.Register(2, 256, "0751") with { IsTest = true }], CancellationToken.None);

        var all = (await client.GetFromJsonAsync<JsonElement>("/sandbox/ledger")).GetProperty("claims");
        all.GetArrayLength().ShouldBe(2);
        var aarhus = (await client.GetFromJsonAsync<JsonElement>("/sandbox/ledger?municipality=0751")).GetProperty("claims").EnumerateArray().Single();
        (aarhus.GetProperty("reference").GetString(), aarhus.GetProperty("amountOre").GetInt64(), aarhus.GetProperty("bookings").GetInt32(),
            aarhus.GetProperty("state").GetString(), aarhus.GetProperty("test").GetBoolean()).ShouldBe(("CLAIM-2", 256, 1, "inForce", true));
        var summary = await client.GetFromJsonAsync<JsonElement>("/sandbox/ledger/summary");
        summary.GetProperty("0101").GetProperty("debtorOre").GetInt64().ShouldBe(7000);
        summary.GetProperty("0751").GetProperty("maxBookings").GetInt64().ShouldBe(1);
    }

    [Test]
    public async Task FBS_keeps_what_it_was_told_once()
    {
        var told = new ClaimTransferred(
            DeterministicId.Of(DeterministicId.ClaimsTransfer, "told"), DateTimeOffset.UnixEpoch, DeterministicId.OfClaim("DK-710100", 434536), "0101", "DK-710100", 434536, 1, 7000, "0101-1");
        var message = new OutgoingMessage(MessageNames.ClaimTransferred, told.MessageId, JsonSerializer.SerializeToUtf8Bytes(told, MessageJson.Default.ClaimTransferred));
        var transport = app.Services.GetRequiredService<ITransport>();

        await transport.PublishAsync([message, message], CancellationToken.None);

        var deadline = TimeProvider.System.GetTimestamp();
        while (await transport.DepthAsync(Topology.FbsQueue, CancellationToken.None) > 0)
        {
            TimeProvider.System.GetElapsedTime(deadline).ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Delay(10);
        }

        (await client.GetFromJsonAsync<Dictionary<string, long>>("/sandbox/fbs")).ShouldBe(new Dictionary<string, long> { ["claim-transferred"] = 1 });
        var ofClaim = await client.GetFromJsonAsync<JsonElement>("/sandbox/fbs/DK-710100/434536");
        ofClaim.EnumerateArray().Single().GetProperty("body").GetProperty("amountOre").GetInt64().ShouldBe(7000);
    }

    private async Task<(HttpStatusCode, string)> PostAsync(string text)
    {
        using var response = await client.PostAsync("/sandbox/faults", new StringContent(text));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

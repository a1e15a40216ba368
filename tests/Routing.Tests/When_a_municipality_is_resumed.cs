using System.Diagnostics;
using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Routing.Timeline;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.Routing.Tests;

/// <summary>Routing as it really runs, on the embedded broker and store; the file changes under it.</summary>
public sealed class When_a_municipality_is_resumed
{
    private TemporaryFolder _folder = null!;
    private WebApplication _routing = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        Configure("Paused");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Claims:Data"] = _folder.Path;
        builder.Configuration["Claims:Municipalities"] = File;
        builder.Configuration["Claims:Log"] = "file";
        builder.Configuration["Routing:SweepInterval"] = "00:00:00.100";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddRouting();
        _routing = builder.Build();
        await _routing.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _routing.StopAsync();
        await _routing.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Its_held_claims_go_on_without_a_restart()
    {
        await CreateAsync(1);
        await BecomesAsync(1, ClaimStatus.Held);

        Configure("Live");

        await BecomesAsync(1, ClaimStatus.Sending);
        await CreateAsync(2);
        await BecomesAsync(2, ClaimStatus.Sending);
        await Eventually(async () => await _routing.Services.GetRequiredService<ITransport>().DepthAsync(Topology.TransferQueue("0101"), default) == 2);
    }

    [Test]
    public async Task What_was_held_because_it_was_taken_out_goes_on_when_it_is_back()
    {
        System.IO.File.WriteAllText(File, Entry("0751", "Aarhus", "55133018", "Live"));
        await Eventually(() => Task.FromResult(_routing.Services.GetRequiredService<Defaults.Municipalities.IMunicipalities>().Find("0101") is null));
        await CreateAsync(1);
        await BecomesAsync(1, ClaimStatus.Held);

        Configure("Test");

        await BecomesAsync(1, ClaimStatus.Sending);
    }

    private string File => Path.Combine(_folder.Path, "the.yaml");

    private static string Entry(string code, string name, string cvr, string stage) =>
        $"- {{ code: \"{code}\", name: {name}, cvr: \"{cvr}\", vendor: KmdOpus, stage: {stage}, cutover: 2020-11-01, minorPolicy: HoldForPerson }}\n";

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), "What was waited for did not come.");
            await Task.Delay(20);
        }
    }

    private void Configure(string stage) => System.IO.File.WriteAllText(File, Entry("0101", "København", "64942212", stage));

    private Task CreateAsync(int number)
    {
        var claim = Claims.Created() with { MessageId = Claims.Message($"created/{number}"), ClaimId = DeterministicId.OfClaim(Claims.Agency, number), FeeId = number };
        return _routing.Services.GetRequiredService<ITransport>().PublishAsync(
            [new OutgoingMessage(MessageNames.ClaimCreated, claim.MessageId, JsonSerializer.SerializeToUtf8Bytes(claim, MessageJson.Default.ClaimCreated))], default);
    }

    private Task BecomesAsync(int number, ClaimStatus status) => Eventually(async () =>
        (await _routing.Services.GetRequiredService<Timelines>().FindAsync(Claims.Agency, number, default))?.Status == status);
}

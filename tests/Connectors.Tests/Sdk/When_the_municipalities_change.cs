using System.Net;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>The connector runs on, and follows the file.</summary>
[TestFixture]
public sealed class When_the_municipalities_change
{
    private const string København = ConnectorBench.København;
    private const string Aarhus = ConnectorBench.Aarhus;
    private const string Aalborg = "0851";
    private const string Vejle = "0630";
    private TemporaryFolder _folder = null!;
    private HostBench _bench = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _bench = await HostBench.StartAsync(_folder.Path);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bench.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task one_that_goes_live_gets_what_waited_for_it()
    {
        await _bench.PublishAsync(_bench.Registers(Aalborg, 1, 20));
        (await ServedAsync()).ShouldBe([København, Aarhus]);

        await _bench.ConfigureAsync(HostBench.Municipalities.Replace("stage: Planned", "stage: Live", StringComparison.Ordinal));

        await Eventually.TrueAsync(() => _bench.ReportsOf(Aalborg) == 20);
        (await ServedAsync()).ShouldBe([København, Aarhus, Aalborg]);
        _bench.Debtor.MaxBookings.ShouldBe(1);
        (await _bench.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task one_that_is_new_is_served_with_a_queue_and_keys_of_its_own()
    {
        await _bench.ConfigureAsync(HostBench.Municipalities + """
            - { code: "0630", name: Vejle, cvr: "29189900", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
            """);
        await Eventually.TrueAsync(async () => (await ServedAsync()).Contains(Vejle));

        await _bench.PublishAsync(_bench.Registers(Vejle, 1, 20));

        await Eventually.TrueAsync(() => _bench.ReportsOf(Vejle) == 20);
        _bench.Debtor.Bookings(_bench.Registers(Vejle, 1, 1)[0].InstructionId).ShouldBe(1);
        (await _bench.PostAsync($"/connectors/KmdOpus/municipalities/{Vejle}/pause")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await Eventually.TrueAsync(async () => (await _bench.LaneAsync(Vejle)).GetProperty("state").GetString() == "paused");
    }

    [Test]
    public async Task one_that_leaves_finishes_what_is_in_hand_and_the_rest_waits_until_it_is_back()
    {
        _bench.Debtor.Thinks = TimeSpan.FromMilliseconds(200);
        await _bench.PublishAsync(_bench.Registers(Aarhus, 1, 6_000));
        await Eventually.TrueAsync(() => _bench.Debtor.Received.Count > 300);

        await _bench.ConfigureAsync(WithoutAarhus());
        await Eventually.TrueAsync(async () => !(await ServedAsync()).Contains(Aarhus));
        var booked = _bench.Debtor.Received.Count;
        booked.ShouldBeLessThan(6_000);
        _bench.Debtor.Asked.ShouldBeEmpty("a call that was broken off would have to be asked about");
        (await _bench.PostAsync($"/connectors/KmdOpus/municipalities/{Aarhus}/pause")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _bench.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await _bench.PublishAsync(_bench.Registers(København, 1, 100));
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 100);
        _bench.Debtor.Received.Count.ShouldBe(booked + 100);
        await Eventually.TrueAsync(() => _bench.ReportsOf(Aarhus) == booked);
        (await _bench.Transport.DepthAsync(Topology.TransferQueue(Aarhus), CancellationToken.None))!.Value.ShouldBeGreaterThan(0);

        await _bench.ConfigureAsync(HostBench.Municipalities);
        await Eventually.TrueAsync(() => _bench.ReportsOf(Aarhus) == 6_000);
        _bench.Debtor.MaxBookings.ShouldBe(1);
        _bench.Debtor.Asked.ShouldBeEmpty();
    }

    [Test]
    public async Task a_call_from_the_log_that_is_under_way_is_waited_for()
    {
        _bench.Debtor.Reaction = _ => Reaction.Unavailable;
        await _bench.PublishAsync(_bench.Registers(Aarhus, 1, 10));
        await Eventually.TrueAsync(async () => (await _bench.LaneAsync(Aarhus)).GetProperty("held").GetBoolean());
        // The probe that comes now is answered only after the connector has noticed the file.
        (_bench.Debtor.Thinks, _bench.Debtor.Reaction) = (TimeSpan.FromSeconds(4), _ => Reaction.Accept);
        var calls = _bench.Debtor.Calls.Count;
        await Eventually.TrueAsync(() => _bench.Debtor.Calls.Count > calls);

        await _bench.ConfigureAsync(WithoutAarhus());
        await Eventually.TrueAsync(async () => !(await ServedAsync()).Contains(Aarhus));

        await Eventually.TrueAsync(() => _bench.ReportsOf(Aarhus) == 1);
        _bench.Debtor.Received.Count.ShouldBe(1);
        _bench.Debtor.Thinks = TimeSpan.Zero;
        await _bench.ConfigureAsync(HostBench.Municipalities);
        await Eventually.TrueAsync(() => _bench.ReportsOf(Aarhus) == 10);
        _bench.Debtor.MaxBookings.ShouldBe(1);
        _bench.Debtor.Asked.ShouldBeEmpty();
    }

    [Test]
    public async Task another_endpoint_is_called_from_then_on_and_a_pause_holds_on()
    {
        await _bench.PublishAsync(_bench.Registers(København, 1, 10));
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 10);
        await _bench.PostAsync($"/connectors/KmdOpus/municipalities/{København}/pause");

        await _bench.ConfigureAsync(HostBench.Municipalities.Replace("name: København,", "name: København, endpoint: https://ny.example.dk/debitor,", StringComparison.Ordinal));
        await _bench.PublishAsync(_bench.Registers(København, 100, 10));
        await _bench.PublishAsync(_bench.Registers(Aarhus, 1, 10));
        await Eventually.TrueAsync(() => _bench.ReportsOf(Aarhus) == 10);
        await FollowedAsync();
        (await _bench.LaneAsync(København)).GetProperty("state").GetString().ShouldBe("paused");
        _bench.ReportsOf(København).ShouldBe(10);

        await _bench.PostAsync($"/connectors/KmdOpus/municipalities/{København}/resume");
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 20);

        _bench.Debtor.Calls.Where(call => call.Municipality == København).Select(call => $"{call.Endpoint}").Distinct()
            .ShouldBe([$"https://sandbox.invalid/sandbox/opus/{København}", "https://ny.example.dk/debitor"]);
        _bench.Debtor.Calls.Where(call => call.Municipality == Aarhus).Select(call => call.Endpoint.Host).Distinct().ShouldBe(["sandbox.invalid"]);
        _bench.Debtor.MaxBookings.ShouldBe(1);
    }

    [Test]
    public async Task a_faulty_file_changes_nothing()
    {
        await _bench.ConfigureAsync(HostBench.Municipalities.Replace("stage: Live", "stage: Alive", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () => (await KeptLog()).Contains("is none of the possible values", StringComparison.Ordinal));

        await _bench.PublishAsync(_bench.Registers(København, 1, 10));
        await Eventually.TrueAsync(() => _bench.ReportsOf(København) == 10);
        (await ServedAsync()).ShouldBe([København, Aarhus]);
    }

    private static string WithoutAarhus() => string.Join('\n', HostBench.Municipalities.Split('\n')
        .Select(line => line.Contains(Aarhus, StringComparison.Ordinal) ? line.Replace("Live", "Planned", StringComparison.Ordinal) : line));

    /// <summary>The lane has been replaced: it says so.</summary>
    private Task FollowedAsync() => Eventually.TrueAsync(async () => (await KeptLog()).Contains("is served as its entry says now", StringComparison.Ordinal));

    private async Task<string> KeptLog()
    {
        await using var log = new FileStream(Directory.GetFiles(Path.Combine(_folder.Path, "logs")).Single(), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return await new StreamReader(log).ReadToEndAsync();
    }

    private async Task<string[]> ServedAsync() => [.. (await _bench.LanesAsync()).EnumerateArray().Select(lane => lane.GetProperty("municipality").GetString()!)];
}

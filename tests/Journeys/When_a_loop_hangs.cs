using System.Net;
using System.Net.Http.Headers;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Journeys.Doors;
using ClaimsTransfer.Journeys.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>A turn of a loop that does not end, because what it uses does not answer, is told of by readiness and the doctor, and no more once it goes on.</summary>
public sealed class When_a_loop_hangs
{
    private static readonly string[] Services = [.. RunningService.All.Keys.Where(name => name != "sandbox")];
    private Gate _gate = null!;
    private AheadClock _clock = null!;

    [SetUp]
    public void Begin() => (_gate, _clock) = (new Gate(), new AheadClock());

    [TearDown]
    public void GoOn() => _gate.Open();

    [TestCase("ingest", "RelayTimer")]
    [TestCase("routing", "RoutingService timers")]
    [TestCase("routing", "RoutingService relay")]
    [TestCase("payments", "PaymentsService matching")]
    [TestCase("kmdopus", "KmdOpus sweep")]
    [TestCase("console", "ReplayService sending")]
    [TestCase("console", "ReplayService outcomes")]
    [TestCase("console", "Collector")]
    public async Task readiness_names_it_and_is_well_when_it_goes_on(string name, string loop)
    {
        await using var service = await StartAsync(name);
        (await SaysAsync(service)).ShouldNotContain(loop);

        _gate.Close();
        await Wait.ForAsync($"{loop} is named", async () =>
        {
            _clock.Ahead(Loops.LongestTurn * 12);
            return (await SaysAsync(service)).Contains($"{loop}, since ", StringComparison.Ordinal);
        }, TimeSpan.FromMinutes(1));

        _gate.Open();
        await Wait.ForAsync($"{loop} is not named any more", async () => !(await SaysAsync(service)).Contains(loop, StringComparison.Ordinal), TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task a_consumer_that_hangs_is_named_and_so_the_doctor_says()
    {
        await using var service = await StartAsync("ingest");
        _gate.Close();
        await service.Services.GetRequiredService<ITransport>().PublishAsync([new OutgoingMessage("submit-claim", Guid.NewGuid(), "{}"u8.ToArray())], default);
        await Wait.ForAsync("the consumer is named", async () =>
        {
            _clock.Ahead(WatchedTransport.LongestInHand * 6);
            return (await SaysAsync(service)).Contains("consumer of ingest, since ", StringComparison.Ordinal);
        }, TimeSpan.FromMinutes(1));

        new Endpoints("", "", null, null, [new ServiceEndpoint("ingest", service.Url.ToString().TrimEnd('/'), Environment.ProcessId, "1")]).Write(service.Installation.Data);
        await using var doctor = Command.Claims("doctor", "--data", service.Installation.Data);
        (await doctor.EndAsync(TimeSpan.FromMinutes(1))).ShouldBe(1, doctor.Said);
        doctor.Said.Replace("\n", "", StringComparison.Ordinal).ShouldContain("consumer of ingest, since ");

        _gate.Open();
        await Wait.ForAsync("it is well again", async () => !(await SaysAsync(service)).Contains("consumer of", StringComparison.Ordinal), TimeSpan.FromMinutes(1));
    }

    [TestCaseSource(nameof(Services))]
    public async Task every_loop_of_a_service_is_looked_at(string name)
    {
        await using var service = await StartAsync(name);
        var loops = service.Services.GetRequiredService<Loops>();
        var known = service.Services.GetServices<IHostedService>().OfType<BackgroundService>().Select(loop => loop.GetType().Name).Where(loop => loop is not nameof(OwnFaults)).ToList();

        known.ShouldNotBeEmpty();
        await Wait.ForAsync(
            $"each of {string.Join(", ", known)} is known", () => Task.FromResult(known.TrueForAll(loop => loops.Names.Any(named => $"{named} ".StartsWith($"{loop} ", StringComparison.Ordinal)))),
            TimeSpan.FromSeconds(20));
    }

    private Task<RunningService> StartAsync(string name) => RunningService.StartAsync(name, replace: services =>
    {
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_clock));
        var stores = services.Last(service => service.ServiceType == typeof(IStores)).ImplementationFactory!;
        services.Replace(ServiceDescriptor.Singleton(provider => Hanging<IStores>.Behind(_gate, (IStores)stores(provider))));
        services.Replace(ServiceDescriptor.Singleton(provider => Hanging<IDeadLetterQueues>.Behind(_gate, provider.GetRequiredService<WatchedTransport>())));
    });

    private static async Task<string> SaysAsync(RunningService service)
    {
        using var client = service.Client();
        using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Time goes on as it does; how much has passed since something is more.</summary>
    private sealed class AheadClock : TimeProvider
    {
        private long _ahead;

        public void Ahead(TimeSpan more) => Interlocked.Add(ref _ahead, (long)(more.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ahead);
    }
}

using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Routing.Journal;
using ClaimsTransfer.Routing.Operations;
using ClaimsTransfer.Routing.Saga;
using ClaimsTransfer.Routing.Tests.Saga;
using ClaimsTransfer.Routing.Timeline;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;

namespace ClaimsTransfer.Routing.Tests.Journal;

/// <summary>Routing's handler on a real store, with a publisher that remembers what was published and can be told to fail.</summary>
public abstract class RoutingFixture(Engine engine)
{
    protected static readonly TimeSpan Gap = new RoutingOptions().VersionGapAfter;

    private StoreForTests _installation = null!;

    protected IStore Store { get; private set; } = null!;

    protected RoutingHandler Handler { get; private set; } = null!;

    protected RememberingPublisher Publisher { get; private set; } = null!;

    protected FakeTimeProvider Clock { get; private set; } = null!;

    /// <summary>Changed by a test while everything runs.</summary>
    protected Municipality Copenhagen { get; set; } = Claims.Copenhagen;

    [SetUp]
    public async Task Open()
    {
        Clock = new FakeTimeProvider(Claims.Start);
        Copenhagen = Claims.Copenhagen;
        _installation = await StoreForTests.NewAsync(engine);
        Store = _installation.Stores.Open("routing");
        await Store.MigrateAsync(RoutingSchema.Migrations, CancellationToken.None);
        Publisher = new RememberingPublisher();
        Handler = NewHandler(Store);
    }

    [TearDown]
    public async Task Close()
    {
        if (Store is not null)
            await Store.DisposeAsync();
        if (_installation is not null)
            await _installation.DisposeAsync();
    }

    /// <summary>Another instance on the same store, as another process would be.</summary>
    protected RoutingHandler NewHandler(IStore store) => new(
        new RoutingStore(store), Publisher, new ClaimSaga(Claims.Deadlines), new Municipalities([Copenhagen]), Clock);

    protected Timelines Timelines => new(Store, new PossibleOperations(new ClaimSaga(Claims.Deadlines), new Municipalities([Claims.Copenhagen]), Clock));

    protected Engine Engine => engine;

    protected string Folder => _installation.Folder;

    protected IStore Again() => _installation.Again().Open("routing");

    protected static Delivery Deliver(IClaimMessage message) => new(
        EventName.Of(message), message.MessageId.ToString(), JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    protected static ClaimCreated Claim(int number) => Claims.Created() with
    {
        MessageId = Claims.Message($"created/{number}"), ClaimId = DeterministicId.OfClaim(Claims.Agency, number), FeeId = number,
    };

    protected async Task<ClaimState> StateOf(long feeId) =>
        (await new RoutingStore(Store).LoadAsync([DeterministicId.OfClaim(Claims.Agency, feeId)], CancellationToken.None)).Single().State;

    protected sealed class RememberingPublisher : IPublisher
    {
        public List<OutgoingMessage> Published { get; } = [];

        /// <summary>How many publishes fail from now on.</summary>
        public int Failures { get; set; }

        public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
        {
            if (Failures-- > 0)
                throw new TransientException("The broker is away.");
            lock (Published)
                Published.AddRange(messages);
            return Task.CompletedTask;
        }
    }
}

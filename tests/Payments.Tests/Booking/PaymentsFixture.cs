using System.Text;
using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Asking;
using ClaimsTransfer.Payments.Booking;
using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.ToFbs;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Booking;

/// <summary>Payments' handler and matcher on a real store, with a publisher that remembers what was published and can be told to fail.</summary>
public abstract class PaymentsFixture(Engine engine)
{
    private StoreForTests _installation = null!;

    protected IStore Store { get; private set; } = null!;

    protected PaymentsHandler Handler { get; private set; } = null!;

    protected Matcher Matcher { get; private set; } = null!;

    protected UnmatchedStore Unmatched { get; private set; } = null!;

    protected OrderStore Orders { get; private set; } = null!;

    protected Worklist Worklist { get; private set; } = null!;

    protected RememberingPublisher Publisher { get; private set; } = null!;

    protected FakeTimeProvider Clock { get; private set; } = new(Money.Start);

    /// <summary>Whether København's settled claims are also registered through FBS's payment interface.</summary>
    protected PaymentsToFbs ToFbs { get; set; }

    [SetUp]
    public async Task Open()
    {
        Clock = new FakeTimeProvider(Money.Start);
        ToFbs = PaymentsToFbs.Message;
        _installation = await StoreForTests.NewAsync(engine);
        Store = _installation.Stores.Open("payments");
        await Store.MigrateAsync(PaymentsSchema.Migrations, CancellationToken.None);
        Publisher = new RememberingPublisher();
        Handler = NewHandler(Store);
        Unmatched = new UnmatchedStore(Store);
        Orders = new OrderStore(Store);
        Matcher = NewMatcher(Store);
        Worklist = new Worklist(Store, new Suggestions(Store), Clock);
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
    protected PaymentsHandler NewHandler(IStore store) => new(new PaymentsStore(store), Publisher, new Policy(this), Clock);

    protected Matcher NewMatcher(IStore store) => new(new UnmatchedStore(store), Publisher, Clock);

    protected IStore Again() => _installation.Again().Open("payments");

    protected Task OnAsync(params IMessage[] messages) => Handler.HandleAsync([.. messages.Select(Deliver)], CancellationToken.None);

    protected static Delivery Deliver(IMessage message) => new(
        Outbound.NameOf(message), message.MessageId.ToString(), JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!),
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    /// <summary>The first claim's message, for another claim.</summary>
    protected static ClaimTransferred Claim(long feeId) => Money.Transferred() with
    {
        MessageId = Money.Message($"transferred/{feeId}"), ClaimId = DeterministicId.OfClaim(Money.Agency, feeId), FeeId = feeId, DebtorReference = $"OPUS-{feeId}", PaymentSlip = null,
    };

    protected static CoverageRegistered Paid(long feeId, string entryId, long amountOre, int day = 1)
    {
        var claimId = DeterministicId.OfClaim(Money.Agency, feeId);
        return Money.Coverage(entryId, amountOre, day) with { MessageId = DeterministicId.Of(claimId, $"entry/{entryId}"), ClaimId = claimId, FeeId = feeId };
    }

    protected static DebtorEntryUnmatched Nameless(string entryId, long amountOre = 7000) => new(
        Money.Message($"unmatched/{entryId}"), Money.Start, "0101", entryId, DebtorEntryKind.Coverage, amountOre, new DateOnly(2026, 12, 2), null, null, null, "bankSlip", null, null, null,
        IsConflict: false);

    protected async Task<AccountView> ViewAsync(long feeId) => (await new AccountViews(Store).FindAsync(Money.Agency, feeId, CancellationToken.None))!;

    protected Task<WorklistPage> WorklistAsync(int limit = 100, string? after = null)
    {
        WorklistPlace.TryParse(after, out var place).ShouldBeTrue();
        return Worklist.ReadAsync("0101", limit, place, CancellationToken.None);
    }

    protected static string Text(OutgoingMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    protected sealed class RememberingPublisher : IPublisher
    {
        public List<OutgoingMessage> Published { get; } = [];

        /// <summary>How many publishes fail from now on.</summary>
        public int Failures { get; set; }

        /// <summary>A message that the broker will not have, ever.</summary>
        public Guid? Refused { get; set; }

        public Task PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
        {
            if (messages.Any(message => message.MessageId == Refused))
                throw new PermanentException("The broker will not have it.");
            if (Failures-- > 0)
                throw new TransientException("The broker is away.");
            lock (Published)
                Published.AddRange(messages);
            return Task.CompletedTask;
        }
    }

    private sealed class Policy(PaymentsFixture fixture) : IMunicipalities
    {
        public IReadOnlyCollection<Municipality> All => [Copenhagen];

        private Municipality Copenhagen => Money.Copenhagen with { PaymentsToFbs = fixture.ToFbs };

        public Municipality? Find(string code) => code == "0101" ? Copenhagen : null;
    }
}

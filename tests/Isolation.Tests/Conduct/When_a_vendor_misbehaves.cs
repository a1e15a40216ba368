using System.Text;
using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Messaging.RabbitMq.Native;
using ClaimsTransfer.Isolation.Tests.Broker;
using ClaimsTransfer.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shouldly;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedBroker;
using static ClaimsTransfer.Isolation.Tests.Broker.IsolatedSystem;

namespace ClaimsTransfer.Isolation.Tests.Conduct;

/// <summary>
/// ØS Indsigt's vendor, who has Frederiksberg, does everything wrong that the broker lets it do. København's claims, which are KMD Opus's, go through meanwhile; and what the console
/// names the vendor by is there.
/// </summary>
public sealed class When_a_vendor_misbehaves
{
    private const string Vendor = "vendor-oesindsigt";
    private const int Theirs = 40;
    private static readonly string TheirInstructions = Topology.TransferQueue(Frederiksberg);
    private static readonly DateTimeOffset At = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);

    private IsolatedSystem _system = null!;
    private IConnection _ours = null!;
    private IChannel _looking = null!;
    private NativeTransport _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _system = await IsolatedSystem.StartAsync();
        _ours = await ConnectAsync();
        _looking = await _ours.CreateChannelAsync();
        // Other tests' messages stand there: the broker is the whole assembly's.
        foreach (var queue in (string[])[TheirInstructions, "routing.oesindsigt", "routing.oesindsigt_error", "payments.oesindsigt"])
            await _looking.QueuePurgeAsync(queue);
        _console = NativeTransport.Open(UriOf(BrokerUsers.Console), "console", TimeProvider.System, NullLoggerFactory.Instance);
        await _console.DeclareAsync([.. new[] { "routing.oesindsigt", "payments.oesindsigt", "routing.kmdopus", TheirInstructions }.Select(queue => new QueueDefinition(queue, []))], CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _looking.QueuePurgeAsync(TheirInstructions);
        await _console.DisposeAsync();
        await _looking.DisposeAsync();
        await _ours.DisposeAsync();
        await _system.DisposeAsync();
    }

    [Test, Order(1)]
    public async Task What_it_acknowledges_without_having_been_asked_changes_nothing_and_is_counted()
    {
        await _system.SubmitAsync(Frederiksberg, 1);
        await _system.UntilAsync(Frederiksberg, 1, "Sending");
        var given = (Guid)(await _system.FindAsync("routing", $"/routing/claims/{AgencyOf(Frederiksberg)}/1"))!["open"]!["id"]!;
        await using var connection = await ConnectAsAsync(Vendor);
        await using var channel = await ConfirmingAsync(connection);

        for (var guess = 0; guess < 5; guess++)
            await SayAsync(channel, Report(1, Guid.NewGuid()));
        // A claim that nobody has submitted.
        await SayAsync(channel, Report(999, Guid.NewGuid()));

        await UntilAsync(async () => await NeverGivenAsync() == 6, () => "not all six are counted");
        (await _system.StatusAsync(Frederiksberg, 1)).ShouldBe("Sending");
        (await _looking.MessageCountAsync("routing.oesindsigt_error")).ShouldBe(0u, "they fail nothing");
        await SayAsync(channel, Report(1, given));
        await _system.UntilAsync(Frederiksberg, 1, "Transferred");
        (await NeverGivenAsync()).ShouldBe(6, "an answer to what was asked is none of them");
    }

    [Test, Order(2)]
    public async Task Its_flood_of_answers_and_entries_holds_up_nobody_elses_claims_and_money()
    {
        await using var connection = await ConnectAsAsync(Vendor);
        using var enough = new CancellationTokenSource();
        var flood = Task.Run(() => FloodAsync(connection, enough.Token));
        await UntilAsync(
            async () => await _looking.MessageCountAsync("routing.oesindsigt") > 4000 && await _looking.MessageCountAsync("payments.oesindsigt") > 2000, () => "the flood does not rise");

        await OthersGoThroughAsync(100);
        await _system.Entries.TakeInAsync(
            København, [new DebtorEntry.Coverage("K-100", new EntrySubject($"{AgencyOf(København)}-100", null, null), At, new DateOnly(2026, 11, 22), 7000, "mobilePay")], null, CancellationToken.None);
        var paid = await NextAsync(_looking, "fbs", message => message.Exchange == MessageNames.PaymentReconciled && Encoding.UTF8.GetString(message.Body.Span).Contains("\"feeId\":100,", StringComparison.Ordinal));
        ((long)paid!["balanceOre"]!).ShouldBe(0);

        var depths = (await _console.ListAsync(CancellationToken.None)).ToDictionary(queue => queue.Queue, queue => queue.Messages, StringComparer.Ordinal);
        // How much of it stands there is Payments' speed; that it goes on is the flood.
        flood.IsCompleted.ShouldBeFalse("the flood was over before the money went through");
        await enough.CancelAsync();
        await flood;
        depths["routing.oesindsigt"].ShouldBeGreaterThan(1000, "the flood was over before the claims went through");
        depths["routing.kmdopus"].ShouldBeLessThan(100);
        await _looking.QueuePurgeAsync("routing.oesindsigt");
        await _looking.QueuePurgeAsync("payments.oesindsigt");
        (await NeverGivenAsync()).ShouldBeGreaterThan(100);
    }

    [Test, Order(3)]
    public async Task Instructions_that_it_takes_and_never_acknowledges_are_its_own_alone_and_are_not_lost()
    {
        for (var feeId = 2; feeId < 2 + Theirs; feeId++)
            await _system.SubmitAsync(Frederiksberg, feeId);
        // Claim 1 was answered by hand; its instruction stands there too.
        var before = Theirs + 1;
        await using (var connection = await ConnectAsAsync(Vendor))
        {
            await using var channel = await connection.CreateChannelAsync();
            var taken = 0;
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, _) => Task.FromResult(Interlocked.Increment(ref taken));
            await channel.BasicConsumeAsync(TheirInstructions, autoAck: false, consumer);
            await UntilAsync(() => Task.FromResult(Volatile.Read(ref taken) == before), () => $"it has taken {taken} of {before}");

            await OthersGoThroughAsync(200);

            (await _looking.MessageCountAsync(TheirInstructions)).ShouldBe(0u, "it has them all in hand");
            await ShouldWaitInVainAsync();
        }

        await UntilAsync(async () => await _looking.MessageCountAsync(TheirInstructions) == before, () => "they do not come back to the queue");
    }

    [Test, Order(4)]
    public async Task Instructions_that_it_does_not_take_wait_for_it_alone()
    {
        await OthersGoThroughAsync(300);

        (await _console.ListAsync(CancellationToken.None)).Single(queue => queue.Queue == TheirInstructions).Messages.ShouldBe(Theirs + 1);
        await ShouldWaitInVainAsync();
    }

    /// <summary>What the console judges by: its instructions are without an answer, København's are not.</summary>
    private async Task ShouldWaitInVainAsync()
    {
        var books = (await _system.FindAsync("routing", "/routing/accounting?fresh=true"))!["municipalities"]!;
        ((long)books[Frederiksberg]!["inFlight"]!).ShouldBe(Theirs);
        books[Frederiksberg]!["unheardSince"].ShouldNotBeNull();
        ((long)books[København]!["inFlight"]!).ShouldBe(0);
        books[København]!["unheardSince"].ShouldBeNull();
    }

    /// <summary>From FBS's message to the acknowledgement.</summary>
    private async Task OthersGoThroughAsync(int from)
    {
        for (var feeId = from; feeId < from + 3; feeId++)
            await _system.SubmitAsync(København, feeId);
        for (var feeId = from; feeId < from + 3; feeId++)
            await _system.UntilAsync(København, feeId, "Transferred");
    }

    private async Task<long> NeverGivenAsync() => (await _system.RefusalsAsync("routing"))
        .Where(refusal => (refusal.Sender, refusal.Municipality, refusal.Message, refusal.Reason) == (Vendor, Frederiksberg, MessageNames.TransferReported, "neverGiven")).Sum(refusal => refusal.Count);

    /// <summary>Answers to what was never asked, and entries of a claim that it was never given, each another; until it is enough.</summary>
    private static async Task FloodAsync(IConnection connection, CancellationToken enough)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: CancellationToken.None);
        for (var i = 0; i < 1_000_000 && !enough.IsCancellationRequested; i++)
        {
            await SayAsync(channel, Report(1, Guid.NewGuid()));
            if (i % 2 == 0)
                await SayAsync(channel, Coverage(998, $"F-{i}"));
        }
    }

    private static ValueTask SayAsync(IChannel channel, IClaimMessage message)
    {
        var exchange = message is TransferReported ? MessageNames.TransferReported : MessageNames.CoverageRegistered;
        return channel.BasicPublishAsync(
            exchange, Frederiksberg, mandatory: true, new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, Type = exchange, UserId = Vendor },
            JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!));
    }

    private static TransferReported Report(int feeId, Guid instruction) => new(
        Guid.NewGuid(), At, ClaimOf(Frederiksberg, feeId), Frederiksberg, AgencyOf(Frederiksberg), feeId, 1, instruction, InstructionKind.Register, TransferOutcome.Accepted, $"REF-{feeId}", null, null,
        null, null);

    private static CoverageRegistered Coverage(int feeId, string entryId)
    {
        var claim = ClaimOf(Frederiksberg, feeId);
        return new CoverageRegistered(DeterministicId.Of(claim, $"entry/{entryId}"), At, claim, Frederiksberg, AgencyOf(Frederiksberg), feeId, 1, entryId, 1, null, new DateOnly(2026, 11, 22));
    }
}

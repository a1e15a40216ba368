using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_entries_carry_long_or_personal_texts(Engine engine)
{
    private static readonly DateOnly Day = new(2026, 11, 22);
    private EntryBench _bench = null!;

    [SetUp]
    public async Task StartAsync() => _bench = await EntryBench.StartAsync(engine);

    [TearDown]
    public async Task StopAsync()
    {
        if (_bench is not null)
            await _bench.DisposeAsync();
    }

    [Test]
    public async Task an_id_beyond_the_limit_is_replaced_by_one_that_stays_the_same()
    {
        var id = new string('x', 150);
        await _bench.TakeInAsync(_bench.Coverage(id), _bench.Coverage(new string('x', 151)));
        await _bench.TakeInAsync(_bench.Coverage(id), new DebtorEntry.Reversal("E-2", EntryBench.Claim(1), _bench.Time.GetUtcNow(), Day, 1, id));

        _bench.Broker.All.Count.ShouldBe(3);
        var first = JsonSerializer.Deserialize(_bench.Broker.All[0].Body.Span, MessageJson.Default.CoverageRegistered)!;
        first.EntryId.Length.ShouldBeLessThanOrEqualTo(100);
        first.MessageId.ShouldBe(DeterministicId.Of(EntryBench.IdOf(1), $"entry/{first.EntryId}"));
        _bench.Broker.Single(MessageNames.CoverageReversed, MessageJson.Default.CoverageReversed).ReversesEntryId.ShouldBe(first.EntryId);
    }

    [Test]
    public async Task an_entry_without_an_id_is_taken_by_nobody()
    {
        await Should.ThrowAsync<ArgumentException>(() => _bench.TakeInAsync(_bench.Coverage("E-1"), _bench.Coverage(" ")));

        (await _bench.CountAsync("entries")).ShouldBe(0);
    }

    [Test]
    public async Task no_CPR_number_is_stored_or_sent_and_texts_keep_their_limits()
    {
        var at = _bench.Time.GetUtcNow();
        await _bench.TakeInAsync(
            new DebtorEntry.WriteOff("E-1", new EntrySubject("kunde 0101701234", "010170-1234", "010170123401017"), at, Day, 100, $"Se sag 010170-1234 {new string('x', 600)}"),
            _bench.Coverage("E-2", subject: new EntrySubject(new string('r', 300), new string('d', 300), "0101701234"), channel: $"kasse 010170 1234 {new string('y', 100)}"));

        var messages = _bench.Broker.All.Select(message => JsonSerializer.Deserialize(message.Body.Span, MessageJson.Default.DebtorEntryUnmatched)!).ToList();
        messages[0].ShouldSatisfyAllConditions(
            writeOff => writeOff.Reference.ShouldBe("kunde ##########"), writeOff => writeOff.DebtorReference.ShouldBe("###########"),
            writeOff => writeOff.Reason!.ShouldStartWith("Se sag ########### xxx"), writeOff => writeOff.Reason!.Length.ShouldBe(500));
        messages[1].ShouldSatisfyAllConditions(
            coverage => coverage.Channel!.ShouldStartWith("kasse ########### yyy"), coverage => coverage.Channel!.Length.ShouldBe(50), coverage => coverage.Reference!.Length.ShouldBe(100),
            coverage => coverage.DebtorReference!.Length.ShouldBe(100), coverage => coverage.PaymentSlip.ShouldBeNull());
        // Fifteen digits are a slip's, whatever ten of them look like.
        (await _bench.StoredAsync()).Replace("010170123401017", "").ShouldNotMatch("010170[- ]?1234");
    }

    [Test]
    public async Task a_reference_of_our_own_form_is_left_readable()
    {
        // It has the shape of a CPR number in its middle, and names a claim elsewhere.
        const string reference = "DK-710100-434536";
        await _bench.NewHandler().TakeInAsync(EntryBench.Aarhus, [_bench.Coverage("E-1", subject: new EntrySubject(reference, "0101-0101701234"))], CancellationToken.None);

        _bench.Broker.Single(MessageNames.DebtorEntryUnmatched, MessageJson.Default.DebtorEntryUnmatched).ShouldSatisfyAllConditions(
            unmatched => unmatched.Reference.ShouldBe(reference), unmatched => unmatched.DebtorReference.ShouldBe("0101-0101701234"));
    }
}

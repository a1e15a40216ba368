using System.Diagnostics.Metrics;
using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_a_debtor_system_books_entries(Engine engine)
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
    public async Task coverage_is_registered_in_the_claims_own_journey()
    {
        await _bench.InstructedAsync(1, version: 1, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await _bench.InstructedAsync(1, version: 3, "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-01");
        await _bench.InstructedAsync(1, version: 2, "00-0af7651916cd43dd8448eb211c80319e-b7ad6b7169203333-01");
        var entry = _bench.Coverage("E-1", channel: "mobilePay");
        await _bench.TakeInAsync(entry);

        _bench.Broker.Single(MessageNames.CoverageRegistered, MessageJson.Default.CoverageRegistered).ShouldBe(new CoverageRegistered(
            DeterministicId.Of(EntryBench.IdOf(1), "entry/E-1"), entry.BookedAt, EntryBench.IdOf(1), EntryBench.København, "DK-710100", 1, 3, "E-1", 2_000, "mobilePay", Day));
        _bench.Broker.All[0].TraceParent.ShouldBe("00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-01");
    }

    [Test]
    public async Task each_kind_has_its_message()
    {
        var at = _bench.Time.GetUtcNow();
        await _bench.TakeInAsync(
            new DebtorEntry.Reversal("E-2", EntryBench.Claim(1), at, Day, 500, "E-1"),
            new DebtorEntry.WriteOff("E-3", EntryBench.Claim(2), at, Day, -300, "mistake"),
            new DebtorEntry.Account("E-5", EntryBench.Claim(4), at, Day, DebtorAccountStatus.InCollection));

        _bench.Broker.Single(MessageNames.CoverageReversed, MessageJson.Default.CoverageReversed).ShouldSatisfyAllConditions(
            reversed => reversed.AmountOre.ShouldBe(500), reversed => reversed.ReversesEntryId.ShouldBe("E-1"), reversed => reversed.ClaimId.ShouldBe(EntryBench.IdOf(1)),
            reversed => reversed.Version.ShouldBe(1));
        _bench.Broker.Single(MessageNames.WriteOffRegistered, MessageJson.Default.WriteOffRegistered).ShouldSatisfyAllConditions(
            writeOff => writeOff.AmountOre.ShouldBe(-300), writeOff => writeOff.Reason.ShouldBe("mistake"), writeOff => writeOff.Kind.ShouldBeNull());
        _bench.Broker.Single(MessageNames.DebtorAccountChanged, MessageJson.Default.DebtorAccountChanged).ShouldSatisfyAllConditions(
            changed => changed.Status.ShouldBe(DebtorAccountStatus.InCollection), changed => changed.OccurredAt.ShouldBe(at), changed => changed.EntryId.ShouldBe("E-5"));
    }

    [TestCase(-700, 700)]
    [TestCase(400, -400)]
    public async Task its_own_adjustment_tells_by_how_much_less_it_claims(long change, long less)
    {
        await _bench.TakeInAsync(new DebtorEntry.Adjustment("E-4", EntryBench.Claim(3), _bench.Time.GetUtcNow(), Day, change, null));

        _bench.Broker.Single(MessageNames.WriteOffRegistered, MessageJson.Default.WriteOffRegistered).ShouldSatisfyAllConditions(
            adjusted => adjusted.AmountOre.ShouldBe(less), adjusted => adjusted.Kind.ShouldBe(WriteOffKind.Adjustment), adjusted => adjusted.FeeId.ShouldBe(3));
    }

    [Test]
    public async Task reminder_fees_and_interest_are_kept_and_nobody_is_told()
    {
        var at = _bench.Time.GetUtcNow();
        await _bench.TakeInAsync(
            new DebtorEntry.Charge("E-1", EntryBench.Claim(1), at, Day, 10_000, AccountPart.ReminderFee),
            new DebtorEntry.Charge("E-2", EntryBench.Claim(1), at, Day, 10_000, AccountPart.Principal),
            _bench.Coverage("E-3", part: AccountPart.ReminderFee), _bench.Coverage("E-4", part: AccountPart.Interest),
            new DebtorEntry.Reversal("E-5", EntryBench.Claim(1), at, Day, 100, "E-4", AccountPart.Interest));
        await _bench.SweepAsync();

        _bench.Broker.All.ShouldBeEmpty();
        (await _bench.CountAsync("entries")).ShouldBe(5);
    }

    [TestCase("DK-710100-1 ", Description = "a field of fixed width")]
    [TestCase("dk-710100-1")]
    [TestCase("\n      DK-710100-1\n    ", Description = "XML that somebody indented")]
    [TestCase("DK-7101 00-1")]
    public async Task our_reference_is_read_as_others_write_it(string reference)
    {
        await _bench.TakeInAsync(_bench.Coverage("E-1", subject: new EntrySubject(reference, null, null)));

        _bench.Broker.Single(MessageNames.CoverageRegistered, MessageJson.Default.CoverageRegistered).ClaimId.ShouldBe(EntryBench.IdOf(1));
    }

    [TestCase("123456789012345", "123456789012345", null, Description = "whether its check digit is right is for Payments to judge")]
    [TestCase("23456789012347", null, "23456789012347")]
    [TestCase("kort 17", null, "kort 17")]
    [TestCase("0101701234", null, "##########")]
    [TestCase(" ", null, null)]
    public async Task what_stood_where_a_slip_should_stand_reaches_a_person(string written, string? slip, string? asWritten)
    {
        await _bench.TakeInAsync(_bench.Coverage("E-1", subject: new EntrySubject(null, null, written)));

        var unmatched = _bench.Broker.Single(MessageNames.DebtorEntryUnmatched, MessageJson.Default.DebtorEntryUnmatched);
        (unmatched.PaymentSlip, unmatched.PaymentSlipAsWritten).ShouldBe((slip, asWritten));
    }

    [TestCase("Gebyr")]
    [TestCase("DK-775100-1", Description = "a claim, but of another municipality")]
    [TestCase("DK-710100-0")]
    [TestCase("DK-710100-01", Description = "we never write a zero first")]
    [TestCase("DK-710100-+1")]
    [TestCase("DK-710100/1")]
    [TestCase("DK-710100")]
    [TestCase("DK-710100-")]
    [TestCase("DK-710100-99999999999999999999")]
    [TestCase(null)]
    public async Task what_does_not_name_a_claim_of_the_municipality_is_for_Payments_to_match(string? reference)
    {
        await _bench.TakeInAsync(_bench.Coverage("E-1", subject: new EntrySubject(reference, "D-77", "+71<123456789012347+81234567<"), channel: "bankSlip"));

        _bench.Broker.Names.ShouldBe([MessageNames.DebtorEntryUnmatched]);
        _bench.Broker.Single(MessageNames.DebtorEntryUnmatched, MessageJson.Default.DebtorEntryUnmatched).ShouldSatisfyAllConditions(
            unmatched => unmatched.Kind.ShouldBe(DebtorEntryKind.Coverage), unmatched => unmatched.AmountOre.ShouldBe(2_000), unmatched => unmatched.DebtorReference.ShouldBe("D-77"),
            unmatched => unmatched.PaymentSlip.ShouldBe("123456789012347"), unmatched => unmatched.Channel.ShouldBe("bankSlip"), unmatched => unmatched.IsConflict.ShouldBeFalse(),
            unmatched => unmatched.Municipality.ShouldBe(EntryBench.København));
    }

    [Test]
    public async Task the_same_entry_twice_is_one_in_one_batch_or_in_two()
    {
        var entry = _bench.Coverage("E-1");
        await _bench.TakeInAsync(entry, _bench.Coverage("E-2"), entry);
        // The same moment told in another offset is the same content.
        await _bench.TakeInAsync(_bench.Coverage("E-2"), entry with { BookedAt = entry.BookedAt.ToOffset(TimeSpan.FromHours(1)) });
        await _bench.SweepAsync();

        _bench.Broker.All.Count.ShouldBe(2);
        (await _bench.CountAsync("entries")).ShouldBe(2);
        (await _bench.CountAsync("entry_conflicts")).ShouldBe(0);
    }

    [Test]
    public async Task other_content_under_the_same_id_is_kept_aside_and_told_once()
    {
        await _bench.TakeInAsync(_bench.Coverage("E-1", ore: 2_000), _bench.Coverage("E-1", ore: 2_500), _bench.Coverage("E-1", ore: 2_500));
        await _bench.TakeInAsync(_bench.Coverage("E-1", ore: 2_500), _bench.Coverage("E-1", ore: 2_000), _bench.Coverage("E-1", fee: 9, ore: 2_000));
        await _bench.SweepAsync();

        _bench.Broker.Single(MessageNames.CoverageRegistered, MessageJson.Default.CoverageRegistered).AmountOre.ShouldBe(2_000);
        var conflicts = _bench.Broker.All.Where(message => message.Name == MessageNames.DebtorEntryUnmatched)
            .Select(message => JsonSerializer.Deserialize(message.Body.Span, MessageJson.Default.DebtorEntryUnmatched)!).ToList();
        conflicts.Select(conflict => (conflict.AmountOre, conflict.Reference, conflict.IsConflict)).ShouldBe([(2_500, "DK-710100-1", true), (2_000, "DK-710100-9", true)]);
        conflicts.Select(conflict => conflict.MessageId).Distinct().Count().ShouldBe(2);
        (await _bench.CountAsync("entries")).ShouldBe(1);
        (await _bench.CountAsync("entry_conflicts")).ShouldBe(2);
    }

    [Test]
    public async Task two_municipalities_may_use_the_same_id()
    {
        await _bench.TakeInAsync(_bench.Coverage("E-1", subject: new EntrySubject(null, "D-1")));
        await _bench.NewHandler().TakeInAsync(EntryBench.Aarhus, [_bench.Coverage("E-1", subject: new EntrySubject(null, "D-1"))], CancellationToken.None);

        _bench.Broker.All.Select(message => message.MessageId).Distinct().Count().ShouldBe(2);
        (await _bench.CountAsync("entries")).ShouldBe(2);
    }

    [TestCase(0)]
    [TestCase(-100)]
    public async Task money_that_is_none_goes_to_a_person_and_is_never_matched(long ore)
    {
        await _bench.TakeInAsync(_bench.Coverage("E-1", ore: ore), _bench.Coverage("E-2"));

        _bench.Broker.Names.ShouldBe([MessageNames.DebtorEntryUnmatched, MessageNames.CoverageRegistered]);
        _bench.Broker.Single(MessageNames.DebtorEntryUnmatched, MessageJson.Default.DebtorEntryUnmatched).IsConflict.ShouldBeTrue();
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(100)]
    [TestCase(10_001)]
    public async Task any_number_comes_in_at_once_and_again_with_some_new_and_some_other(int count)
    {
        var entries = Enumerable.Range(0, count).Select(i => _bench.Coverage($"E-{i}", fee: i + 1)).ToList();
        await _bench.TakeInAsync(entries);
        await _bench.TakeInAsync([.. entries.Select((entry, i) => i % 2 == 0 ? entry : entry with { AmountOre = 1 }), _bench.Coverage("new")]);

        _bench.Broker.Names.Count(name => name == MessageNames.CoverageRegistered).ShouldBe(count + 1);
        _bench.Broker.Names.Count(name => name == MessageNames.DebtorEntryUnmatched).ShouldBe(count / 2);
        (await _bench.CountAsync("entries")).ShouldBe(count + 1);
        (await _bench.CountAsync("entry_conflicts")).ShouldBe(count / 2);
        (await _bench.Log.DepthsAsync(_bench.Time.GetUtcNow(), CancellationToken.None)).ShouldBeEmpty();
    }

    [Test]
    public async Task each_is_counted_by_kind_and_by_what_became_of_it()
    {
        var counted = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "claims.connector.entries")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var told = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value?.ToString());
            counted.Add($"{told["municipality"]} {told["kind"]} {told["result"]} {count}");
        });
        listener.Start();
        var at = _bench.Time.GetUtcNow();
        await _bench.TakeInAsync(
            _bench.Coverage("E-1"), _bench.Coverage("E-2"), _bench.Coverage("E-1"), _bench.Coverage("E-1", ore: 1), _bench.Coverage("E-3", subject: new EntrySubject(null, "D-1")),
            new DebtorEntry.WriteOff("E-4", EntryBench.Claim(1), at, Day, 1, null), new DebtorEntry.Charge("E-5", EntryBench.Claim(1), at, Day, 1, AccountPart.Interest));

        counted.ShouldBe(
            ["0101 coverage new 2", "0101 coverage repeat 1", "0101 coverage conflict 1", "0101 coverage unmatched 1", "0101 writeOff new 1", "0101 charge new 1"], ignoreOrder: true);
    }
}

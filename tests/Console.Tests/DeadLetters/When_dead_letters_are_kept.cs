using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.DeadLetters;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_dead_letters_are_kept(Engine engine)
{
    private const string CprInTheClear = "0101145678";
    private Workbench? _begun;

    private Workbench Bench
    {
        get => _begun!;
        set => _begun = value;
    }

    [SetUp]
    public async Task Begin() => Bench = await Workbench.NewAsync(engine);

    [TearDown]
    public async Task End()
    {
        // None where SQL Server is not there.
        if (_begun is not null)
            await _begun.DisposeAsync();
    }

    [Test]
    public async Task all_that_is_known_of_a_message_is_kept_and_what_is_personal_is_sealed()
    {
        var failedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);
        var delivery = Workbench.Message.OfIngest(434536, failedAt) with
        {
            Attempts = 3, Headers = new Dictionary<string, string> { ["x-vendor"] = "about 010114-5678" },
        };

        var id = await Bench.KeepAsync(delivery, "ingest_error");

        var found = (await Bench.Parts.Letters.FindAsync(id, Workbench.Anna, default))!;
        var letter = found.Letter;
        letter.ShouldSatisfyAllConditions(
            () => letter.MessageId.ShouldBe(Workbench.Message.MessageId(434536).ToString()),
            () => letter.ClaimId.ShouldBe(Workbench.Message.ClaimId(434536)),
            () => letter.Municipality.ShouldBe("0101"),
            () => letter.Vendor.ShouldBe("KmdOpus"),
            () => letter.Name.ShouldBe("submit-claim"),
            () => letter.Queue.ShouldBe("ingest"),
            () => letter.AmountOre.ShouldBe(7000),
            () => letter.Cause.Key.ShouldBe("unreadable"),
            () => letter.FirstFailedAt.ShouldBe(failedAt),
            () => letter.LastFailedAt.ShouldBe(failedAt),
            () => letter.Attempts.ShouldBe(1),
            () => letter.Status.ShouldBe(LetterStatus.Open));
        found.Failures.ShouldHaveSingleItem().Deliveries.ShouldBe(3);
        found.Headers!["x-vendor"].ShouldBe("about 010114-5678");
        var kept = (await Bench.Parts.Letters.BodiesAsync([id], default))[id];
        Bench.Sealer.Open(Encoding.UTF8.GetBytes(kept)).ToArray().ShouldBe(delivery.Body.ToArray());
        (await EverythingAsync()).ShouldNotContain(text => text.Contains(CprInTheClear) || text.Contains("010114-5678") || text.Contains("Alma"));
    }

    [TestCase("010114-5678", Description = "not a UUID")]
    [TestCase("0101145678", Description = "ten digits")]
    public async Task an_id_that_may_be_a_cpr_number_is_not_kept_and_its_messages_are_two_all_the_same(string id)
    {
        var now = Bench.Clock.GetUtcNow();
        var one = await Bench.KeepAsync(Workbench.Message.OfIngest(1, now) with { MessageId = id, Body = """{"a":1}"""u8.ToArray() }, "ingest_error");
        var two = await Bench.KeepAsync(Workbench.Message.OfIngest(2, now) with { MessageId = id, Body = """{"a":2}"""u8.ToArray() }, "ingest_error");

        two.ShouldNotBe(one);
        (await Bench.LetterAsync(one)).MessageId.ShouldBeNull();
        (await EverythingAsync()).ShouldNotContain(text => text.Contains(id));
    }

    [Test]
    public async Task a_uuid_that_has_the_shape_of_a_cpr_number_is_kept_as_it_is()
    {
        const string id = "0a010114-5678-5abc-8def-012345678901";

        var letter = await Bench.KeepAsync(Workbench.Message.OfRouting(1, "0101", "No.", Bench.Clock.GetUtcNow()) with { MessageId = id });

        (await Bench.LetterAsync(letter)).MessageId.ShouldBe(id);
    }

    [Test]
    public async Task the_same_failure_collected_again_changes_nothing()
    {
        var delivery = Workbench.Message.OfRouting(1, "0101", "No.", Bench.Clock.GetUtcNow());
        var id = await Bench.KeepAsync(delivery);
        await Bench.KeepAsync(delivery);
        await Bench.Parts.LetterStore.KeepAsync([Bench.Reader.Read("routing_error", delivery), Bench.Reader.Read("routing_error", delivery)], default);

        (await Bench.LetterAsync(id)).Attempts.ShouldBe(1);
        (await Bench.Parts.Letters.CountAsync(new LetterFilter(), default)).Count.ShouldBe(1);
    }

    [Test]
    public async Task a_second_failure_raises_the_attempts_tells_the_newest_cause_and_opens_what_was_put_aside()
    {
        var first = Bench.Clock.GetUtcNow();
        var id = await Bench.KeepAsync(Workbench.Message.OfRouting(1, "0101", "The first.", first));
        await Bench.Parts.Archives.ArchiveAsync(Workbench.Anna, new LetterFilter(), "enough", default);
        (await Bench.LetterAsync(id)).Status.ShouldBe(LetterStatus.Archived);

        await Bench.KeepAsync(Workbench.Message.OfRouting(1, "0101", "The second.", first.AddMinutes(1)));
        await Bench.KeepAsync(Workbench.Message.OfRouting(1, "0101", "Long ago.", first.AddMinutes(-1)));

        var letter = await Bench.LetterAsync(id);
        letter.Status.ShouldBe(LetterStatus.Open);
        letter.Attempts.ShouldBe(3);
        letter.CauseText.ShouldContain("The second.");
        letter.FirstFailedAt.ShouldBe(first.AddMinutes(-1), TimeSpan.FromMilliseconds(1));
        letter.LastFailedAt.ShouldBe(first.AddMinutes(1), TimeSpan.FromMilliseconds(1));
    }

    [Test]
    public async Task two_failures_in_one_batch_are_one_letter_with_two_attempts()
    {
        var now = Bench.Clock.GetUtcNow();
        await Bench.Parts.LetterStore.KeepAsync(
            [Bench.Reader.Read("routing_error", Workbench.Message.OfRouting(1, "0101", "One.", now)), Bench.Reader.Read("routing_error", Workbench.Message.OfRouting(1, "0101", "Two.", now.AddSeconds(1)))],
            default);

        (await Bench.Parts.Letters.ListAsync(new LetterFilter(), 10, null, default)).Letters.ShouldHaveSingleItem().Attempts.ShouldBe(2);
    }

    [TestCase("not json")]
    [TestCase("""["a"]""")]
    [TestCase("""{"agency":"\ud800","feeId":1}""", Description = "half a surrogate pair")]
    [TestCase("""{"messageId":"\udc00"}""")]
    [TestCase("""{"version":99999999999,"feeId":1e400}""")]
    [TestCase("")]
    public async Task a_body_that_cannot_be_read_is_kept_and_so_are_its_neighbours(string body)
    {
        var now = Bench.Clock.GetUtcNow();
        var broken = new Delivery("submit-claim", null, Encoding.UTF8.GetBytes(body)) { Fault = new FaultNote("X", "Y", now, "ingest") };

        await Bench.Parts.LetterStore.KeepAsync([Bench.Reader.Read("ingest_error", broken), Bench.Reader.Read("ingest_error", Workbench.Message.OfIngest(1, now))], default);

        var letters = (await Bench.Parts.Letters.ListAsync(new LetterFilter(), 10, null, default)).Letters;
        letters.Count.ShouldBe(2);
        foreach (var letter in letters)
            (await Bench.Parts.Corrections.MaskedBodyAsync(letter.LetterId, Workbench.Anna, default)).ShouldNotBeNull();
    }

    [Test]
    public async Task bytes_that_are_no_text_are_kept_as_they_are()
    {
        byte[] body = [0x7b, 0x22, 0x61, 0x67, 0x65, 0x6e, 0x63, 0x79, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d];
        var id = await Bench.KeepAsync(new Delivery("submit-claim", "m\0d", body) { Fault = new FaultNote("X\0", "Y\0", default, "ingest") }, "ingest_error");

        Bench.Sealer.Open(Encoding.UTF8.GetBytes((await Bench.Parts.Letters.BodiesAsync([id], default))[id])).ToArray().ShouldBe(body);
    }

    [Test]
    public async Task what_nobody_listens_to_is_a_letter_of_its_own_cause_and_is_not_lost_when_it_comes_again_after_a_replay()
    {
        var unrouted = new Delivery("nobody-listens", Workbench.Message.MessageId(1).ToString(), """{"a":1}"""u8.ToArray());
        var id = await Bench.KeepAsync(unrouted, Topology.Unrouted);
        await Bench.KeepAsync(unrouted, Topology.Unrouted);
        var unexplained = await Bench.KeepAsync(unrouted with { Name = "x" }, "foreign_error");
        var letter = await Bench.LetterAsync(id);
        letter.Attempts.ShouldBe(1);
        letter.Cause.Key.ShouldBe("unrouted");
        (await Bench.LetterAsync(unexplained)).Fingerprint.ShouldNotBe(letter.Fingerprint);

        // Sent again, taken for delivered because nothing was heard of it, and back after that.
        var replay = await Bench.StartedAsync(new LetterFilter { LetterIds = [id] });
        await Bench.RoundsAsync(30);
        (await Bench.ReplayAsync(replay)).Outcomes.Keys.ShouldBe([Outcomes.Delivered]);
        await Bench.KeepAsync(unrouted, Topology.Unrouted);

        (await Bench.LetterAsync(id)).Status.ShouldBe(LetterStatus.Open);
    }

    [Test]
    public async Task groups_tell_counts_amounts_times_and_parts()
    {
        var now = Bench.Clock.GetUtcNow();
        await Bench.KeepAsync(3);
        await Bench.KeepAsync(2, 10, "0157");
        await Bench.KeepAsync(1, 20, "0101", "Quite another.");
        await Bench.KeepAsync(Workbench.Message.OfRouting(30, "0101", "The store refused it.", now.AddHours(-2)));

        var groups = await Bench.Parts.Letters.GroupsAsync(new LetterFilter(), default);

        groups.Count.ShouldBe(7);
        groups.Ore.ShouldBe(7000);
        var largest = groups.Groups[0];
        largest.Count.ShouldBe(6);
        largest.LastHour.ShouldBe(5);
        largest.LastDay.ShouldBe(6);
        largest.Parts.Select(part => (part.Municipality, part.Vendor, part.Count)).ShouldBe([("0101", "KmdOpus", 4L), ("0157", "Prisme", 2L)]);
        largest.FirstAt.ShouldBe(now.AddHours(-2), TimeSpan.FromMilliseconds(1));
    }

    [Test]
    public async Task a_group_quotes_no_value_of_any_letter()
    {
        await Bench.KeepAsync(1, 1, "0157", "No debtor 'Gentofte secret'.");
        Bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await Bench.KeepAsync(1, 2, "0101", "No debtor 'København'.");
        Bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await Bench.KeepAsync(1, 3, "0157", "No debtor 'Gentofte secret'.");

        var group = (await Bench.Parts.Letters.GroupsAsync(new LetterFilter().For(Workbench.Copenhagen), default)).Groups.ShouldHaveSingleItem();

        group.Count.ShouldBe(1);
        group.CauseText.ShouldEndWith("No debtor ….");
        group.CauseText.ShouldNotContain("secret");
    }

    [Test]
    public async Task a_list_goes_through_all_page_by_page_the_newest_first()
    {
        for (var fee = 1; fee <= 7; fee += 2)
        {
            await Bench.KeepAsync(2, fee);
            Bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var seen = new List<Letter>();
        string? after = null;
        do
        {
            var page = await Bench.Parts.Letters.ListAsync(new LetterFilter(), 3, after, default);
            seen.AddRange(page.Letters);
            after = page.Next;
        }
        while (after is not null);

        seen.Select(letter => letter.FeeId).Distinct().Count().ShouldBe(8);
        seen.Count.ShouldBe(8);
        seen.Select(letter => letter.LastFailedAt).ShouldBeInOrder(SortDirection.Descending);
    }

    [Test]
    public async Task every_part_of_a_filter_chooses()
    {
        await Bench.KeepAsync(2);
        await Bench.KeepAsync(1, 10, "0157", "A 100 % [odd]_text!");
        var odd = (await Bench.Parts.Letters.ListAsync(new LetterFilter { FeeId = 10 }, 10, null, default)).Letters.ShouldHaveSingleItem();
        var at = odd.LastFailedAt;

        foreach (var filter in new LetterFilter[]
        {
            new() { Text = "100 % [ODD]_text!" }, new() { Municipality = ["0157"] }, new() { Vendor = "Prisme" }, new() { Fingerprint = odd.Fingerprint }, new() { ClaimId = odd.ClaimId },
            new() { MessageId = odd.MessageId }, new() { LetterIds = [odd.LetterId] }, new() { Agency = odd.Agency, FeeId = 10 }, new() { Queue = "routing", Municipality = ["0157", "0751"] },
            new() { Cause = odd.Cause.Key, Vendor = "Prisme", From = at, To = at.AddMilliseconds(1) },
        })
        {
            (await Bench.Parts.Letters.ListAsync(filter, 10, null, default)).Letters.ShouldHaveSingleItem().LetterId.ShouldBe(odd.LetterId);
            (await Bench.Parts.Letters.CountAsync(filter, default)).ShouldBe((1, 1000));
        }

        foreach (var filter in new LetterFilter[] { new() { Text = "1000" }, new() { To = at.AddDays(-1) }, new() { Cause = "sealing" }, new() { Name = "x" }, new() { Status = [LetterStatus.Archived] }, new() { LetterIds = [] } })
            (await Bench.Parts.Letters.CountAsync(filter, default)).Count.ShouldBe(0);
    }

    [Test]
    public async Task two_consoles_that_collect_the_same_keep_it_once()
    {
        var now = Bench.Clock.GetUtcNow();
        var read = Enumerable.Range(1, 300).Select(fee => Bench.Reader.Read("routing_error", Workbench.Message.OfRouting(fee, "0101", "No.", now))).ToList();
        var stores = Enumerable.Range(0, 4).Select(_ => Bench.Again().LetterStore).ToList();

        await Task.WhenAll(stores.Select(store => Task.Run(() => store.KeepAsync(read, default))));

        (await Bench.Parts.Letters.CountAsync(new LetterFilter(), default)).Count.ShouldBe(300);
        (await Bench.Parts.Letters.ListAsync(new LetterFilter(), 500, null, default)).Letters.ShouldAllBe(letter => letter.Attempts == 1);
    }

    /// <summary>Every text of the console's own tables.</summary>
    private async Task<IReadOnlyList<string>> EverythingAsync()
    {
        await using var connection = await Bench.Parts.Store.OpenAsync(default);
        var texts = new List<string>();
        foreach (var table in (string[])["letters", "failures", "bodies"])
        {
            foreach (IDictionary<string, object> row in await connection.QueryAsync(Bench.Parts.Store.Sql($"SELECT * FROM console.{table}")))
                texts.AddRange(row.Values.Select(value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? ""));
        }

        return texts;
    }
}

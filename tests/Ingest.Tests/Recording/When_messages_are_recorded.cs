using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Ingest.Asking;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Dapper;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Recording;

[TestFixture("sqlite")]
[TestFixture("postgres")]
[TestFixture("sqlserver")]
public sealed class When_messages_are_recorded(string engine)
{
    private World _world = null!;

    [SetUp]
    public async Task OpenAsync() => _world = await World.OpenAsync(await AddressAsync(engine));

    [TearDown]
    public async Task CloseAsync()
    {
        if (_world is not null)
            await _world.DisposeAsync();
    }

    [Test]
    public async Task A_claim_is_sealed_and_published()
    {
        (await _world.FromBrokerAsync(Fbs.Submit().Incoming())).ShouldHaveSingleItem().Outcome.ShouldBe(Outcome.Accepted);

        var published = _world.Broker.Published.ShouldHaveSingleItem();
        published.Name.ShouldBe(MessageNames.ClaimCreated);
        var created = JsonSerializer.Deserialize(published.Body.Span, MessageJson.Default.ClaimCreated)!;
        (created.ClaimId, created.Municipality, created.AmountOre, created.Type).ShouldBe((DeterministicId.OfClaim("DK-710100", 434536), "0101", 7000, ClaimType.Fee));
        (created.Borrower.Age, created.Borrower.Kind).ShouldBe((125, IdentityKind.Person));
        created.Guardian.ShouldNotBeNull().Identity.Ref.ShouldNotBe(created.Borrower.Identity.Ref);
        System.Text.Encoding.UTF8.GetString(published.Body.Span).ShouldNotContain(Fbs.Cpr);
    }

    [Test]
    public async Task The_same_message_again_has_the_same_answer_and_makes_no_second_claim()
    {
        await _world.FromBrokerAsync(Fbs.Submit().Incoming());
        var first = _world.Broker.Take();
        var answers = await _world.FromBrokerAsync(Fbs.Submit().Incoming(), Fbs.Submit().Incoming(), Fbs.Submit(messageId: Fbs.Id("another")).Incoming());

        answers.ShouldAllBe(answer => answer.Outcome == Outcome.Duplicate);
        var again = _world.Broker.Take().ShouldHaveSingleItem();
        (again.MessageId, again.Name).ShouldBe((first[0].MessageId, first[0].Name));
        again.Body.ToArray().ShouldBe(first[0].Body.ToArray());
        // The one with another id came for the first time: now it is known as well.
        (await _world.FromBrokerAsync(Fbs.Submit(messageId: Fbs.Id("another")).Incoming())).ShouldHaveSingleItem().Outcome.ShouldBe(Outcome.Duplicate);
        _world.Broker.Take().ShouldHaveSingleItem().MessageId.ShouldBe(first[0].MessageId);
        await BooksShouldBeAsync(lines: 5, accepted: 1, duplicates: 4, acceptedOre: 7000);
    }

    [Test]
    public async Task Repeats_within_one_batch_are_counted()
    {
        var answers = await _world.FromBrokerAsync(Fbs.Submit().Incoming(), Fbs.Submit().Incoming(), Fbs.Submit(messageId: Fbs.Id("another")).Incoming());
        answers.Select(answer => answer.Outcome).ShouldBe([Outcome.Accepted, Outcome.Duplicate, Outcome.Duplicate]);
        _world.Broker.Published.ShouldHaveSingleItem();
        await BooksShouldBeAsync(lines: 3, accepted: 1, duplicates: 2, acceptedOre: 7000);
    }

    [Test]
    public async Task Other_content_under_the_same_version_or_message_id_is_a_conflict()
    {
        await _world.FromBrokerAsync(Fbs.Submit().Incoming());
        _world.Broker.Take();
        Incoming[] conflicts =
        [
            Fbs.Submit(change: message => message["amountOre"] = 8000, messageId: Fbs.Id("another")).Incoming(),
            Fbs.Submit(feeId: 99, messageId: Fbs.Id("submit/434536")).Incoming(),
        ];

        for (var time = 1; time <= 2; time++)
        {
            var answers = await _world.FromBrokerAsync(conflicts);
            answers.ShouldAllBe(answer => answer.Outcome == Outcome.Refused);
            answers[0].Faults![0].Field.ShouldBe("version");
            answers[1].Faults![0].Field.ShouldBe("messageId");
            answers.ShouldAllBe(answer => answer.Faults![0].Reason.StartsWith("conflict"));
        }
        var refused = _world.Broker.Take().Where(message => message.Name == MessageNames.ClaimRefused).ToList();
        refused.Count.ShouldBe(4);
        refused.Select(message => message.MessageId).Distinct().Count().ShouldBe(2, "a refusal is answered again under its own id");
        await BooksShouldBeAsync(lines: 5, accepted: 1, refused: 4, acceptedOre: 7000);
    }

    [Test]
    public async Task A_refused_message_is_answered_kept_and_stops_nothing()
    {
        var answers = await _world.FromBrokerAsync(
            new Incoming("not json"u8.ToArray(), MessageNames.AdjustClaim), Fbs.Submit(1).Incoming(), Fbs.Submit(2, message => message["amountOre"] = 1.5).Incoming());
        answers.Select(answer => answer.Outcome).ShouldBe([Outcome.Refused, Outcome.Accepted, Outcome.Refused]);

        var refused = _world.Broker.Published.Where(message => message.Name == MessageNames.ClaimRefused)
            .Select(message => JsonSerializer.Deserialize(message.Body.Span, MessageJson.Default.ClaimRefused)!).ToList();
        refused.Single(message => message.Kind == MessageNames.AdjustClaim).ClaimId.ShouldBeNull();
        refused.Single(message => message.Kind == MessageNames.SubmitClaim).FeeId.ShouldBe(2);

        var history = new MessageHistory(_world.Store);
        var first = await history.RefusedAsync(new RefusedFilter(), 1, null, default);
        var second = await history.RefusedAsync(new RefusedFilter(), 1, first.Next, default);
        var kept = first.Messages.Concat(second.Messages).ToList();
        kept.Count.ShouldBe(2);
        kept.ShouldAllBe(message => message.Faults!.Count > 0 && message.Kept != null);
        kept.Single(message => message.Municipality is not null).Kept!.ShouldContain("DK-710100");
        (await history.RefusedAsync(new RefusedFilter(), 1, second.Next, default)).Messages.ShouldBeEmpty();
        (await history.OfClaimAsync("DK-710100", 2, default)).ShouldHaveSingleItem().Outcome.ShouldBe(Outcome.Refused);

        var books = await _world.Accounting.ReadAsync(isLive: false, default);
        (books.Lines, books.Unattributed.Refused, books.Municipalities["0101"].Refused, books.Municipalities["0101"].Accepted).ShouldBe((3, 1, 1, 1));
    }

    [Test]
    public async Task The_amount_is_that_of_the_unbroken_versions_and_the_rest_waits()
    {
        await _world.FromBrokerAsync(
            // 1: submitted, adjusted, adjusted: the last counts.
            Fbs.Submit(1).Incoming(), Fbs.Adjust(1, 3, 3000).Incoming(), Fbs.Adjust(1, 2, 5000).Incoming(),
            // 2: version 3 without 2 waits.
            Fbs.Submit(2).Incoming(), Fbs.Adjust(2, 3, 1).Incoming(),
            // 3: cancelled, then adjusted: the amount it had.
            Fbs.Submit(3).Incoming(), Fbs.Adjust(3, 2, 4000).Incoming(), Fbs.Cancel(3, 3).Incoming(), Fbs.Adjust(3, 4, 1).Incoming(),
            // 4: a change whose claim has not come.
            Fbs.Cancel(4, 2).Incoming(),
            // 5: another liable party changes no amount.
            Fbs.Submit(5).Incoming(), Fbs.ChangeLiableParty(5, 2).Incoming());

        await BooksShouldBeAsync(lines: 12, accepted: 4, changes: 6, waiting: 2, acceptedOre: 3000 + 7000 + 4000 + 7000);
        await _world.FromBrokerAsync(Fbs.Adjust(2, 2, 9000).Incoming(), Fbs.Submit(4).Incoming());
        await BooksShouldBeAsync(lines: 14, accepted: 5, changes: 9, waiting: 0, acceptedOre: 3000 + 1 + 4000 + 7000 + 7000);

        var live = (await _world.Accounting.ReadAsync(isLive: true, default)).Municipalities["0101"];
        (live.Accepted, live.Changes, live.Refused, live.Lines).ShouldBe((5, 9, 0, 14));
    }

    [Test]
    public async Task A_crash_between_recording_and_publishing_is_made_good_by_the_redelivery()
    {
        _world.Broker.IsDown = true;
        await Should.ThrowAsync<TransientException>(_world.FromBrokerAsync(Fbs.Submit(1).Incoming(), Fbs.Submit(2, message => message["currency"] = "SEK").Incoming()));
        _world.Broker.IsDown = false;
        await _world.FromBrokerAsync(Fbs.Submit(1).Incoming(), Fbs.Submit(2, message => message["currency"] = "SEK").Incoming());
        _world.Broker.Take().Select(message => message.Name).Order().ShouldBe([MessageNames.ClaimCreated, MessageNames.ClaimRefused]);
    }

    [Test]
    public async Task What_came_by_http_while_the_broker_was_down_is_relayed_once()
    {
        _world.Broker.IsDown = true;
        (await _world.FromHttpAsync(Fbs.Submit(1).Incoming(), Fbs.Submit(2).Incoming())).ShouldAllBe(answer => answer.Outcome == Outcome.Accepted);
        _world.Broker.IsDown = false;
        await _world.FromHttpAsync(Fbs.Submit(3).Incoming());
        _world.Broker.Take().ShouldHaveSingleItem();

        (await _world.Relay.SweepAsync(default)).ShouldBe(0, "it is not due yet");
        _world.Clock.Advance(_world.Options.RelayAfter + TimeSpan.FromSeconds(1));
        _world.Broker.IsDown = true;
        await Should.ThrowAsync<TransientException>(_world.Relay.SweepAsync(default));
        _world.Broker.IsDown = false;
        (await _world.Relay.SweepAsync(default)).ShouldBe(0, "another sweep has it");
        _world.Clock.Advance(_world.Options.RelayAfter + TimeSpan.FromSeconds(1));
        (await _world.Relay.SweepAsync(default)).ShouldBe(2);
        (await _world.Relay.SweepAsync(default)).ShouldBe(0);
        _world.Broker.Take().Count.ShouldBe(2);
    }

    [Test]
    public async Task Two_instances_never_both_take_a_version()
    {
        await using var other = await World.OpenAsync(OtherAddress(), Folder());
        for (var round = 0; round < 10; round++)
        {
            var first = round * 20;
            var answers = await Task.WhenAll(
                _world.Handler.HandleAsync(Batch(first, "a", 100), new Intake("queue/1", true), default),
                other.Handler.HandleAsync(Batch(first, "b", 200), new Intake("queue/2", true), default));
            for (var i = 0; i < 20; i++)
                new[] { answers[0][i].Outcome, answers[1][i].Outcome }.Order().ShouldBe([Outcome.Accepted, Outcome.Refused]);
        }
        await BooksShouldBeAsync(lines: 400, accepted: 200, refused: 200, acceptedOre: null);

        static Incoming[] Batch(int first, string sender, long amount) =>
            [.. Enumerable.Range(first + 1, 20).Select(fee => Fbs.Submit(fee, message => message["amountOre"] = amount, Fbs.Id($"{sender}/{fee}")).Incoming())];
    }

    [Test]
    public async Task An_import_counts_each_line_once_however_often_it_is_sent()
    {
        var lines = Enumerable.Range(1, 10).Select(line => (line % 3 == 0 ? Fbs.Submit(1) : Fbs.Submit(line)).Incoming(line)).ToArray();
        await Import(lines[..4], 0, 4);
        (await Import(lines[..6], 0, 6)).Select(answer => answer.Outcome).Take(5).ShouldBe([Outcome.Skipped, Outcome.Skipped, Outcome.Skipped, Outcome.Skipped, Outcome.Accepted]);
        (await Import(lines[..6], 0, 6)).ShouldAllBe(answer => answer.Outcome == Outcome.Skipped);
        await Task.WhenAll(Import(lines[6..], 6, 12), Import(lines[6..], 6, 12));
        (await _world.Messages.PositionAsync("import/file", default)).ShouldBe(12, "two blank lines at the end count for the position");
        await BooksShouldBeAsync(lines: 10, accepted: 7, duplicates: 3, acceptedOre: null);

        Task<IReadOnlyList<Answer>> Import(Incoming[] batch, long from, long to) => _world.Handler.HandleAsync(batch, new Intake("import/file", false, from, to), default);
    }

    [Test]
    public async Task No_number_and_no_name_is_on_record()
    {
        await _world.FromHttpAsync(
            Fbs.Submit(1).Incoming(), Fbs.Submit(2, message => message["amountOre"] = 0).Incoming(), Fbs.ChangeLiableParty(1).Incoming(),
            Fbs.Submit(3, message => message["reason"] = $"Lånt af {Fbs.Cpr}").Incoming(), Fbs.Submit(4, message => message["borrower"] = Fbs.Cpr).Incoming(),
            new Incoming(System.Text.Encoding.UTF8.GetBytes(Fbs.Submit(5).ToJsonString()[..^5])));
        await using var connection = await _world.Store.OpenAsync(default);
        var answers = await connection.QueryAsync<string>(_world.Store.Sql("SELECT body FROM ingest.answers UNION ALL SELECT COALESCE(kept, '') FROM ingest.answers"));
        var all = string.Join('\n', answers.Select(System.Text.RegularExpressions.Regex.Unescape));
        all.ShouldContain("Gebyr");
        foreach (var personal in new[] { Fbs.Cpr, Fbs.GuardianCpr, "Ødegård", "degård", "Gunnar" })
            all.ShouldNotContain(personal, Case.Sensitive);
        if (engine == "sqlite")
        {
            foreach (var file in Directory.EnumerateFiles(_world.Folder, "ingest.db*"))
            {
                var bytes = new MemoryStream();
                await using (var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
                    await open.CopyToAsync(bytes);
                var text = System.Text.Encoding.UTF8.GetString(bytes.ToArray());
                text.ShouldNotContain(Fbs.Cpr, Case.Sensitive);
                text.ShouldNotContain("Gunnar", Case.Sensitive);
            }
        }
    }

    private string _address = "";

    private async Task<string> AddressAsync(string name) => _address = name switch
    {
        "postgres" => await PostgresForTests.NewDatabaseAsync(),
        "sqlserver" => await SqlServerForTests.NewDatabaseAsync(),
        _ => "embedded",
    };

    private string OtherAddress() => _address;

    private TemporaryFolder Folder() => _world.SharedFolder;

    private async Task BooksShouldBeAsync(long lines, long accepted, long changes = 0, long duplicates = 0, long refused = 0, long waiting = 0, long? acceptedOre = 0)
    {
        var books = await _world.Accounting.ReadAsync(isLive: false, default);
        var figures = books.Municipalities["0101"];
        (books.Lines, figures.Lines, figures.Accepted, figures.Changes, figures.Duplicates, figures.Refused, figures.Waiting)
            .ShouldBe((lines, lines, accepted, changes, duplicates, refused, waiting));
        if (acceptedOre is not null)
            figures.AcceptedOre.ShouldBe(acceptedOre.Value);
    }
}

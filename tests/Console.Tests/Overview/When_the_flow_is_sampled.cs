using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Overview;

[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_the_flow_is_sampled(Engine engine)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 30, TimeSpan.Zero);
    private StoreForTests? _stores;
    private FlowStore _flow = null!;

    [SetUp]
    public async Task Start()
    {
        _stores = await StoreForTests.NewAsync(engine);
        _flow = new FlowStore(_stores.Stores);
        await _flow.MigrateAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task Stop() => await (_stores?.DisposeAsync() ?? ValueTask.CompletedTask);

    [Test]
    public async Task an_hour_has_what_came_since_the_hour_before()
    {
        await SampleAsync(Noon.AddHours(-2), accepted: 100, transferred: 80, rejected: 2, dead: 1);
        await SampleAsync(Noon.AddHours(-1), accepted: 130, transferred: 105, rejected: 2, dead: 4);
        await SampleAsync(Noon, accepted: 131, transferred: 106, rejected: 5, dead: 4);

        var hours = await HoursAsync();
        hours.Count.ShouldBe(24);
        (hours[^2].Accepted, hours[^2].Transferred, hours[^2].Rejected, hours[^2].DeadLettered).ShouldBe((30, 25, 0, 3));
        (hours[^1].Accepted, hours[^1].Transferred, hours[^1].Rejected, hours[^1].DeadLettered).ShouldBe((1, 1, 3, 0));
        hours[^1].From.ShouldBe(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        hours.Select(hour => hour.IsSampled).Count(sampled => sampled).ShouldBe(3);
    }

    [Test]
    public async Task what_was_there_before_the_first_look_is_not_of_its_hour()
    {
        await SampleAsync(Noon, accepted: 5000, transferred: 4000, rejected: 10, dead: 3);
        await SampleAsync(Noon.AddMinutes(1), accepted: 5007, transferred: 4000, rejected: 10, dead: 3);

        var hour = (await HoursAsync())[^1];
        (hour.Accepted, hour.Transferred, hour.Rejected, hour.DeadLettered).ShouldBe((7, 0, 0, 0));
    }

    [Test]
    public async Task several_consoles_do_not_double_a_minute()
    {
        await SampleAsync(Noon.AddHours(-1), accepted: 10, transferred: 0, rejected: 0, dead: 0);
        await using var another = _stores!.Again();
        var second = new FlowStore(another);
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => (n % 2 == 0 ? _flow : second).AddAsync(Noon, [new FlowSample("0101", 30, 0, 0, 0)], CancellationToken.None)));

        added.Sum().ShouldBe(1);
        (await HoursAsync())[^1].Accepted.ShouldBe(20);
    }

    [Test]
    public async Task a_service_that_is_away_makes_no_dip_and_no_leap()
    {
        await SampleAsync(Noon.AddHours(-2), accepted: 10, transferred: 10, rejected: 4, dead: 0);
        await SampleAsync(Noon.AddHours(-1), accepted: null, transferred: null, rejected: null, dead: 0);
        await SampleAsync(Noon, accepted: 12, transferred: 11, rejected: 5, dead: 0);

        var hours = await HoursAsync();
        (hours[^2].Accepted, hours[^2].Transferred, hours[^2].Rejected).ShouldBe((0, 0, 0));
        (hours[^1].Accepted, hours[^1].Transferred, hours[^1].Rejected).ShouldBe((2, 1, 1));
    }

    [Test]
    public async Task a_rejection_counts_though_others_were_mended_before()
    {
        await SampleAsync(Noon.AddMinutes(-61), accepted: 10, transferred: 0, rejected: 6, dead: 0);
        await SampleAsync(Noon, accepted: 10, transferred: 6, rejected: 0, dead: 0);
        await SampleAsync(Noon.AddMinutes(1), accepted: 10, transferred: 6, rejected: 2, dead: 0);

        (await HoursAsync())[^1].Rejected.ShouldBe(2);
    }

    [Test]
    public async Task a_claim_that_is_changed_is_not_transferred_twice()
    {
        await SampleAsync(Noon.AddHours(-1), accepted: 10, transferred: 10, rejected: 0, dead: 0);
        await SampleAsync(Noon, accepted: 10, transferred: 8, rejected: 0, dead: 0);
        await SampleAsync(Noon.AddMinutes(1), accepted: 10, transferred: 10, rejected: 0, dead: 0);

        (await HoursAsync())[^1].Transferred.ShouldBe(0);
    }

    [Test]
    public async Task it_is_kept_for_two_days()
    {
        await SampleAsync(Noon.AddHours(-49), accepted: 1, transferred: 0, rejected: 0, dead: 0);
        await SampleAsync(Noon.AddHours(-47), accepted: 2, transferred: 0, rejected: 0, dead: 0);
        await SampleAsync(Noon, accepted: 3, transferred: 0, rejected: 0, dead: 0);

        await using var connection = await _stores!.Stores.Open(FlowSchema.Name).OpenAsync(CancellationToken.None);
        await using var count = connection.CreateCommand();
        count.CommandText = _stores.Stores.Open(FlowSchema.Name).Sql("SELECT COUNT(*) FROM console_flow.samples");
        Convert.ToInt64(await count.ExecuteScalarAsync()).ShouldBe(2);
    }

    private Task<int> SampleAsync(DateTimeOffset at, long? accepted, long? transferred, long? rejected, long? dead) =>
        _flow.AddAsync(at, [new FlowSample("0101", accepted, transferred, rejected, dead)], CancellationToken.None);

    private async Task<IReadOnlyList<FlowHour>> HoursAsync() => (await _flow.HoursAsync(Noon.AddMinutes(2), CancellationToken.None))["0101"];
}

using ClaimsTransfer.Ingest.Recording;
using ClaimsTransfer.Ingest.Senders;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Senders;

/// <summary>The same on each kind of store, at the moment that the clock says.</summary>
[TestFixture(Engine.Sqlite)]
[TestFixture(Engine.Postgres)]
[TestFixture(Engine.SqlServer)]
public sealed class When_senders_are_kept(Engine engine)
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 7, 0, 0, TimeSpan.Zero));
    private StoreForTests _store = null!;

    private SenderStore Senders => new(_store.Stores.Open(Schema.Name), _clock);

    [SetUp]
    public async Task OpenAsync()
    {
        _store = await StoreForTests.NewAsync(engine);
        await _store.Stores.Open(Schema.Name).MigrateAsync(Schema.Migrations, default);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
    }

    [Test]
    public async Task A_key_counts_until_its_time_is_over()
    {
        var key = SenderKey.Make();
        (await Senders.AddAsync("fbs", ["DK-710100", "DK-775100"], key, _clock.GetUtcNow().AddHours(1), default)).ShouldBeTrue();
        (await Senders.ByKeyAsync(key, default)).ShouldNotBeNull().Agencies.ShouldBe(["DK-710100", "DK-775100"], ignoreOrder: true);
        (await Senders.ByKeyAsync(key with { Secret = SenderKey.Make().Secret }, default)).ShouldBeNull();
        _clock.Advance(TimeSpan.FromHours(1));
        (await Senders.ByKeyAsync(key, default)).ShouldBeNull();
        (await Senders.ByNameAsync("fbs", default)).ShouldNotBeNull();
    }

    [Test]
    public async Task The_key_before_counts_in_the_overlap_and_not_a_moment_longer()
    {
        var (old, young) = (SenderKey.Make(), SenderKey.Make());
        await Senders.AddAsync("fbs", ["*"], old, null, default);
        (await Senders.RotateAsync("fbs", young, _clock.GetUtcNow().AddDays(7), null, default)).ShouldBeTrue();
        _clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMilliseconds(1));
        (await Senders.ByKeyAsync(old, default)).ShouldNotBeNull().Agencies.ShouldBeNull();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        (await Senders.ByKeyAsync(old, default)).ShouldBeNull();
        (await Senders.ByKeyAsync(young, default)).ShouldNotBeNull();
        (await Senders.ListAsync(default)).ShouldHaveSingleItem().Keys.ShouldHaveSingleItem().Id.ShouldBe(young.Id);
    }

    [Test]
    public async Task Who_is_revoked_is_known_no_more_by_key_or_certificate()
    {
        var key = SenderKey.Make();
        await Senders.AddAsync("fbs", ["*"], key, null, default);
        (await Senders.AddAsync("fbs", ["*"], SenderKey.Make(), null, default)).ShouldBeFalse();
        (await Senders.RevokeAsync("fbs", "sold", default)).ShouldBeTrue();
        (await Senders.ByKeyAsync(key, default)).ShouldBeNull();
        (await Senders.ByNameAsync("fbs", default)).ShouldBeNull();
        (await Senders.RotateAsync("fbs", SenderKey.Make(), _clock.GetUtcNow(), null, default)).ShouldBeFalse();
        (await Senders.ListAsync(default)).ShouldHaveSingleItem().Why.ShouldBe("sold");
        (await Senders.AddAsync("fbs", ["DK-710100"], key: null, null, default)).ShouldBeTrue();
        (await Senders.ByNameAsync("fbs", default)).ShouldNotBeNull().Agencies.ShouldHaveSingleItem();
    }
}

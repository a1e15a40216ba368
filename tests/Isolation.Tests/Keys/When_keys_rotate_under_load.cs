using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Keys;

/// <summary>On a real broker and store: a vendor that has only what it was issued, while the installation rotates and issues late.</summary>
public sealed class When_keys_rotate_under_load
{
    private KeysWorld _world = null!;

    [SetUp]
    public async Task Start() => _world = await KeysWorld.StartAsync(await RabbitMqServer.UriAsync());

    [TearDown]
    public async Task Stop() => await _world.DisposeAsync();

    [Test]
    public async Task Every_claim_is_accepted_once_and_none_is_taken_for_erased()
    {
        const int Batches = 20;
        _world.Issue();
        await using var vendor = await _world.StartVendorAsync();

        for (var batch = 0; batch < Batches; batch++)
        {
            // Sealed with at once, and issued only two batches later: the gap that an operator leaves who forgets --seals-in.
            if (batch % 4 == 2)
                _world.Ring.Rotate(KeysWorld.København);
            if (batch % 4 == 0)
                _world.Issue();
            // In time: nothing of Aarhus ever waits.
            if (batch % 8 == 4)
            {
                _world.Ring.Rotate(KeysWorld.Aarhus, TimeProvider.System.GetUtcNow().AddMilliseconds(1));
                _world.Issue();
            }

            await _world.SendAsync(KeysWorld.København, 50);
            await _world.SendAsync(KeysWorld.Aarhus, 50);
        }

        // The last rotation was not issued: København waits and says why, Aarhus is not held back by it.
        await KeysWorld.UntilAsync(() => _world.AcceptedOf(KeysWorld.Aarhus) == Batches * 50, "all of Aarhus is accepted");
        await KeysWorld.UntilAsync(async () => WaitsFor(await vendor.LaneAsync(KeysWorld.København)) is ["connector.keyNotHere"], "København says which key it waits for");
        WaitsFor(await vendor.LaneAsync(KeysWorld.Aarhus)).ShouldBeEmpty();
        _world.AcceptedOf(KeysWorld.København).ShouldBeLessThan(Batches * 50);
        _world.NotAccepted.ShouldBeEmpty();

        _world.Issue();
        await KeysWorld.UntilAsync(() => _world.Accepted == Batches * 100, "everything is accepted");

        _world.NotAccepted.ShouldBeEmpty();
        _world.Bookings.Wrong.ShouldBeEmpty();
        (_world.Bookings.Count, _world.Bookings.Most).ShouldBe((Batches * 100, 1));
        (await _world.FailedAsync()).ShouldBe(0);
        await KeysWorld.UntilAsync(async () => WaitsFor(await vendor.LaneAsync(KeysWorld.København)).Count == 0, "nothing is waited for any more");
    }

    [Test]
    public async Task Another_vendors_message_in_hand_is_of_no_use_to_it()
    {
        _world.Issue();
        await _world.SendAsync(KeysWorld.Odense, 1);
        var theirs = _world.Sent.Single().Debtor.Identity;
        var key = $"{theirs.KeyId}.json";

        // It serves nobody but itself: even asked to, it has no key, and with the installation's file it has not the secret of it.
        using var ring = new KeyRing(_world.VendorKeys, MasterKey.FromFile(Path.Combine(_world.VendorKeys, VendorFolder.SecretFileName)), opensOnly: true);
        var unsealer = new Unsealer(ring, _ => true);
        Should.Throw<KeyNotHereException>(() => unsealer.Open(KeysWorld.Odense, theirs));
        File.Copy(Path.Combine(_world.Data, "keys", key), Path.Combine(_world.VendorKeys, key));
        Should.Throw<WrongKeyFolderException>(() => unsealer.Open(KeysWorld.Odense, theirs)).Message.ShouldContain("does not open");
        // Nor by calling it one of its own.
        Should.Throw<PermanentException>(() => unsealer.Open(KeysWorld.København, theirs));
        Should.Throw<PermanentException>(() => unsealer.Open(KeysWorld.København, theirs with { KeyId = "0101-1" }));
        // The next issue tidies up.
        _world.Issue();
        File.Exists(Path.Combine(_world.VendorKeys, key)).ShouldBeFalse();
    }

    private static IReadOnlyList<string> WaitsFor(JsonElement lane) => [.. lane.GetProperty("waitsFor").EnumerateArray().Select(why => why.GetProperty("code").GetString()!)];
}

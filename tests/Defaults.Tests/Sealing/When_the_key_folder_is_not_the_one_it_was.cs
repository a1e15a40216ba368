using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Sealing;

/// <summary>No key is made in place of another, and nothing is called erased, while the folder is not the installation's: what needs a key waits.</summary>
public sealed class When_the_key_folder_is_not_the_one_it_was : SealingFixture
{
    private static readonly TimeSpan LookedAgain = TimeSpan.FromSeconds(6);

    private StoreForTests _store = null!;

    [SetUp]
    public async Task Start() => _store = await StoreForTests.NewAsync(Engine.Sqlite);

    [TearDown]
    public async Task Stop() => await _store.DisposeAsync();

    [Test]
    public async Task A_folder_that_is_not_mounted_gets_no_keys_and_goes_on_when_it_is_back()
    {
        var check = await StartedAsync(Ring);
        var before = new Sealer(Ring).Seal(Copenhagen, Anna);
        await check.LookAsync(default);
        Unmount();
        Clock.Advance(LookedAgain);

        var away = Should.Throw<WrongKeyFolderException>(() => new Sealer(Ring).Seal(Copenhagen, Anna));
        away.Message.ShouldContain(Keys);
        away.Message.ShouldContain("CLAIMS_KEYS");
        BatchConsumer.IsTransient(away).ShouldBeTrue("it is no message's fault");
        Should.Throw<WrongKeyFolderException>(() => new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, before));
        Should.Throw<WrongKeyFolderException>(() => Ring.Rotate(Copenhagen));
        Should.Throw<WrongKeyFolderException>(check.Check);
        Directory.Exists(Keys).ShouldBeFalse("keys were made in place of those that are away");

        Directory.Move(Keys + ".away", Keys);
        await check.LookAsync(default);

        check.Check();
        new Sealer(Ring).Seal(Copenhagen, Anna).KeyId.ShouldBe(before.KeyId);
        new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, before).ShouldBe(Anna);
    }

    [Test]
    public async Task A_start_without_the_folder_is_not_taken_for_the_first()
    {
        await StartedAsync(Ring);
        var before = new Sealer(Ring).Seal(Copenhagen, Anna);
        Unmount();
        using var next = NewRing();

        var check = await StartedAsync(next);

        Should.Throw<WrongKeyFolderException>(check.Check);
        Should.Throw<WrongKeyFolderException>(() => new Sealer(next).Seal(Copenhagen, Anna));
        Directory.CreateDirectory(Keys);
        Should.Throw<WrongKeyFolderException>(() => new Sealer(next).Seal(Copenhagen, Anna), "an empty folder is not the installation's");
        Directory.Delete(Keys);

        Directory.Move(Keys + ".away", Keys);
        new Unsealer(next, [Copenhagen]).Open(Copenhagen, before).ShouldBe(Anna);
    }

    [Test]
    public async Task Another_installations_folder_is_used_for_nothing_though_it_has_keys_of_the_same_names()
    {
        await StartedAsync(Ring);
        var before = new Sealer(Ring).Seal(Copenhagen, Anna);
        Unmount();
        await using (var elsewhere = await StoreForTests.NewAsync(Engine.Sqlite))
        using (var theirs = NewRing())
        {
            await StartedAsync(theirs, elsewhere);
            new Sealer(theirs).Seal(Copenhagen, Anna);
            theirs.Rotate(Copenhagen);
            theirs.Destroy(before.KeyId);
        }
        Clock.Advance(LookedAgain);

        // Their 0101-1 is destroyed; ours is not.
        Should.Throw<WrongKeyFolderException>(() => new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, before)).Message.ShouldContain("another's");
        Should.Throw<WrongKeyFolderException>(() => new Sealer(Ring).Seal(Copenhagen, Anna));
    }

    [Test]
    public async Task Another_master_key_is_known_for_that_before_any_key_is_touched()
    {
        await StartedAsync(Ring);
        new Sealer(Ring).Seal(Copenhagen, Anna);
        using var stranger = NewRing(new MasterKey(new byte[32]));

        var check = await StartedAsync(stranger);

        Should.Throw<WrongKeyFolderException>(check.Check).Message.ShouldContain("another master key");
        Should.Throw<WrongKeyFolderException>(() => new Sealer(stranger).Seal(Aarhus, Anna));
        Directory.GetFiles(Keys, "0751-*").ShouldBeEmpty();
    }

    [Test]
    public async Task A_folder_of_the_version_before_is_marked_once_and_its_keys_are_known_from_then_on()
    {
        var before = new Sealer(Ring).Seal(Copenhagen, Anna);
        File.Exists(Path.Combine(Keys, "installation.json")).ShouldBeFalse();
        using var next = NewRing();

        await StartedAsync(next);

        File.Exists(Path.Combine(Keys, "installation.json")).ShouldBeTrue();
        new Unsealer(next, [Copenhagen]).Open(Copenhagen, before).ShouldBe(Anna);
    }

    [Test]
    public async Task A_key_that_was_replaced_or_is_gone_is_missed_and_not_made_again()
    {
        var check = await StartedAsync(Ring);
        var keyId = new Sealer(Ring).Seal(Copenhagen, Anna).KeyId;
        await check.LookAsync(default);
        var file = Path.Combine(Keys, $"{keyId}.json");
        var kept = await File.ReadAllBytesAsync(file);

        File.Delete(file);
        await check.LookAsync(default);
        Should.Throw<WrongKeyFolderException>(check.Check).Message.ShouldContain($"{keyId} has gone");
        Clock.Advance(LookedAgain);
        Should.Throw<WrongKeyFolderException>(() => new Sealer(Ring).Seal(Copenhagen, Anna));
        File.Exists(file).ShouldBeFalse("a new key under an old id");

        // As a version that knew no better would have made it.
        using (var careless = NewRing())
            careless.Rotate(Copenhagen);
        await check.LookAsync(default);
        Should.Throw<WrongKeyFolderException>(check.Check).Message.ShouldContain("another than it was");

        await File.WriteAllBytesAsync(file, kept);
        await check.LookAsync(default);
        check.Check();
    }

    [Test]
    public async Task A_destroyed_key_is_erased_and_no_key_that_is_gone()
    {
        var check = await StartedAsync(Ring);
        var before = new Sealer(Ring).Seal(Copenhagen, Anna);
        await check.LookAsync(default);
        Ring.Rotate(Copenhagen);
        Ring.Destroy(before.KeyId);
        await check.LookAsync(default);

        check.Check();
        Should.Throw<KeyDestroyedException>(() => new Unsealer(Ring, [Copenhagen]).Open(Copenhagen, before));
    }

    private void Unmount() => Directory.Move(Keys, Keys + ".away");

    private Task<KeyFolderCheck> StartedAsync(KeyRing ring) => StartedAsync(ring, _store);

    private async Task<KeyFolderCheck> StartedAsync(KeyRing ring, StoreForTests store)
    {
        var check = new KeyFolderCheck(ring, store.Stores, new Loops(Clock), NullLogger<KeyFolderCheck>.Instance);
        await check.StartAsync(default);
        await check.StopAsync(default);
        return check;
    }
}

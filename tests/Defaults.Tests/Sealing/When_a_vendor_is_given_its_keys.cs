using System.Runtime.Versioning;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Sealing;

public sealed class When_a_vendor_is_given_its_keys : SealingFixture
{
    private TemporaryFolder _vendors = null!;

    private string Opus => Path.Combine(_vendors.Path, "kmdopus");

    private string Prisme => Path.Combine(_vendors.Path, "prisme");

    [SetUp]
    public void PrepareFolders() => _vendors = new TemporaryFolder();

    [TearDown]
    public void ClearFolders() => _vendors.Dispose();

    [Test]
    public void It_opens_what_is_sealed_for_its_municipalities_without_the_master_key()
    {
        var identity = new Sealer(Ring).Seal(Copenhagen, Anna);

        Issue().Added.ShouldBe(["0101-1"]);

        Open(Opus, Copenhagen, identity).ShouldBe(Anna);
        File.ReadAllText(Path.Combine(Opus, "0101-1.json")).ShouldNotContain(File.ReadAllText(Path.Combine(Keys, "0101-1.json")).Split('"')[15]);
    }

    [Test]
    public void It_is_given_no_other_keys_and_cannot_use_those_of_another()
    {
        var aarhus = new Sealer(Ring).Seal(Aarhus, Anna);
        Issue();
        VendorFolder.Issue(Ring, "Prisme", [Aarhus], Prisme, Clock);

        Directory.GetFiles(Opus, "0751-*").ShouldBeEmpty();
        Should.Throw<KeyNotHereException>(() => Open(Opus, Aarhus, aarhus));
        // The other's file in hand, the installation's or the other vendor's, is of no use without the secret it was wrapped under.
        foreach (var stolen in (string[])[Keys, Prisme])
        {
            File.Copy(Path.Combine(stolen, $"{aarhus.KeyId}.json"), Path.Combine(Opus, $"{aarhus.KeyId}.json"), overwrite: true);
            Should.Throw<WrongKeyFolderException>(() => Open(Opus, Aarhus, aarhus)).Message.ShouldNotContain(Anna.Number);
        }
    }

    [Test]
    public void Its_first_key_is_there_before_the_first_claim()
    {
        Issue().Added.ShouldBe(["0101-1"]);

        Open(Opus, Copenhagen, new Sealer(Ring).Seal(Copenhagen, Anna)).ShouldBe(Anna);
    }

    [Test]
    public void Issued_again_it_has_new_keys_and_upcoming_ones_and_the_same_secret()
    {
        Issue().IsNewSecret.ShouldBeTrue();
        var secret = File.ReadAllText(Path.Combine(Opus, VendorFolder.SecretFileName));
        Ring.Rotate(Copenhagen);
        Ring.Rotate(Copenhagen, Clock.GetUtcNow().AddDays(1));

        var again = Issue();

        (again.Added, again.Kept, again.IsNewSecret).ShouldBe((again.Added, again.Kept, false));
        again.Added.ShouldBe(["0101-2", "0101-3"]);
        again.Kept.ShouldBe(["0101-1"]);
        File.ReadAllText(Path.Combine(Opus, VendorFolder.SecretFileName)).ShouldBe(secret);
        File.ReadAllText(Path.Combine(Opus, "0101-3.json")).ShouldContain("sealsFrom");
        Issue().Kept.Count.ShouldBe(3);
    }

    [Test]
    public void A_running_connector_finds_the_new_key_by_itself()
    {
        Issue();
        using var ring = OpenRing(Opus);
        var unsealer = new Unsealer(ring, [Copenhagen]);
        Ring.Rotate(Copenhagen);
        var identity = new Sealer(Ring).Seal(Copenhagen, Anna);
        Should.Throw<KeyNotHereException>(() => unsealer.Open(Copenhagen, identity)).Message.ShouldContain("claims keys issue");

        Issue();

        unsealer.Open(Copenhagen, identity).ShouldBe(Anna);
    }

    [Test]
    public void A_destroyed_key_is_destroyed_for_it_too_even_if_it_never_had_it()
    {
        var had = new Sealer(Ring).Seal(Copenhagen, Anna);
        Issue();
        Ring.Rotate(Copenhagen);
        var never = new Sealer(Ring).Seal(Copenhagen, Anna);
        Ring.Rotate(Copenhagen);
        Ring.Destroy(had.KeyId);
        Ring.Destroy(never.KeyId);

        var again = Issue();

        again.Destroyed.ShouldBe(["0101-1", "0101-2"]);
        Should.Throw<KeyDestroyedException>(() => Open(Opus, Copenhagen, had));
        Should.Throw<KeyDestroyedException>(() => Open(Opus, Copenhagen, never));
        File.ReadAllText(Path.Combine(Opus, "0101-1.json")).ShouldNotContain("wrapped");
        Issue().Destroyed.ShouldBeEmpty();
    }

    [Test]
    public void A_municipality_that_moved_takes_its_keys_along()
    {
        var identity = new Sealer(Ring).Seal(Aarhus, Anna);
        VendorFolder.Issue(Ring, "KmdOpus", [Copenhagen, Aarhus], Opus, Clock);
        Open(Opus, Aarhus, identity).ShouldBe(Anna);

        Issue().TakenBack.ShouldBe([identity.KeyId]);

        Should.Throw<KeyNotHereException>(() => Open(Opus, Aarhus, identity));
        VendorFolder.Issue(Ring, "Prisme", [Aarhus], Prisme, Clock);
        Open(Prisme, Aarhus, identity).ShouldBe(Anna);
    }

    [Test]
    public void A_damaged_file_is_issued_anew()
    {
        var identity = new Sealer(Ring).Seal(Copenhagen, Anna);
        Issue();
        File.WriteAllText(Path.Combine(Opus, "0101-1.json"), "{ half a fi");

        Issue().Added.ShouldBe(["0101-1"]);

        Open(Opus, Copenhagen, identity).ShouldBe(Anna);
    }

    [Test]
    public void Another_vendors_folder_and_the_installations_own_are_refused()
    {
        Issue();
        var before = Directory.GetFiles(Keys).Order().ToList();
        Ring.CurrentId(Copenhagen);

        Should.Throw<InvalidOperationException>(() => VendorFolder.Issue(Ring, "Prisme", [Aarhus], Opus, Clock)).Message.ShouldContain("KmdOpus");
        Should.Throw<InvalidOperationException>(() => VendorFolder.Issue(Ring, "Prisme", [Aarhus], Keys + Path.DirectorySeparatorChar, Clock)).Message.ShouldContain("installation's own");
        Directory.GetFiles(Keys).Order().ShouldBe(before);
        Directory.GetFiles(Opus, "0101-*").ShouldHaveSingleItem();
    }

    [Test]
    [Platform(Exclude = "Win")]
    [UnsupportedOSPlatform("windows")]
    public void Only_its_owner_may_read_it()
    {
        Issue();

        File.GetUnixFileMode(Opus).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.GetFiles(Opus))
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    [Test]
    public void A_revocation_is_kept_with_what_the_user_was_allowed_until_it_is_lifted()
    {
        var revocations = new Revocations(Keys);
        revocations.Find("KmdOpus").ShouldBeNull();
        var user = new RevokedUser(
            "vendor-kmdopus", false, [], [new UserPermission("/", "^$", "^transfer-reported$", "^transfer-claim")], [new UserTopicPermission("/", "transfer-reported", "^0101$", "^$")],
            new Dictionary<string, long> { ["max-connections"] = 10 });

        revocations.Put(new Revocation("KmdOpus", Clock.GetUtcNow(), "anna", "for the test", user));
        revocations.Put(new Revocation("Prisme", Clock.GetUtcNow(), "anna", "for the test", null));

        var again = new Revocations(Keys).Find("KmdOpus").ShouldNotBeNull().Broker.ShouldNotBeNull();
        again.Permissions.ShouldBe(user.Permissions);
        again.TopicPermissions.ShouldBe(user.TopicPermissions);
        again.Limits["max-connections"].ShouldBe(10);
        revocations.Remove("KmdOpus");
        new Revocations(Keys).All.Select(revocation => revocation.Vendor).ShouldBe(["Prisme"]);
        Ring.List().ShouldBeEmpty("it is not mistaken for a key");
    }

    private IssuedKeys Issue() => VendorFolder.Issue(Ring, "KmdOpus", [Copenhagen], Opus, Clock);

    private KeyRing OpenRing(string folder) => new(folder, MasterKey.FromFile(Path.Combine(folder, VendorFolder.SecretFileName)), time: Clock, opensOnly: true);

    private OpenIdentity Open(string folder, string municipality, ClaimsTransfer.Messages.SealedIdentity identity)
    {
        using var ring = OpenRing(folder);
        return new Unsealer(ring, [Copenhagen, Aarhus]).Open(municipality, identity);
    }
}

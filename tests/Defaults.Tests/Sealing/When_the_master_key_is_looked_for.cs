using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Sealing;

public sealed class When_the_master_key_is_looked_for
{
    private const string Good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Test]
    public void An_embedded_installation_makes_one_and_keeps_it()
    {
        using var folder = new TemporaryFolder();
        var installation = new Installation { Data = folder.Path };

        FingerprintWith(installation).ShouldBe(FingerprintWith(installation));

        File.Exists(Path.Combine(folder.Path, "keys", "master.key")).ShouldBeTrue();
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(folder.Path, "keys", "master.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public void The_setting_and_a_file_with_the_same_content_are_the_same_key()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "secret");
        File.WriteAllText(file, Good + "\n");

        FingerprintWith(new Installation { Data = folder.Path, MasterKey = Good, Store = "postgres://u:p@db/claims" })
            .ShouldBe(FingerprintWith(new Installation { Data = folder.Path, MasterKeyFile = file, Store = "postgres://u:p@db/claims" }));
    }

    [Test]
    public void A_server_installation_without_one_is_told_how_to_make_it() =>
        Should.Throw<InvalidOperationException>(() => MasterKey.Load(new Installation { Store = "postgres://u:p@db/claims" })).Message.ShouldContain("openssl rand -base64 32");

    [TestCase("c2hvcnQ=")]
    [TestCase("not base64 but a passphrase that somebody liked")]
    public void One_that_is_not_32_bytes_is_refused_and_not_repeated(string key)
    {
        var refusal = Should.Throw<InvalidOperationException>(() => MasterKey.Load(new Installation { MasterKey = key }));

        refusal.Message.ShouldContain("32 bytes");
        refusal.Message.ShouldNotContain(key);
    }

    [Test]
    public void A_file_that_is_not_there_is_named() =>
        Should.Throw<InvalidOperationException>(() => MasterKey.Load(new Installation { MasterKeyFile = "/nowhere/master.key" })).Message.ShouldContain("/nowhere/master.key");

    private static string FingerprintWith(Installation installation)
    {
        using var ring = new KeyRing(Path.Combine(installation.Data, "keys"), MasterKey.Load(installation));
        return new Sealer(ring).Fingerprint("the same"u8);
    }
}

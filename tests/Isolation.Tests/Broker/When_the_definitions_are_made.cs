using System.Text.Json.Nodes;
using ClaimsTransfer.Cli;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Broker;

public sealed class When_the_definitions_are_made
{
    private TemporaryFolder _folder = null!;

    private string File => Path.Combine(_folder.Path, "municipalities.yaml");

    private string Out => Path.Combine(_folder.Path, "definitions.json");

    private string Passwords => Path.Combine(_folder.Path, "passwords");

    [SetUp]
    public void Prepare()
    {
        _folder = new TemporaryFolder();
        System.IO.File.WriteAllText(File, IsolatedBroker.MunicipalitiesText);
    }

    [TearDown]
    public void Tidy() => _folder.Dispose();

    [Test]
    public async Task making_them_again_changes_nothing()
    {
        (await MakeAsync("--passwords", Passwords)).ShouldBe(0);
        var (first, passwords) = (System.IO.File.ReadAllText(Out), System.IO.File.ReadAllText(Passwords));

        (await MakeAsync("--passwords", Passwords)).ShouldBe(0);

        System.IO.File.ReadAllText(Out).ShouldBe(first);
        System.IO.File.ReadAllText(Passwords).ShouldBe(passwords);
        passwords.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[1]).ShouldAllBe(password => password.Length == 32);
        passwords.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[1]).ShouldBeUnique();
    }

    [Test]
    public async Task a_password_that_is_removed_is_drawn_anew_and_the_others_stay()
    {
        await MakeAsync("--passwords", Passwords);
        var before = System.IO.File.ReadAllLines(Passwords);
        System.IO.File.WriteAllLines(Passwords, before.Where(line => !line.StartsWith("vendor-prisme ", StringComparison.Ordinal)));

        await MakeAsync("--passwords", Passwords);

        var after = System.IO.File.ReadAllLines(Passwords);
        after.Length.ShouldBe(before.Length);
        after.Except(before).ShouldHaveSingleItem().ShouldStartWith("vendor-prisme ");
    }

    [Test]
    public async Task nobody_else_may_read_them()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows keeps no such modes.");
            return;
        }

        await MakeAsync("--passwords", Passwords);

        foreach (var path in (string[])[Out, Passwords])
            System.IO.File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, path);
        System.IO.File.ReadAllText(Out).ShouldNotContain(System.IO.File.ReadLines(Passwords).First().Split(' ')[1]);
    }

    [Test]
    public async Task with_certificates_no_user_has_a_password()
    {
        (await MakeAsync("--certificates")).ShouldBe(0);

        JsonNode.Parse(System.IO.File.ReadAllText(Out))!["users"]!.AsArray().ShouldAllBe(user => (string)user!["password_hash"]! == "");
    }

    [Test]
    public async Task how_users_sign_in_must_be_said()
    {
        (await MakeAsync()).ShouldBe(2);
        (await MakeAsync("--passwords", Passwords, "--certificates")).ShouldBe(2);

        System.IO.File.Exists(Out).ShouldBeFalse();
    }

    [Test]
    public async Task a_vendor_without_municipalities_may_say_nothing()
    {
        System.IO.File.WriteAllLines(File, IsolatedBroker.MunicipalitiesText.Split('\n').Where(line => !line.Contains("OesIndsigt", StringComparison.Ordinal)));

        await MakeAsync("--certificates");

        var definitions = JsonNode.Parse(System.IO.File.ReadAllText(Out))!;
        Of(definitions["permissions"]!).ShouldHaveSingleItem()["read"]!.GetValue<string>().ShouldBe("^$");
        var topics = Of(definitions["topic_permissions"]!);
        topics.Count.ShouldBe(8);
        topics.ShouldAllBe(topic => (string)topic["write"]! == "(?!)");

        static List<JsonNode> Of(JsonNode list) => [.. list.AsArray().OfType<JsonNode>().Where(one => (string)one["user"]! == "vendor-oesindsigt")];
    }

    [Test]
    public async Task a_revoked_vendor_has_no_user_in_them_until_it_is_admitted()
    {
        var revocations = new Revocations(Path.Combine(_folder.Path, "keys"));
        revocations.Put(new Revocation("KmdOpus", DateTimeOffset.UnixEpoch, "anna", "for the test", null));
        await MakeAsync("--passwords", Passwords, "--data", _folder.Path);
        System.IO.File.ReadAllText(Out).ShouldNotContain("\"vendor-kmdopus\"");
        System.IO.File.ReadAllText(Out).ShouldContain("\"vendor-prisme\"");
        System.IO.File.ReadAllText(Out).ShouldContain("\"transfer-claim.0101\"", customMessage: "its queues stay: its instructions wait there");

        revocations.Remove("KmdOpus");
        await MakeAsync("--passwords", Passwords, "--data", _folder.Path);
        System.IO.File.ReadAllText(Out).ShouldContain("\"vendor-kmdopus\"");
    }

    private Task<int> MakeAsync(params string[] more) => CommandLine.RunAsync(["broker", "definitions", "--municipalities", File, "--out", Out, .. more]);
}

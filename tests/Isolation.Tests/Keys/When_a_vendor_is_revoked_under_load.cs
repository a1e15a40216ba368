using System.Text.RegularExpressions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Keys;

/// <summary>By the commands, on a real broker: access ends at once, claims go on being taken in, and after the admission every one of them arrives once.</summary>
public sealed partial class When_a_vendor_is_revoked_under_load
{
    private ManagedBroker _broker = null!;
    private KeysWorld _world = null!;
    private Dictionary<string, string> _settings = null!;

    [SetUp]
    public async Task Start()
    {
        _broker = await ManagedBroker.StartAsync();
        await _broker.MakeVendorAsync();
        _world = await KeysWorld.StartAsync(_broker.Uri);
        _settings = new Dictionary<string, string>
        {
            ["CLAIMS_DATA"] = _world.Data, ["CLAIMS_MUNICIPALITIES"] = _world.MunicipalitiesFile, ["CLAIMS_BROKER"] = _broker.Uri, ["CLAIMS_BROKER_MANAGEMENT"] = _broker.Management,
        };
    }

    [TearDown]
    public async Task Stop()
    {
        await _world.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Test]
    public async Task It_is_out_at_once_its_claims_wait_and_none_is_lost_or_booked_twice()
    {
        (await ClaimsAsync("keys", "issue", "--vendor", "KmdOpus", "--to", _world.VendorKeys)).ExitCode.ShouldBe(0);
        var allowed = (await _broker.AllowedAsync()).ShouldNotBeNull();

        await using (await _world.StartVendorAsync(_broker.UriOf(ManagedBroker.VendorUser, ManagedBroker.VendorPassword)))
        {
            using var enough = new CancellationTokenSource();
            var sending = SendUntilAsync(enough.Token);
            await KeysWorld.UntilAsync(() => _world.Accepted > 50, "the vendor works");

            var shown = await ClaimsAsync("vendors", "revoke", "KmdOpus", "--reason", "its laptop was lost", "--dry-run");
            shown.Output.ShouldContain($"Would delete the broker's user {ManagedBroker.VendorUser}");
            (await _broker.AllowedAsync()).ShouldBe(allowed, "a dry run does nothing");

            var revoked = await ClaimsAsync("vendors", "revoke", "KmdOpus", "--reason", "its laptop was lost");
            revoked.ExitCode.ShouldBe(0, revoked.Errors);
            revoked.Output.ShouldContain("0101-2 seals for 0101 from now on");
            revoked.Errors.ShouldContain("the audit log does not have this");
            (await _broker.ConnectionsAsync()).ShouldBe(0);
            var sentBefore = _world.Sent.Count;
            await KeysWorld.UntilAsync(() => _world.Sent.Count > sentBefore + 100, "claims go on being taken in");
            await enough.CancelAsync();
            await sending;

            await ShouldBeRefusedAsync(ManagedBroker.VendorPassword);
            (await _world.WaitingAsync(KeysWorld.København) + await _world.WaitingAsync(KeysWorld.Aarhus)).ShouldBeGreaterThan(100, "what is sent after the revocation waits on the broker");
        }

        var issue = await ClaimsAsync("keys", "issue", "--vendor", "KmdOpus", "--to", _world.VendorKeys);
        issue.ExitCode.ShouldBe(1);
        issue.Errors.ShouldContain("its laptop was lost");
        File.Exists(Path.Combine(_world.VendorKeys, "0101-2.json")).ShouldBeFalse();
        var again = await ClaimsAsync("vendors", "revoke", "KmdOpus", "--reason", "once more, to be sure");
        again.ExitCode.ShouldBe(0, again.Errors);
        again.Output.ShouldNotContain("seals for");
        (await ClaimsAsync("vendors", "list")).Output.ShouldMatch("KmdOpus +revoked .*its laptop was lost");
        var total = _world.Sent.Count;
        _world.Bookings.Count.ShouldBeLessThan(total);

        var passwords = Path.Combine(_world.Data, "passwords");
        await File.WriteAllLinesAsync(passwords, [$"{ManagedBroker.VendorUser} {ManagedBroker.VendorPassword}", "routing 0f1e2d3c4b5a69788796a5b4c3d2e1f0"]);
        var admitted = await ClaimsAsync("vendors", "admit", "KmdOpus", "--reason", "it has a new laptop", "--to", _world.VendorKeys, "--passwords", passwords);
        admitted.ExitCode.ShouldBe(0, admitted.Errors);
        (await _broker.AllowedAsync()).ShouldBe(allowed, "it may what it might before, no more and no less");
        await ShouldBeRefusedAsync(ManagedBroker.VendorPassword);
        var lines = await File.ReadAllLinesAsync(passwords);
        lines.Length.ShouldBe(2);
        var password = Password().Match(lines[1]).Groups["password"].Value;
        admitted.Output.ShouldNotContain(password);
        await using (await _world.StartVendorAsync(_broker.UriOf(ManagedBroker.VendorUser, password)))
            await KeysWorld.UntilAsync(() => _world.Accepted == total, "everything is accepted");

        _world.NotAccepted.ShouldBeEmpty();
        _world.Bookings.Wrong.ShouldBeEmpty();
        (_world.Bookings.Count, _world.Bookings.Most).ShouldBe((total, 1));
        (await _world.FailedAsync()).ShouldBe(0);
        (await ClaimsAsync("vendors", "admit", "KmdOpus", "--reason", "once more, to be sure")).Output.ShouldContain("is not revoked");
    }

    private Task<Said> ClaimsAsync(params string[] arguments) => Claims.RunAsync(_settings, arguments);

    private async Task SendUntilAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await _world.SendAsync(KeysWorld.København, 10);
            await _world.SendAsync(KeysWorld.Aarhus, 10);
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task ShouldBeRefusedAsync(string password)
    {
        var refused = await Should.ThrowAsync<BrokerUnreachableException>(
            () => new ConnectionFactory { Uri = new Uri(_broker.UriOf(ManagedBroker.VendorUser, password)) }.CreateConnectionAsync());
        refused.InnerException.ShouldBeOfType<AuthenticationFailureException>();
    }

    [GeneratedRegex("^vendor-kmdopus (?<password>[0-9a-f]{32})$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Password();
}

using System.Diagnostics;
using System.Text;
using ClaimsTransfer.Cli;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.LocalServers;
using ClaimsTransfer.Support;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Broker;

/// <summary><c>claims doctor</c> on a broker with the definitions, and on what somebody has made of it since. To import the definitions again says that all is well, whatever stands.</summary>
public sealed class When_what_stands_is_compared
{
    private string _folder = "";
    private LocalRabbitMq _broker = null!;
    private HttpClient _management = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = RabbitMqServer.NewFolder();
        _broker = await LocalRabbitMq.StartAsync(Path.Combine(_folder, "broker"), management: true);
        _management = new HttpClient { BaseAddress = new Uri(_broker.ManagementUri!) };
        _management.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_broker.User}:{_broker.Password}")));
        await File.WriteAllTextAsync(Municipalities, IsolatedBroker.MunicipalitiesText);
        await ImportAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _management.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    [Order(1)]
    public async Task What_the_definitions_made_is_well_and_only_the_user_it_was_made_with_is_named()
    {
        var said = await DoctorAsync();

        said.ShouldHaveSingleItem().ShouldContain($"The user '{_broker.User}', which the definitions do not make");
    }

    [Test]
    [Order(2)]
    public async Task Each_thing_that_another_hand_changed_is_named_with_what_to_do_and_an_import_mends_what_it_can()
    {
        await using (var connection = await new ConnectionFactory { Uri = new Uri(_broker.Uri) }.CreateConnectionAsync())
        await using (var channel = await connection.CreateChannelAsync())
        {
            await channel.ExchangeDeleteAsync("transfer-reported");
            await channel.ExchangeDeclareAsync("transfer-reported", ExchangeType.Fanout, durable: true);
            await channel.QueueDeleteAsync("transfer-claim.0461_error");
            await channel.QueueDeclareAsync(
                "transfer-claim.0461_error", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-message-ttl"] = 60_000 });
            await channel.QueueDeleteAsync("fbs");
            await channel.QueueBindAsync("transfer-claim.0461", "queues.kmdopus", "transfer-claim.0461");
            await channel.QueueUnbindAsync("ingest", "submit-claim", "");
            await channel.QueueDeclareAsync("acme_error", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 2 });
        }

        await PutAsync("api/policies/%2F/short", """{"pattern":"^payments","definition":{"max-length":10},"apply-to":"queues"}""");
        await PutAsync("api/permissions/%2F/vendor-prisme", """{"configure":"^$","write":".*","read":".*"}""");
        await PutAsync("api/topic-permissions/%2F/vendor-kmdopus", """{"exchange":"coverage-registered","write":".*","read":"^$"}""");
        await PutAsync("api/users/vendor-oesindsigt", """{"password":"another","tags":"administrator"}""");

        await ImportAsync();
        var said = await DoctorAsync();

        Told("The exchange 'transfer-reported' is not durable, not of the right type (topic)");
        Told("The exchange 'transfer-reported' is fanout, durable", "delete it");
        Told("The queue 'transfer-claim.0461_error' is", "x-message-ttl = 60000", "--if-empty");
        Told("The policy 'short'", "payments");
        Told("leads from 'queues.kmdopus' to 'transfer-claim.0461'", "No import takes it away");
        Told("The dead-letter queue 'acme_error' of others drops messages: x-delivery-limit = 2");
        // What an import mends is not named any more.
        said.ShouldNotContain(line => line.Contains("'fbs'", StringComparison.Ordinal) || line.Contains("vendor-", StringComparison.Ordinal) || line.Contains("'submit-claim'", StringComparison.Ordinal));

        void Told(params string[] words) => said.ShouldContain(line => words.All(word => line.Contains(word, StringComparison.Ordinal)), $"{words[0]}\nin\n{string.Join('\n', said)}");
    }

    [Test]
    [Order(3)]
    public async Task What_is_missing_and_what_users_may_too_much_is_named_until_the_import()
    {
        await PutAsync("api/permissions/%2F/vendor-prisme", """{"configure":"^$","write":".*","read":".*"}""");
        await PutAsync("api/topic-permissions/%2F/vendor-kmdopus", """{"exchange":"coverage-registered","write":".*","read":"^$"}""");
        (await _management.DeleteAsync("/api/users/console")).EnsureSuccessStatusCode();
        (await _management.DeleteAsync("/api/queues/%2F/fbs")).EnsureSuccessStatusCode();
        (await _management.DeleteAsync("/api/policies/%2F/vendor-queues")).EnsureSuccessStatusCode();

        var said = await DoctorAsync();

        said.ShouldContain(line => line.Contains("What the user 'vendor-prisme' may is configure ^$, write .*, read .*", StringComparison.Ordinal));
        said.ShouldContain(line => line.Contains("What the user 'vendor-kmdopus' may on the exchange 'coverage-registered' is write .*", StringComparison.Ordinal));
        said.ShouldContain(line => line.Contains("The user 'console' is not there", StringComparison.Ordinal));
        said.ShouldContain(line => line.Contains("The queue 'fbs' is not there", StringComparison.Ordinal));
        said.ShouldContain(line => line.Contains("No binding leads from 'claim-transferred' to 'fbs'", StringComparison.Ordinal));
        said.ShouldContain(line => line.Contains("The policy 'vendor-queues' is not there", StringComparison.Ordinal));
    }

    private string Municipalities => Path.Combine(_folder, "municipalities.yaml");

    private string Passwords => Path.Combine(_folder, "passwords");

    private async Task ImportAsync()
    {
        var definitions = Path.Combine(_folder, "definitions.json");
        (await CommandLine.RunAsync(["broker", "definitions", "--municipalities", Municipalities, "--passwords", Passwords, "--out", definitions])).ShouldBe(0);
        using var content = new StringContent(await File.ReadAllTextAsync(definitions), Encoding.UTF8, "application/json");
        using var answer = await _management.PostAsync("/api/definitions", content);
        ((int)answer.StatusCode).ShouldBe(204, "the broker says that all is well, whatever stands");
    }

    private async Task PutAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _management.PutAsync($"/{path}", content);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>What the doctor says of the broker that is not so.</summary>
    private async Task<IReadOnlyList<string>> DoctorAsync()
    {
        using var folder = new TemporaryFolder();
        var operations = $"{BrokerUsers.Operations}:{File.ReadLines(Passwords).Select(line => line.Split(' ')).Single(parts => parts[0] == BrokerUsers.Operations)[1]}";
        var broker = $"amqp://{operations}@127.0.0.1:{_broker.Port}/%2F";
        new Endpoints(broker, "embedded", null, null, []).Write(folder.Path);
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), "doctor", "--data", folder.Path]) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (variable, value) in (ReadOnlySpan<(string, string)>)
            [
                ("CLAIMS_BROKER", broker), ("CLAIMS_BROKER_MANAGEMENT", _broker.ManagementUri!.Replace("http://", $"http://{operations}@", StringComparison.Ordinal)),
                ("CLAIMS_MUNICIPALITIES", Municipalities), ("CLAIMS_ALLOW_OLDER_BROKER", "true"), ("COLUMNS", "2000"),
            ])
            info.Environment[variable] = value;
        using var process = Process.Start(info)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var said = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return [.. said.Replace("\n", " ", StringComparison.Ordinal).Split("not so  ").Skip(1).Where(line => line.StartsWith("broker ", StringComparison.Ordinal))];
    }
}

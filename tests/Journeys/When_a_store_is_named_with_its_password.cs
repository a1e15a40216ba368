using System.Net;
using System.Net.Sockets;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>What a run says is copied into tickets and chats: the password that stands in <c>--store</c> is in none of it, nor in a log.</summary>
[TestFixture]
public sealed class When_a_store_is_named_with_its_password
{
    private const string Password = "Hemmeligt-1905";

    [TestCase($"sqlserver:Server=db.example;Database=claims;User ID=claims;Password={Password};Encrypt=true", "--store sqlserver:…")]
    [TestCase($"Server=db.example;Database=claims;User ID=claims;Password={Password}", "--store …")]
    [TestCase($"postgres://claims:{Password}@db.example:5432/claims", "--store postgres://claims:…@db.example:5432/claims")]
    public async Task it_is_not_shown_where_the_broker_does_not_go_with_it(string store, string shown) => (await RefusedAsync("--broker", "embedded", "--store", store)).ShouldContain(shown);

    [TestCase($"Server=db.example;Database=claims;User ID=claims;Password={Password};Encrypt=true")]
    [TestCase($"sqlserver:Server=db.example;Pasword={Password};Encrypt=true")]
    [TestCase($"sqlserver:Server=db.example;Password={Password};Encrypt=false")]
    [TestCase($"postgres://claims:{Password}@db.example:5432")]
    public async Task it_is_not_shown_where_the_address_is_wrong(string store) => await RefusedAsync("--broker", "local", "--store", store);

    [TestCase($"amqp://claims:{Password}/rest@rabbitmq.example:5672")]
    [TestCase($"amqp:claims:{Password}@rabbitmq.example")]
    public async Task a_broker_that_cannot_be_read_is_not_shown_by_a_run_nor_by_the_doctor(string broker)
    {
        await RefusedAsync("--broker", broker, "--store", "local");
        await using var doctor = Command.Start(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Cli.dll"), "doctor", "--data", Folders.New("password")],
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["CLAIMS_BROKER"] = broker });
        (await doctor.EndAsync(TimeSpan.FromMinutes(1))).ShouldNotBe(ExitCodes.Done, doctor.Said);
        doctor.Said.ShouldNotContain(Password);
    }

    [TestCase($"sqlserver:Server=127.0.0.1,PORT;Database=claims;User ID=claims;Password={Password};Encrypt=true;Connect Timeout=2")]
    [TestCase($"postgres://claims:{Password}@127.0.0.1:PORT/claims")]
    public async Task it_is_in_no_log_while_a_service_waits_for_the_store(string store)
    {
        var data = Folders.New($"password-{store.Split(':')[0]}");
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        await using var service = Command.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaimsTransfer.Routing.dll")], environment: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CLAIMS_STORE"] = store.Replace("PORT", $"{port}", StringComparison.Ordinal),
            ["CLAIMS_MASTER_KEY"] = Convert.ToBase64String(new byte[32]),
            ["CLAIMS_DATA"] = data,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
        });

        await Wait.ForAsync("Routing says that it waits", () => Task.FromResult(service.Said.Contains("The store is not there yet", StringComparison.Ordinal)), TimeSpan.FromMinutes(2), service);

        service.Said.ShouldNotContain(Password);
    }

    private static async Task<string> RefusedAsync(params string[] where)
    {
        await using var run = Command.Run(["--no-samples", "--data", Folders.New("password"), .. where]);
        (await run.EndAsync(TimeSpan.FromMinutes(1))).ShouldBe(ExitCodes.Usage, run.Said);
        run.Said.ShouldNotContain(Password);
        run.Said.Split('\n').ShouldAllBe(line => !line.TrimStart().StartsWith("at ", StringComparison.Ordinal));
        return run.Said;
    }
}

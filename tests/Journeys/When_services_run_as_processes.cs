using System.Diagnostics;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>A process per service on RabbitMQ and PostgreSQL: what dies is started again, what is stopped leaves nothing behind, and the README is right.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class When_services_run_as_processes
{
    private readonly string _data = Folders.New("processes");
    private Command _run = null!;
    private RunningSystem _system = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _run = Command.Run("--no-samples", "--broker", "local", "--store", "local", "--instances", "routing=2", "--data", _data);
        _system = await Wait.ForSystemAsync(_data, _run);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _system.Dispose();
        await _run.DisposeAsync();
    }

    [Test, Order(1)]
    public void each_service_is_a_process_of_its_own()
    {
        var services = _system.Endpoints.Services;
        services.Select(service => service.Name).Distinct().ShouldBe(["ingest", "routing", "payments", "kmdopus", "prisme", "oesindsigt", "console", "sandbox"], ignoreOrder: true);
        services.Select(service => service.Pid).Distinct().Count().ShouldBe(9);
        services.Count(service => service.Name == "routing").ShouldBe(2);
    }

    [Test, Order(2)]
    public async Task a_service_that_is_killed_is_started_again_on_its_port()
    {
        var before = _system.Endpoints.Services.First(service => service.Name == "ingest");
        Command.Kill(before.Pid);
        await Wait.ForAsync("ingest runs again", async () =>
        {
            var now = _system.Endpoints.Services.FirstOrDefault(service => service.Name == "ingest");
            return now is not null && now.Pid != before.Pid && now.Url == before.Url && await IsReadyAsync(now);
        }, TimeSpan.FromMinutes(2), _run);
    }

    [Test, Order(3)]
    public async Task the_doctor_finds_everything_well()
    {
        await using var doctor = Command.Claims("doctor", "--data", _data);
        (await doctor.EndAsync(TimeSpan.FromMinutes(1))).ShouldBe(ExitCodes.Done, doctor.Said);
        doctor.Said.ShouldContain("RabbitMQ");
    }

    [Test, Order(4)]
    public async Task the_demos_key_is_for_its_owner_and_without_it_nothing_is_taken()
    {
        var key = Path.Combine(_data, "senders", "demo");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await File.ReadAllTextAsync(Endpoints.PathIn(_data))).ShouldNotContain((await File.ReadAllTextAsync(key)).Trim());
        using var anybody = new HttpClient();
        using var refused = await anybody.PostAsync(_system.Address("ingest", "/claims"), new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));
        refused.StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
    }

    [Test, Order(4)]
    public async Task what_the_readme_says_about_sending_a_claim_is_right()
    {
        foreach (var snippet in (string[])["curl", "amqp"])
        {
            await using var sent = Bash(Readme.Snippet(snippet));
            (await sent.EndAsync(TimeSpan.FromMinutes(1))).ShouldBe(0, sent.Said);
        }
        await Wait.ForReportAsync(_system, "both claims are transferred", report => report.Total.Transferred == 2, TimeSpan.FromMinutes(2), _run);

        foreach (var feeId in (string[])["434536", "434537"])
        {
            await using var status = Bash(Readme.Snippet("status").Replace("434536", feeId, StringComparison.Ordinal));
            (await status.EndAsync(TimeSpan.FromMinutes(5))).ShouldBe(ExitCodes.Done, status.Said);
            status.Said.ShouldContain("Transferred", Case.Insensitive);
            status.Said.ShouldContain("claim-created");
            if (feeId == "434536")
                status.Said.ShouldContain("from demo");
            status.Said.ShouldNotContain("0101011234");
        }
    }

    [Test, Order(5)]
    public async Task what_the_readme_says_about_the_three_ledgers_is_right()
    {
        await using var reconciled = Bash(Readme.Snippet("reconcile"));
        (await reconciled.EndAsync(TimeSpan.FromMinutes(5))).ShouldBe(ExitCodes.Done, reconciled.Said);
        var page = await File.ReadAllTextAsync(Path.Combine(_data, "reconciliation", "0101.html"));
        page.ShouldContain("lang=\"da\"");
        page.ShouldContain("København");
        (await File.ReadAllTextAsync(Path.Combine(_data, "reconciliation", "0101.csv"))).ShouldNotBeEmpty();

        await using var worklist = Command.Claims("worklist", "--data", _data);
        (await worklist.EndAsync(TimeSpan.FromMinutes(1))).ShouldBe(ExitCodes.Done, worklist.Said);
        worklist.Said.ShouldContain("Nothing");
    }

    [Test, Order(6)]
    public async Task a_killed_parent_leaves_no_service_behind()
    {
        var pids = _system.Endpoints.Services.Select(service => service.Pid).ToList();
        _run.Kill();
        await _run.EndAsync(TimeSpan.FromSeconds(30));
        await Wait.ForAsync("no service is left", () => Task.FromResult(pids.TrueForAll(pid => !IsRunning(pid))), TimeSpan.FromMinutes(1));
        await Wait.ForAsync("no server is left", () => Task.FromResult(!Process.GetProcesses().Any(process => IsOurs(process.Id))), TimeSpan.FromMinutes(1));
    }

    private Command Bash(string snippet) => Command.Start(
        "bash", ["-c", "set -euo pipefail\n" + snippet.Replace("/tmp/claims", _data, StringComparison.Ordinal)], Repository.Root);

    private async Task<bool> IsReadyAsync(ServiceEndpoint service)
    {
        try
        {
            using var response = await _system.Http.GetAsync(new Uri($"{service.Url}/health/ready"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>A process whose command line names the data folder: broker, store and their helpers.</summary>
    private bool IsOurs(int pid)
    {
        try
        {
            return pid != Environment.ProcessId && File.ReadAllText($"/proc/{pid}/cmdline").Contains(_data, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            // A zombie whose parent has not looked is not running any more.
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}

using System.Diagnostics;
using ClaimsTransfer.LocalServers;

namespace ClaimsTransfer.Support;

/// <summary><c>rabbitmqctl</c>, which finds the server by the environment that the server was started with.</summary>
public static class RabbitMqControl
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmqctl";

    public static async Task RunAsync(LocalRabbitMq server, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var variable in (await File.ReadAllTextAsync($"/proc/{server.ProcessId}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            start.Environment[variable[..variable.IndexOf('=', StringComparison.Ordinal)]] = variable[(variable.IndexOf('=', StringComparison.Ordinal) + 1)..];
        using var control = Process.Start(start)!;
        var said = Task.WhenAll(control.StandardOutput.ReadToEndAsync(), control.StandardError.ReadToEndAsync());
        await control.WaitForExitAsync();
        if (control.ExitCode != 0)
            Assert.Fail($"rabbitmqctl {arguments[0]}: {string.Concat(await said)}");
    }
}

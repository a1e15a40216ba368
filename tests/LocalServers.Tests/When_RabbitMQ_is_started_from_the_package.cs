using System.Diagnostics;
using ClaimsTransfer.Support;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.LocalServers.Tests;

public sealed class When_RabbitMQ_is_started_from_the_package
{
    [Test]
    public async Task It_listens_on_loopback_alone_keeps_its_data_and_leaves_no_process_behind()
    {
        var folder = RabbitMqServer.NewFolder();
        var data = Path.Combine(folder, "broker");
        try
        {
            await using var broker = await LocalRabbitMq.StartAsync(data);
            await DeclareAsync(broker.Uri);
            Listening(data).ShouldAllBe(address => address.StartsWith("127.0.0.1:", StringComparison.Ordinal) || address.StartsWith("[::1]:", StringComparison.Ordinal));
            // A queue that was just declared is on disk a moment later: what is looked at here is the folder.
            await RabbitMqControl.RunAsync(broker, "eval", "mnesia:sync_log().");
            await broker.KillAsync();
            Processes(data).ShouldBeEmpty();

            await broker.RestartAsync();
            (await MessagesAsync(broker.Uri)).ShouldBe(1u);
            await broker.DisposeAsync();
            Processes(data).ShouldBeEmpty();

            await using var again = await LocalRabbitMq.StartAsync(data);
            (await MessagesAsync(again.Uri)).ShouldBe(1u);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task DeclareAsync(string uri)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false);
        await channel.BasicPublishAsync("", "kept", true, new BasicProperties { Persistent = true }, "one"u8.ToArray());
    }

    private static async Task<uint> MessagesAsync(string uri)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        return (await channel.QueueDeclarePassiveAsync("kept")).MessageCount;
    }

    /// <summary>Processes whose environment names the folder: the broker's, whatever they are called.</summary>
    private static List<int> Processes(string folder) =>
        [.. Process.GetProcesses().Where(process => EnvironmentOf(process.Id).Contains($"HOME={folder}\0", StringComparison.Ordinal)).Select(process => process.Id)];

    private static string EnvironmentOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static List<string> Listening(string folder)
    {
        var ids = Processes(folder).ToHashSet();
        ids.ShouldNotBeEmpty();
        using var process = Process.Start(new ProcessStartInfo("ss", ["-Hltnp"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var ours = lines.Where(line => ids.Any(id => line.Contains($"pid={id},", StringComparison.Ordinal)))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]).ToList();
        ours.Count.ShouldBeGreaterThanOrEqualTo(3, "AMQP, distribution and epmd listen");
        return ours;
    }
}

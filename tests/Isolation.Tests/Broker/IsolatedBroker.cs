using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli;
using ClaimsTransfer.LocalServers;
using ClaimsTransfer.Support;
using RabbitMQ.Client;
using Shouldly;

namespace ClaimsTransfer.Isolation.Tests.Broker;

/// <summary>One RabbitMQ for the assembly, with the definitions that <c>claims broker definitions</c> makes given to it as an operator gives them.</summary>
internal static class IsolatedBroker
{
    public const string København = "0101";
    public const string Aarhus = "0751";
    public const string Odense = "0461";
    public const string Frederiksberg = "0147";

    /// <summary>København and Aarhus are KMD Opus's, Odense is Prisme's, Frederiksberg is ØS Indsigt's.</summary>
    public const string MunicipalitiesText = """
        - { code: "0101", name: København, cvr: "64942212", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
        - { code: "0751", name: Aarhus, cvr: "55133018", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
        - { code: "0461", name: Odense, cvr: "35209115", vendor: Prisme, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }
        - { code: "0147", name: Frederiksberg, cvr: "11259979", vendor: OesIndsigt, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }

        """;

    private static readonly SemaphoreSlim Starting = new(1);
    private static LocalRabbitMq? broker;
    private static HttpClient? management;

    public static string Folder { get; private set; } = "";

    public static string MunicipalityFile => Path.Combine(Folder, "municipalities.yaml");

    public static string PasswordFile => Path.Combine(Folder, "passwords");

    /// <summary>The broker's management, as the user it was made with.</summary>
    public static HttpClient Management => management!;

    public static int Port => broker!.Port;

    public static async Task StartAsync()
    {
        await Starting.WaitAsync();
        try
        {
            if (broker is not null)
                return;
            Folder = RabbitMqServer.NewFolder();
            broker = await LocalRabbitMq.StartAsync(Path.Combine(Folder, "broker"), management: true);
            management = new HttpClient { BaseAddress = new Uri(broker.ManagementUri!) };
            management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{broker.User}:{broker.Password}")));
            await GiveDefinitionsAsync(MunicipalitiesText);
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <summary>Makes the definitions from a file and gives them to the broker; again, as often as the file changes.</summary>
    public static async Task GiveDefinitionsAsync(string municipalities)
    {
        await File.WriteAllTextAsync(MunicipalityFile, municipalities);
        var definitions = Path.Combine(Folder, "definitions.json");
        (await CommandLine.RunAsync(["broker", "definitions", "--municipalities", MunicipalityFile, "--passwords", PasswordFile, "--sandbox", "--out", definitions])).ShouldBe(0);
        using var content = new StringContent(await File.ReadAllTextAsync(definitions), Encoding.UTF8, "application/json");
        using var answer = await Management.PostAsync("/api/definitions", content);
        ((int)answer.StatusCode).ShouldBe(204, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Takes what stands on every queue.</summary>
    public static async Task EmptyAsync()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in JsonNode.Parse(await Management.GetStringAsync("/api/queues/%2F?columns=name"))!.AsArray())
            await channel.QueuePurgeAsync((string)queue!["name"]!);
    }

    public static string PasswordOf(string user) => File.ReadLines(PasswordFile).Select(line => line.Split(' ')).Single(parts => parts[0] == user)[1];

    /// <summary>Of a user that the definitions make.</summary>
    public static string UriOf(string user) => string.Create(CultureInfo.InvariantCulture, $"amqp://{user}:{PasswordOf(user)}@127.0.0.1:{Port}/%2F");

    /// <summary>As the user who may do everything, to look at what others did.</summary>
    public static Task<IConnection> ConnectAsync() => ConnectAsync(broker!.Uri);

    public static Task<IConnection> ConnectAsAsync(string user) => ConnectAsync(UriOf(user));

    public static Task<IChannel> ConfirmingAsync(IConnection connection) => connection.CreateChannelAsync(new CreateChannelOptions(true, true));

    public static async Task StopAsync()
    {
        if (broker is null)
            return;
        management!.Dispose();
        await broker.DisposeAsync();
        broker = null;
        Directory.Delete(Folder, recursive: true);
    }

    private static Task<IConnection> ConnectAsync(string uri) =>
        new ConnectionFactory { Uri = new Uri(uri), AutomaticRecoveryEnabled = false, ContinuationTimeout = TimeSpan.FromSeconds(20) }.CreateConnectionAsync();
}

using System.Text.Json;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

/// <summary>A console in a data folder that commands find, and a Routing whose messages fail and come to the console as they really do: by the dead-letter queue.</summary>
internal sealed class RunningConsole : IAsyncDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private readonly (string, string)[] _settings;
    private ConsoleServer? _server;
    private ISubscription? _listening;

    private RunningConsole(RoutingStandIn routing, (string, string)[] settings)
    {
        Routing = routing;
        _settings = [("Console:Services:Routing", routing.Url), ("Console:LookForQueuesEvery", "00:00:00.200"), .. settings];
    }

    public RoutingStandIn Routing { get; }

    public ConsoleServer Server => _server!;

    public string Data => _folder.Path;

    public string Token => File.ReadAllText(Path.Combine(Data, "console", "token")).Trim();

    public static async Task<RunningConsole> StartAsync(params (string, string)[] settings)
    {
        var console = new RunningConsole(await RoutingStandIn.StartAsync(), settings);
        await console.StartAsync();
        return console;
    }

    public async Task StartAsync()
    {
        _server = await ConsoleServer.StartAsync(_folder, null, _settings);
        _listening = await Routing.ListenAsync(_server.Services.GetRequiredService<ITransport>());
        new Endpoints(
            "embedded", "embedded", _server.Url.ToString(), null,
            [new ServiceEndpoint("console", _server.Url.ToString(), Environment.ProcessId, "1"), new ServiceEndpoint("routing", Routing.Url, Environment.ProcessId, "1")]).Write(Data);
    }

    public async Task StopAsync()
    {
        if (_server is null)
            return;
        await _listening!.DisposeAsync();
        await _server.DisposeAsync();
        _server = null;
    }

    public Task<Said> ClaimsAsync(params string[] arguments) => Claims.RunAsync([.. arguments, "--data", Data]);

    /// <summary>Messages that fail, and stand with the console.</summary>
    public async Task FailAsync(string municipality, string agency, params long[] feeIds)
    {
        var before = await CountAsync();
        await Server.Services.GetRequiredService<ITransport>().PublishAsync([.. feeIds.Select(feeId => Message(municipality, agency, feeId))], CancellationToken.None);
        using var patience = new CancellationTokenSource(Within);
        while (await CountAsync() < before + feeIds.Length)
            await Task.Delay(50, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Routing.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<long> CountAsync() =>
        (await Server.Services.GetRequiredService<OperationsConsole.DeadLetters.Letters>().CountAsync(new OperationsConsole.DeadLetters.LetterFilter(), CancellationToken.None)).Count;

    private static OutgoingMessage Message(string municipality, string agency, long feeId)
    {
        var claimId = DeterministicId.OfClaim(agency, feeId);
        var messageId = DeterministicId.Of(claimId, "claim-created");
        return new OutgoingMessage(
            MessageNames.ClaimCreated, messageId,
            JsonSerializer.SerializeToUtf8Bytes(new { messageId, claimId, municipality, agency, feeId, version = 1, amountOre = 7000L, reason = "Gebyr", borrower = new { cpr = "0101011234" } }));
    }
}

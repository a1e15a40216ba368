using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Failures;

/// <summary>
/// The console with the other services beside it, and messages that fail for real: a consumer of Ingest's queue cannot handle them, the transport puts them on the error queue, and the
/// console collects them from there. Once mended, the consumer takes what is sent again.
/// </summary>
internal sealed class FailedMessages : IAsyncDisposable
{
    public const string Cpr = "0101011234";
    private static readonly Actor Everybody = new("test", Role.Administrator, null);
    private readonly List<ISubscription> _consumers = [];

    private FailedMessages(ConsoleServer server, ServicesBeside beside) => (Server, Beside) = (server, beside);

    public ConsoleServer Server { get; }

    public ServicesBeside Beside { get; }

    public bool IsMended { get; set; }

    public List<string> Handled { get; } = [];

    public Letters Letters => Server.Services.GetRequiredService<Letters>();

    public static async Task<FailedMessages> StartAsync(params (string Key, string Value)[] settings)
    {
        var beside = await ServicesBeside.StartAsync();
        var server = await ConsoleServer.StartAsync(
            [("Console:Services:All", beside.Url), ("Console:LookForQueuesEvery", "00:00:00.200"), ("Console:ReplayEvery", "00:00:00.100"), .. settings]);
        var failed = new FailedMessages(server, beside);
        var transport = server.Services.GetRequiredService<ITransport>();
        failed._consumers.Add(await transport.SubscribeAsync(Topology.Ingest with { Linger = TimeSpan.Zero }, failed.HandleAsync, CancellationToken.None));
        return failed;
    }

    /// <summary>Publishes claims as FBS does, and waits until their failures are collected.</summary>
    public async Task FailAsync(string agency, params int[] fees)
    {
        var before = (await Letters.CountAsync(All, CancellationToken.None)).Count;
        await Server.Services.GetRequiredService<ITransport>().PublishAsync([.. fees.Select(fee => Message(agency, fee))], CancellationToken.None);
        for (var n = 0; (await Letters.CountAsync(All, CancellationToken.None)).Count < before + fees.Length; n++)
        {
            n.ShouldBeLessThan(300, "the failures were not collected");
            await Task.Delay(100);
        }
    }

    public async Task<Letter> LetterAsync(int fee) =>
        (await Letters.ListAsync(All with { FeeId = fee }, 1, null, CancellationToken.None)).Letters.ShouldHaveSingleItem();

    /// <summary>The console itself goes with its browser.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var consumer in _consumers)
            await consumer.DisposeAsync();
        await Beside.DisposeAsync();
    }

    private static LetterFilter All => new LetterFilter { Status = [.. Enum.GetValues<LetterStatus>()] }.For(Everybody);

    private static OutgoingMessage Message(string agency, int fee)
    {
        var id = DeterministicId.Create(DeterministicId.ClaimsTransfer, $"failed/{agency}/{fee}");
        return new OutgoingMessage(MessageNames.SubmitClaim, id, Encoding.UTF8.GetBytes($$"""
            {"messageId":"{{id}}","occurredAt":"2026-11-22T06:54:00Z","agency":"{{agency}}","feeId":{{fee}},"version":1,"type":"fee","reason":"Gebyr (for sent)","amountOre":{{7000 + (fee % 100)}},"currency":"DKK",
             "createdOn":"2026-10-22","borrower":{"cpr":"{{Cpr}}","name":"Test Testesen"},"materials":[{"itemNumber":"5237124059","faust":"48724566","group":"standard","title":"Små historier"}]}
            """));
    }

    private Task<IReadOnlyList<DeadLetter>> HandleAsync(IReadOnlyList<Delivery> batch, CancellationToken cancellation)
    {
        if (!IsMended)
            return Task.FromResult<IReadOnlyList<DeadLetter>>([.. batch.Select(delivery => new DeadLetter(delivery, Fault(delivery)))]);
        lock (Handled)
            Handled.AddRange(batch.Select(delivery => Encoding.UTF8.GetString(delivery.Body.Span)));
        return Task.FromResult<IReadOnlyList<DeadLetter>>([]);
    }

    private static Exception Fault(Delivery delivery) => Encoding.UTF8.GetString(delivery.Body.Span).Contains("DK-710100", StringComparison.Ordinal)
        ? new AnswerNotUnderstoodException($"The debtor system answered 200 with '<html>Vedligehold</html>' to message {delivery.MessageId}.")
        : new InvalidOperationException("Sequence contains more than one matching element");

    private sealed class AnswerNotUnderstoodException(string message) : Exception(message);
}

using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Prisme.Extract;
using ClaimsTransfer.Prisme.Format;
using ClaimsTransfer.Prisme.Transport;

namespace ClaimsTransfer.Prisme;

/// <summary>Fujitsu Prisme: a batch is a file, and so is everything that comes back.</summary>
public sealed class PrismeConnector(PrismeOptions options, FileTransports transports, TimeProvider time, ILogger<PrismeConnector> log) : IConnector, IAccountExtract
{
    private readonly IncomingFiles incoming = new(options, time, log);

    public ConnectorCapabilities Capabilities { get; } = new("Prisme", options.BatchSize, options.ReadInterval);

    public async Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        IFileTransport transport;
        try
        {
            transport = transports.Of(system);
        }
        catch (PermanentException misconfigured)
        {
            // Nothing left the house, and the claims can wait until the endpoint is put right.
            return [.. instructions.Select(_ => new Submitted.Unavailable(null, misconfigured.Message))];
        }

        var file = ClaimFile.Of(system, instructions);
        var handover = await transport.DeliverAsync(file.Name, file.Content, cancellation);
        Submitted outcome = handover switch
        {
            Handover.Delivered => new Submitted.Pending(file.BatchId),
            Handover.NotDelivered not => new Submitted.Unavailable(null, not.Reason),
            Handover.Uncertain uncertain => new Submitted.Unknown(uncertain.Reason),
            _ => throw new InvalidOperationException("a handover is delivered, not delivered or uncertain"),
        };
        return [.. instructions.Select(_ => outcome)];
    }

    /// <summary>Prisme answers a question only after it has taken in every claim file that lay in <c>ind</c> before it: so "unknown to us" is certain.</summary>
    public async Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        var transport = transports.Of(system);
        var question = QuestionFile.Of(system.Municipality, instructions, time.GetUtcNow());
        if (await transport.DeliverAsync(question.Name, question.Content, cancellation) is Handover.NotDelivered not)
            return [.. instructions.Select(_ => new Found.NoAnswer(not.Reason))];

        var answer = await WaitForAnswerAsync(transport, question.AnswerName, cancellation);
        return answer is null
            ? [.. instructions.Select(_ => new Found.NoAnswer($"no answer within {options.AnswerTimeout}"))]
            : [.. instructions.Select(i => answer.GetValueOrDefault(i.Id) ?? new Found.NoAnswer("the answer leaves the instruction out"))];
    }

    public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) =>
        incoming.ReadAsync(system, transports.Of(system), cursor, cancellation);

    public IAsyncEnumerable<DebtorAccount> ExtractAsync(DebtorSystem system, CancellationToken cancellation) =>
        new AccountExtract(options, time).ReadAsync(system, transports.Of(system), cancellation);

    private Task<Dictionary<Guid, Found>?> WaitForAnswerAsync(IFileTransport transport, string name, CancellationToken cancellation) => Answers.WaitAsync(
        transport, name, async there => await transport.FetchAsync([there], cancellation) is [{ Content: { } content }] ? QuestionFile.ReadAnswer(content) : null,
        options.AnswerTimeout, time, cancellation);
}

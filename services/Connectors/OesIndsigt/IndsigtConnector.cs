using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OesIndsigt.Extract;
using ClaimsTransfer.OesIndsigt.Feeds;

namespace ClaimsTransfer.OesIndsigt;

/// <summary>EG ØS Indsigt: REST with JSON bodies, a transport receipt in the reply, the business receipts and what is booked on the accounts by feeds.</summary>
public sealed class IndsigtConnector(IHttpClientFactory clients, IndsigtOptions options, TimeProvider time, ILogger<IndsigtConnector> log) : IConnector, IAccountExtract
{
    private readonly IndsigtCall calls = new(clients, options, time);

    public ConnectorCapabilities Capabilities { get; } = new("OesIndsigt", options.BatchSize, options.ReadInterval);

    public async Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        var batch = InstructionBatch.Of(system, instructions);
        using var request = Post(system, "instructions", batch, IndsigtJson.Default.InstructionBatch);
        request.Headers.Add("Idempotency-Key", batch.BatchId.ToString());
        switch (await calls.SendAsync(system, request, IndsigtJson.Default.Answers, cancellation))
        {
            case CallResult<Answers>.Answered { Body: var answers }:
                var byId = ById(answers);
                return [.. instructions.Select(i => byId.GetValueOrDefault(i.Id)?.ToSubmitted() ?? new Submitted.Unknown("the answer leaves the instruction out"))];
            // Of an answer to many that cannot be read nobody knows whom it is about; to one, it is about that one.
            case CallResult<Answers>.Unclear { IsNonsense: true } nonsense when instructions.Count == 1:
                return [new Submitted.NotUnderstood(nonsense.Reason)];
            case CallResult<Answers>.NotLetIn notLetIn:
                return [.. instructions.Select(_ => new Submitted.NotLetIn(notLetIn.Reason))];
            case CallResult<Answers>.NotDone not:
                return [.. instructions.Select(_ => new Submitted.Unavailable(not.RetryAfter, not.Reason))];
            case CallResult<Answers>.Unclear unclear:
                return [.. instructions.Select(_ => new Submitted.Unknown(unclear.Reason))];
            case CallResult<Answers>.Refused when instructions.Count > 1:
                // One instruction that it does not understand must not hold the others back: the halves show which it is.
                var half = instructions.Count / 2;
                return
                [
                    .. await SubmitAsync(system, [.. instructions.Take(half)], cancellation),
                    .. await SubmitAsync(system, [.. instructions.Skip(half)], cancellation),
                ];
            case CallResult<Answers>.Refused refused:
                return [new Submitted.Rejected("NOT-UNDERSTOOD", $"The debtor system does not take the instruction as it is: {refused.Reason}.", FixBy.Vendor)];
            default:
                throw new InvalidOperationException("a call is answered, not done, not let in, refused or unclear");
        }
    }

    public async Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation)
    {
        using var request = Post(system, "instructions/query", new Question([.. instructions.Select(i => i.Id)]), IndsigtJson.Default.Question);
        var result = await calls.SendAsync(system, request, IndsigtJson.Default.Answers, cancellation);
        if (result is CallResult<Answers>.Unclear { IsNonsense: true } nonsense && instructions.Count == 1)
            return [new Found.NotUnderstood(nonsense.Reason)];
        if (result is CallResult<Answers>.NotLetIn notLetIn)
            return [.. instructions.Select(_ => new Found.NotLetIn(notLetIn.Reason))];
        if (result is not CallResult<Answers>.Answered { Body: var answers })
            return [.. instructions.Select(_ => new Found.NoAnswer(result.Cause))];
        var byId = ById(answers);
        return [.. instructions.Select(i => byId.GetValueOrDefault(i.Id)?.ToFound() ?? new Found.NoAnswer("the answer leaves the instruction out"))];
    }

    public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) =>
        new BothFeeds(calls, options, log).ReadAsync(system, FeedCursor.Parse(cursor), cancellation);

    public IAsyncEnumerable<DebtorAccount> ExtractAsync(DebtorSystem system, CancellationToken cancellation) =>
        new AccountPages(calls, options, time).ReadAsync(system, cancellation);

    private static HttpRequestMessage Post<T>(DebtorSystem system, string path, T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        return new HttpRequestMessage(HttpMethod.Post, Address(system, path)) { Content = content };
    }

    internal static Uri Address(DebtorSystem system, string path) => new($"{system.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    // An answer that names an instruction twice is as good as its last word.
    private static Dictionary<Guid, ItemReading> ById(Answers answers)
    {
        var byId = new Dictionary<Guid, ItemReading>();
        foreach (var json in answers.Items)
        {
            if (ItemReading.Of(json) is { } reading)
                byId[reading.InstructionId] = reading;
        }

        return byId;
    }
}

using ClaimsTransfer.Defaults.Asking;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.OperationsConsole.Asking;

/// <summary>A claim as Routing tells how it stands.</summary>
public sealed record ClaimStanding
{
    public Guid ClaimId { get; init; }
    public string Municipality { get; init; } = "";
    public string Agency { get; init; } = "";
    public long FeeId { get; init; }
    public string Status { get; init; } = "";
    public string Category { get; init; } = "";
    public int Version { get; init; }
    public long AmountOre { get; init; }
    public OpenInstructionStanding? Open { get; init; }
    public IReadOnlyList<Guid> DeadLetters { get; init; } = [];
    public Note? Why { get; init; }
    public string? DebtorReference { get; init; }
    public DateTimeOffset? ReceivedAt { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Nothing is under way: it stands where it will stay until something happens.</summary>
    public bool IsAtRest => Category is not ("InFlight" or "Awaited" or "DeadLettered");
}

public sealed record OpenInstructionStanding(Guid Id, string Kind);

/// <summary>What a service has on record of a message.</summary>
public sealed record RecordedMessage(Guid MessageId, Guid? ClaimId, string? Verdict, IReadOnlyList<Note>? Notes, string? Outcome, string? Status);

/// <summary>What a message would do now.</summary>
public sealed record Forecast(string Outcome, IReadOnlyList<Note>? Notes, Guid? ClaimId, string? Municipality, long? AmountOre, IReadOnlyList<ToldFault>? Faults);

/// <param name="Body">As it is kept; Ingest opens what is sealed.</param>
public sealed record MessageToForecast(string Name, Guid? MessageId, byte[] Body);

/// <summary>Asks whichever service takes a message what it has done with it, or would do.</summary>
public sealed class MessageQuestions(ServiceClient client, IMunicipalities municipalities)
{
    private const int AtATime = 500;

    /// <summary>Which service takes the messages of a queue; null: one that is not asked.</summary>
    public string? ServiceOf(string queue, string name, string municipality)
    {
        var taken = queue == Topology.Unrouted
            ? ((QueueDefinition[])[Topology.Ingest, Topology.Routing, Topology.Payments]).FirstOrDefault(one => one.Bindings.Any(binding => binding.Exchange == name))?.Name ?? name
            : queue;
        return Topology.ServiceQueueOf(taken) switch
        {
            Topology.IngestQueue => "Ingest",
            Topology.RoutingQueue => "Routing",
            Topology.PaymentsQueue => "Payments",
            _ when taken.StartsWith(MessageNames.TransferClaim, StringComparison.Ordinal) => municipalities.Find(municipality)?.Vendor.ToString(),
            _ => null,
        };
    }

    public async Task<IReadOnlyDictionary<Guid, RecordedMessage>> RecordedAsync(string service, IReadOnlyCollection<Guid> messageIds, CancellationToken cancellation)
    {
        var recorded = new Dictionary<Guid, RecordedMessage>();
        foreach (var chunk in messageIds.Chunk(AtATime))
        {
            var answer = await client.PostAsync<RecordedAnswer>(service, $"{PathOf(service)}/messages/recorded", new { messageIds = chunk }, cancellation);
            foreach (var message in answer?.Recorded ?? [])
                recorded[message.MessageId] = message;
        }

        return recorded;
    }

    public async Task<IReadOnlyDictionary<Guid, ClaimStanding>> StandingAsync(IReadOnlyCollection<Guid> claimIds, CancellationToken cancellation)
    {
        var standing = new Dictionary<Guid, ClaimStanding>();
        foreach (var chunk in claimIds.Chunk(AtATime))
        {
            var answer = await client.PostAsync<StandingAnswer>("Routing", "routing/claims/standing", new { claimIds = chunk }, cancellation);
            foreach (var claim in answer?.Claims ?? [])
                standing[claim.ClaimId] = claim;
        }

        return standing;
    }

    /// <summary>What each would do now, in the same order. Connectors' messages are forecast by Routing, which knows what it awaits.</summary>
    public async Task<IReadOnlyList<Forecast>> ForecastAsync(string service, IReadOnlyList<MessageToForecast> messages, CancellationToken cancellation)
    {
        var asked = Enum.TryParse<Vendor>(service, out _) ? "Routing" : service;
        var answer = await client.PostAsync<ForecastAnswer>(asked, $"{PathOf(asked)}/preview", new { messages }, cancellation);
        return answer?.Forecasts is { } forecasts && forecasts.Count == messages.Count
            ? forecasts
            : throw new ServiceAwayException(asked, ServiceNotes.ForecastTooFew(asked, answer?.Forecasts.Count ?? 0, messages.Count));
    }

    private static string PathOf(string service) => Enum.TryParse<Vendor>(service, out _) ? $"connectors/{service}" : service.ToLowerInvariant();

    private sealed record RecordedAnswer(IReadOnlyList<RecordedMessage> Recorded);

    private sealed record StandingAnswer(IReadOnlyList<ClaimStanding> Claims);

    private sealed record ForecastAnswer(IReadOnlyList<Forecast> Forecasts);
}

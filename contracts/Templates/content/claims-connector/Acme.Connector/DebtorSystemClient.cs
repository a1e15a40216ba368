using System.Net;
using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Messages;

namespace Acme.Connector;

/// <summary>
/// All calls to the debtor system. As it stands it speaks to the conformance kit's stand-in, an HTTP interface that no real debtor system has: everything marked VENDOR is yours
/// to replace.
/// </summary>
public sealed class DebtorSystemClient : IDisposable
{
    // The SDK ends a call after Connectors:CallTimeout; nothing here waits longer by itself.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2), AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Carries out one instruction: the whole claim as it should stand. Its <see cref="Instruction.Id"/> is the same through every sending.</summary>
    public async Task<Submitted> SendAsync(DebtorSystem system, Instruction instruction, CancellationToken cancellation)
    {
        try
        {
            // VENDOR: the call that registers, adjusts, cancels or changes the liable party. Hand Instruction.Id and Instruction.Reference over: both are asked for later.
            using var response = await _http.PostAsJsonAsync(At(system, "instructions"), WireOf(instruction), cancellation);

            // VENDOR: what the answer means. "Unavailable" promises that nothing was booked.
            return response.StatusCode switch
            {
                HttpStatusCode.ServiceUnavailable => new Submitted.Unavailable(response.Headers.RetryAfter?.Delta, "the debtor system takes nothing now"),
                HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity => await ReadAsync(response, cancellation) switch
                {
                    { Status: "accepted" } done => new Submitted.Accepted(done.DebtorReference, done.Receipt, done.PaymentSlip),
                    { Status: "rejected", Code: { } code, FixBy: { } fixBy } no => new Submitted.Rejected(code, no.Text ?? code, fixBy),
                    _ => new Submitted.NotUnderstood("the answer is neither accepted nor rejected"),
                },
                _ => new Submitted.Unknown($"status {(int)response.StatusCode}"),
            };
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            return new Submitted.Unavailable(null, "the debtor system cannot be reached");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            // The reply is lost, and with it whether it was booked: the SDK asks before it sends again. Said for this one alone, so that its neighbours keep their answers.
            return new Submitted.Unknown($"no reply: {failure.GetType().Name}");
        }
    }

    /// <summary>What the debtor system knows of an instruction that may or may not have arrived.</summary>
    public async Task<Found> FindAsync(DebtorSystem system, Instruction instruction, CancellationToken cancellation)
    {
        try
        {
            // VENDOR: the question by Instruction.Id or Instruction.Reference. "NotThere" promises that nothing was booked, and will not be by what was sent before.
            using var response = await _http.GetAsync(At(system, $"instructions/{instruction.Id}"), cancellation);
            return response.StatusCode switch
            {
                HttpStatusCode.NotFound => new Found.NotThere(),
                HttpStatusCode.OK => await ReadAsync(response, cancellation) switch
                {
                    { Status: "accepted" } done => new Found.Done(done.DebtorReference, done.Receipt, done.PaymentSlip),
                    { Status: "rejected", Code: { } code, FixBy: { } fixBy } no => new Found.Rejected(code, no.Text ?? code, fixBy),
                    _ => new Found.NotUnderstood("the answer is neither accepted nor rejected"),
                },
                _ => new Found.NoAnswer($"status {(int)response.StatusCode}"),
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return new Found.NoAnswer($"no reply: {failure.GetType().Name}");
        }
    }

    /// <summary>What the debtor system has booked by itself since the cursor. Whatever is thrown here means "nothing was read": it is read again.</summary>
    public async Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation)
    {
        // VENDOR: the feed, file or report of what was paid, taken back and written off. A list that was cut off, or does not add up, is used as a whole or not at all.
        using var response = await _http.GetAsync(At(system, $"entries?after={cursor ?? "0"}"), cancellation);
        response.EnsureSuccessStatusCode();
        var list = await response.Content.ReadFromJsonAsync<EntryList>(Json, cancellation) ?? throw new InvalidDataException("The list of entries is null.");
        if (list.Count != list.Entries.Count)
            throw new InvalidDataException($"The list says {list.Count} entries and holds {list.Entries.Count}.");
        return new ReadBack([], list.Next.ToString(System.Globalization.CultureInfo.InvariantCulture), More: list.Entries.Count > 0) { Entries = [.. list.Entries.Select(EntryOf)] };
    }

    public void Dispose() => _http.Dispose();

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new CamelCaseEnum<FixBy>() } };

    private static Uri At(DebtorSystem system, string path) => new($"{system.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");

    // VENDOR: an instruction as your system takes it. Amounts are in øre.
    private static object WireOf(Instruction instruction) => new
    {
        instructionId = instruction.Id,
        kind = JsonNamingPolicy.CamelCase.ConvertName(instruction.Kind.ToString()),
        reference = instruction.Reference,
        version = instruction.Version,
        amountOre = instruction.AmountOre,
        type = JsonNamingPolicy.CamelCase.ConvertName(instruction.Type.ToString()),
        reason = instruction.Reason,
        createdOn = instruction.CreatedOn,
        dueOn = instruction.DueOn,
        debtor = new { kind = JsonNamingPolicy.CamelCase.ConvertName(instruction.DebtorKind.ToString()), number = instruction.Debtor.Number, name = instruction.Debtor.Name },
    };

    // VENDOR: what your system books by itself. Reminder fees and interest are a Charge, or coverage of another AccountPart: they never reduce the library's claim.
    private static DebtorEntry EntryOf(Entry entry)
    {
        var subject = new EntrySubject(entry.Reference, entry.DebtorReference);
        return entry.Kind switch
        {
            "coverage" => new DebtorEntry.Coverage(entry.EntryId, subject, entry.BookedAt, entry.ValueDate, entry.AmountOre, entry.Channel),
            "reversal" => new DebtorEntry.Reversal(entry.EntryId, subject, entry.BookedAt, entry.ValueDate, entry.AmountOre, entry.ReversesEntryId),
            "writeOff" => new DebtorEntry.WriteOff(entry.EntryId, subject, entry.BookedAt, entry.ValueDate, entry.AmountOre, entry.Reason),
            _ => throw new InvalidDataException($"Entry {entry.Number} is of a kind that this connector does not know."),
        };
    }

    /// <returns>Null: an answer came, and it cannot be understood.</returns>
    private static async Task<Answer?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<Answer>(Json, cancellation);
        }
        catch (JsonException)
        {
            // Not passed on: its text may quote the answer, and the answer a person.
            return null;
        }
    }

    private sealed record Answer(string? Status, string? DebtorReference, string? Receipt, string? PaymentSlip, string? Code, string? Text, FixBy? FixBy);

    private sealed record EntryList(int Count, long Next, IReadOnlyList<Entry> Entries);

    private sealed record Entry(
        long Number, string EntryId, string Kind, string? Reference, string? DebtorReference, long AmountOre, string? Channel, DateOnly ValueDate, DateTimeOffset BookedAt, string? ReversesEntryId, string? Reason);
}

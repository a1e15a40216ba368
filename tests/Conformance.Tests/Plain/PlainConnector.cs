using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.ConformanceKit.Starting;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ClaimsTransfer.Conformance.Tests.Plain;

/// <summary>
/// A small connector straight on AMQP, without the SDK, between the wire and the kit's stand-in; with one flaw, or none. It asks before it sends, reports, waits for the confirm and
/// acknowledges last. What it does not know it keeps asking.
/// </summary>
internal sealed class PlainConnector : IRunningConnector
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan EarlyAt = TimeSpan.FromSeconds(2);
    private readonly ConnectorStart _start;
    private readonly Flaw _flaw;
    private readonly KeyRing _keys;
    private readonly IUnsealer _unsealer;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Guid, Task> _claims = new();
    private readonly ConcurrentDictionary<Guid, bool> _inHand = new();
    private readonly ConcurrentDictionary<Guid, OpenIdentity> _firstDebtors = new();
    private readonly ConcurrentDictionary<Guid, long> _amounts = new();
    private readonly ConcurrentStack<BasicDeliverEventArgs> _turned = new();
    private readonly SemaphoreSlim _publishing = new(1);
    private IConnection _connection = null!;
    private IChannel _channel = null!;
    private IChannel _replies = null!;
    private Task _reading = Task.CompletedTask;
    private readonly SemaphoreSlim _probing = new(1);
    private readonly SemaphoreSlim _slots = new(50);
    private DateTimeOffset _notBefore;
    private volatile bool _isAway;

    private PlainConnector(ConnectorStart start, Flaw flaw)
    {
        _start = start;
        _flaw = flaw;
        _keys = new KeyRing(start.Keys, MasterKey.Load(new Installation { MasterKeyFile = start.KeysSecret }));
        _unsealer = new Unsealer(_keys, [start.Municipality]);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"{start.DebtorSystem.ToString().TrimEnd('/')}/"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public string Version => $"PlainConnector with flaw {_flaw}";

    public bool CanBeKilled => true;

    public Task<string> Ended { get; } = new TaskCompletionSource<string>().Task;

    public static async Task<PlainConnector> StartAsync(ConnectorStart start, Flaw flaw, CancellationToken cancellation)
    {
        var connector = new PlainConnector(start, flaw);
        var factory = new ConnectionFactory { Uri = new Uri(start.Broker), AutomaticRecoveryEnabled = false };
        connector._connection = await factory.CreateConnectionAsync("plain connector", cancellation);
        connector._channel = await connector._connection.CreateChannelAsync(cancellationToken: cancellation);
        connector._replies = await connector._connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
        await connector._channel.BasicQosAsync(0, flaw == Flaw.Hoards ? (ushort)0 : (ushort)50, global: false, cancellation);
        var consumer = new AsyncEventingBasicConsumer(connector._channel);
        consumer.ReceivedAsync += (_, delivery) => connector.TakeAsync(new BasicDeliverEventArgs(
            delivery.ConsumerTag, delivery.DeliveryTag, delivery.Redelivered, delivery.Exchange, delivery.RoutingKey, delivery.BasicProperties, delivery.Body.ToArray()));
        await connector._channel.BasicConsumeAsync($"transfer-claim.{start.Municipality}", autoAck: false, consumer, cancellation);
        connector._reading = Task.Run(() => connector.ReadEntriesAsync(connector._stopping.Token), CancellationToken.None);
        start.Said("The plain connector serves its municipality.");
        return connector;
    }

    public async Task KillAsync()
    {
        await _stopping.CancelAsync();
        await _connection.AbortAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Task.WhenAll([_reading, .. _claims.Values]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
        _http.Dispose();
        _keys.Dispose();
    }

    /// <summary>Chains what is of one claim; other claims go on beside it.</summary>
    private async Task TakeAsync(BasicDeliverEventArgs delivery)
    {
        if (_flaw == Flaw.AcknowledgesEarly)
        {
            await _slots.WaitAsync(_stopping.Token);
            await _channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, _stopping.Token);
        }

        TransferClaim? instruction;
        try
        {
            instruction = JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.TransferClaim);
        }
        catch (JsonException)
        {
            if (_flaw != Flaw.SwallowsPoison)
                await SetAsideAsync(delivery);
            await AcknowledgeAsync(delivery);
            return;
        }

        if (instruction!.Instruction == InstructionKind.Find)
        {
            await AnswerAsync(instruction, delivery);
            return;
        }

        if (_flaw == Flaw.TurnsTheOrder)
        {
            _turned.Push(delivery);
            _ = Task.Run(TurnAsync);
            return;
        }

        Chain(instruction, delivery);
    }

    private void Chain(TransferClaim instruction, BasicDeliverEventArgs delivery) =>
        _ = _claims.AddOrUpdate(instruction.ClaimId, _ => HandleAsync(Task.CompletedTask, instruction, delivery), (_, before) => HandleAsync(before, instruction, delivery));

    /// <summary>Waits a moment for more, then takes the last first.</summary>
    private async Task TurnAsync()
    {
        await Task.Delay(Pause, _stopping.Token);
        while (_turned.TryPop(out var delivery))
            Chain(JsonSerializer.Deserialize(delivery.Body.Span, MessageJson.Default.TransferClaim)!, delivery);
    }

    private async Task HandleAsync(Task before, TransferClaim instruction, BasicDeliverEventArgs delivery)
    {
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stopping.IsCancellationRequested)
            return;
        _inHand[instruction.InstructionId] = true;
        try
        {
            var debtor = _unsealer.Open(_start.Municipality, instruction.Debtor.Identity);
            if (_flaw == Flaw.LogsNumbers)
                _start.Said($"{instruction.Instruction} {instruction.Reference} against {debtor.Number}");
            if (_flaw == Flaw.WritesNumbers)
                await File.AppendAllTextAsync(Path.Combine(_start.Data, "debtors.txt"), $"{debtor.Number}\n", _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_flaw == Flaw.KeepsTheDebtor)
                debtor = _firstDebtors.GetOrAdd(instruction.ClaimId, debtor);
            if (_flaw == Flaw.SwallowsCancellations && instruction.Instruction == InstructionKind.Cancel)
                await ReportAsync(instruction, new JsonObject { ["status"] = "accepted" }, debtor, delivery);
            else if (await CarryOutAsync(instruction, debtor) is { } answer)
                await ReportAsync(instruction, answer, debtor, delivery);
            else
                await SetAsideAsync(delivery);
            await AcknowledgeAsync(delivery);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Killed: the broker has it again.
        }
        finally
        {
            _inHand.TryRemove(instruction.InstructionId, out _);
        }
    }

    /// <returns>Null: the debtor system has the instruction with other content.</returns>
    private async Task<JsonNode?> CarryOutAsync(TransferClaim instruction, OpenIdentity debtor)
    {
        var cancellation = _stopping.Token;
        var began = DateTimeOffset.UtcNow;
        while (true)
        {
            var (status, known) = await AskAsync(instruction.InstructionId, cancellation);
            if (status == HttpStatusCode.OK)
            {
                var isSame = known!["version"]!.GetValue<int>() == instruction.Version && known["amountOre"]!.GetValue<long>() == AmountOf(instruction);
                return isSame || _flaw == Flaw.OverlooksConflicts ? known : null;
            }

            if (status == HttpStatusCode.NotFound)
            {
                (status, known) = await SubmitAsync(instruction, debtor, cancellation);
                if (status is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity)
                    return known;
                if (status is null && _flaw == Flaw.Guesses)
                    return new JsonObject { ["status"] = "accepted" };
                if (status is null && _flaw == Flaw.SendsAgain)
                    await SubmitAsync(instruction, debtor, cancellation);
            }

            if (status == HttpStatusCode.ServiceUnavailable)
            {
                if (_flaw == Flaw.GivesUpEarly && DateTimeOffset.UtcNow - began > EarlyAt)
                    return new JsonObject { ["status"] = "rejected", ["code"] = "CLOSED", ["text"] = "The debtor system is closed.", ["fixBy"] = "vendor" };
            }

            await Task.Delay(_flaw == Flaw.Hammers ? TimeSpan.FromMilliseconds(10) : Pause, cancellation);
        }
    }

    private async Task<(HttpStatusCode? Status, JsonNode? Answer)> AskAsync(Guid instructionId, CancellationToken cancellation)
    {
        await WhenToldAsync(cancellation);
        return await CallAsync(() => _http.GetAsync(new Uri($"instructions/{instructionId}", UriKind.Relative), cancellation), cancellation);
    }

    private async Task<(HttpStatusCode? Status, JsonNode? Answer)> SubmitAsync(TransferClaim instruction, OpenIdentity debtor, CancellationToken cancellation)
    {
        await WhenToldAsync(cancellation);
        var body = new JsonObject
        {
            ["instructionId"] = instruction.InstructionId, ["kind"] = JsonNamingPolicy.CamelCase.ConvertName(instruction.Instruction.ToString()), ["reference"] = instruction.Reference,
            ["version"] = instruction.Version, ["amountOre"] = AmountOf(instruction), ["debtor"] = new JsonObject { ["kind"] = "borrower", ["number"] = debtor.Number, ["name"] = debtor.Name },
        };
        if (_flaw != Flaw.LosesPatience)
            return await CallAsync(() => _http.PostAsJsonAsync(new Uri("instructions", UriKind.Relative), body, cancellation), cancellation);
        var call = CallAsync(() => _http.PostAsJsonAsync(new Uri("instructions", UriKind.Relative), body, cancellation), cancellation);
        if (await Task.WhenAny(call, Task.Delay(TimeSpan.FromSeconds(1), cancellation)) == call)
            return await call;
        return await CallAsync(() => _http.PostAsJsonAsync(new Uri("instructions", UriKind.Relative), body, cancellation), cancellation);
    }

    /// <summary>After "not now" nobody calls before it is time, and then one at a time until it is back.</summary>
    private async Task WhenToldAsync(CancellationToken cancellation)
    {
        if (!_isAway || _flaw == Flaw.Hammers)
            return;
        await _probing.WaitAsync(cancellation);
        try
        {
            while (_isAway && _notBefore - DateTimeOffset.UtcNow is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, cancellation);
            // Whoever comes next waits for what this one hears.
            _notBefore = DateTimeOffset.UtcNow + Pause;
        }
        finally
        {
            _probing.Release();
        }
    }

    private void Hear(HttpResponseMessage response)
    {
        _isAway = response.StatusCode == HttpStatusCode.ServiceUnavailable;
        if (_isAway)
            _notBefore = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(1);
    }

    private async Task<(HttpStatusCode? Status, JsonNode? Answer)> CallAsync(Func<Task<HttpResponseMessage>> call, CancellationToken cancellation)
    {
        try
        {
            using var response = await call();
            Hear(response);
            var answer = response.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity ? await response.Content.ReadFromJsonAsync<JsonNode>(cancellation) : null;
            return (response.StatusCode, answer);
        }
        catch (HttpRequestException)
        {
            return (null, null);
        }
    }

    private long AmountOf(TransferClaim instruction)
    {
        if (_flaw != Flaw.AddsAdjustments)
            return instruction.AmountOre;
        var before = _amounts.GetValueOrDefault(instruction.ClaimId);
        // Only when the claim rises or falls by much: the order of small steps is another check's.
        return instruction.Instruction == InstructionKind.Adjust && before - instruction.AmountOre > 10_000 ? before + instruction.AmountOre : _amounts[instruction.ClaimId] = instruction.AmountOre;
    }

    private Task ReportAsync(TransferClaim instruction, JsonNode answer, OpenIdentity debtor, BasicDeliverEventArgs delivery)
    {
        var isAccepted = answer["status"]!.GetValue<string>() == "accepted";
        var text = answer["text"]?.GetValue<string>();
        var id = _flaw == Flaw.AnswersAnew ? Guid.NewGuid() : DeterministicId.Of(instruction.InstructionId, isAccepted ? "accepted" : "rejected");
        return PublishAsync(new TransferReported(
            id, DateTimeOffset.UtcNow, instruction.ClaimId, instruction.Municipality, instruction.Agency, instruction.FeeId, instruction.Version, instruction.InstructionId,
            instruction.Instruction, isAccepted ? TransferOutcome.Accepted : TransferOutcome.Rejected, _flaw == Flaw.KeepsTheReference ? null : answer["debtorReference"]?.GetValue<string>(),
            answer["receipt"]?.GetValue<string>(), answer["code"]?.GetValue<string>(), _flaw == Flaw.TellsNumbers && text is not null ? $"{text} ({debtor.Number})" : text,
            isAccepted || _flaw == Flaw.BlamesNobody ? null : Enum.Parse<FixBy>(answer["fixBy"]!.GetValue<string>(), ignoreCase: true)), delivery);
    }

    /// <summary>Routing asks what became of an instruction.</summary>
    private async Task AnswerAsync(TransferClaim question, BasicDeliverEventArgs delivery)
    {
        var about = question.About!.Value;
        var outcome = TransferOutcome.InHand;
        JsonNode? known = null;
        if (!_inHand.ContainsKey(about))
        {
            (var status, known) = await AskAsync(about, _stopping.Token);
            outcome = status switch
            {
                HttpStatusCode.OK => known!["status"]!.GetValue<string>() == "accepted" ? TransferOutcome.Accepted : TransferOutcome.Rejected,
                HttpStatusCode.NotFound => TransferOutcome.NotDone,
                _ => TransferOutcome.Unknown,
            };
        }

        await PublishAsync(new TransferReported(
            DeterministicId.Of(question.MessageId, $"answer/{outcome}"), DateTimeOffset.UtcNow, question.ClaimId, question.Municipality, question.Agency, question.FeeId, question.Version,
            about, InstructionKind.Register, outcome, known?["debtorReference"]?.GetValue<string>(), null, known?["code"]?.GetValue<string>(), known?["text"]?.GetValue<string>(), null), delivery);
        await AcknowledgeAsync(delivery);
    }

    private Task PublishAsync(TransferReported report, BasicDeliverEventArgs delivery) => PublishAsync(
        MessageNames.TransferReported, report.MessageId, JsonSerializer.SerializeToUtf8Bytes(report, MessageJson.Default.TransferReported),
        _flaw == Flaw.DropsTheTrace ? null : delivery.BasicProperties.Headers?["traceparent"]);

    private async Task PublishAsync(string name, Guid messageId, byte[] body, object? trace)
    {
        var properties = new BasicProperties { MessageId = messageId.ToString(), ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, Type = name, UserId = UserOf(_start.Broker) };
        if (trace is not null)
            properties.Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["traceparent"] = trace };
        await _publishing.WaitAsync(_stopping.Token);
        try
        {
            await _replies.BasicPublishAsync(name, _start.Municipality, mandatory: true, properties, body, _stopping.Token);
        }
        finally
        {
            _publishing.Release();
        }
    }

    private async Task ReadEntriesAsync(CancellationToken cancellation)
    {
        var after = 0L;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await WhenToldAsync(cancellation);
                using var response = await _http.GetAsync(new Uri($"entries?after={after}", UriKind.Relative), cancellation);
                Hear(response);
                if (response.StatusCode == HttpStatusCode.OK)
                    after = await TellAsync(await response.Content.ReadAsStringAsync(cancellation), after);
            }
            catch (HttpRequestException)
            {
                // No answer: asked again.
            }
            catch (Exception) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Where to go on.</returns>
    private async Task<long> TellAsync(string text, long after)
    {
        JsonNode page;
        try
        {
            page = JsonNode.Parse(text)!;
        }
        catch (JsonException)
        {
            return after;
        }

        var entries = page["entries"]!.AsArray();
        if (entries.Count != page["count"]!.GetValue<int>() && _flaw != Flaw.SkipsCutAnswers)
            return after;
        foreach (var entry in entries)
            await TellAsync(entry!);
        return page["next"]!.GetValue<long>();
    }

    private Task TellAsync(JsonNode entry)
    {
        var kind = entry["kind"]!.GetValue<string>();
        if ((_flaw == Flaw.IgnoresReversals && kind == "reversal") || (_flaw == Flaw.IgnoresWriteOffs && kind == "writeOff"))
            return Task.CompletedTask;
        var reference = entry["reference"]!.GetValue<string>();
        var (agency, feeId) = (reference[..9], long.Parse(reference[10..]));
        var claim = DeterministicId.OfClaim(agency, feeId);
        var said = new DebtorEntryUnmatched(
            Guid.Empty, entry["bookedAt"]!.GetValue<DateTimeOffset>(), _start.Municipality, entry["entryId"]!.GetValue<string>(),
            Enum.Parse<DebtorEntryKind>(kind, ignoreCase: true), entry["amountOre"]!.GetValue<long>(), DateOnly.Parse(entry["valueDate"]!.GetValue<string>()), null, null, null,
            entry["channel"]?.GetValue<string>(), entry["reversesEntryId"]?.GetValue<string>(), entry["reason"]?.GetValue<string>(), null, false);
        var message = EntryMessages.OfClaim(said, claim, agency, feeId, 1);
        if (_flaw == Flaw.CountsRepeats)
        {
            message = message switch
            {
                CoverageRegistered coverage => coverage with { MessageId = Guid.NewGuid() },
                CoverageReversed reversal => reversal with { MessageId = Guid.NewGuid() },
                WriteOffRegistered writeOff => writeOff with { MessageId = Guid.NewGuid() },
                _ => message,
            };
        }

        var name = kind switch { "coverage" => MessageNames.CoverageRegistered, "reversal" => MessageNames.CoverageReversed, _ => MessageNames.WriteOffRegistered };
        return PublishAsync(name, message.MessageId, JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.GetTypeInfo(message.GetType())!), null);
    }

    private async Task AcknowledgeAsync(BasicDeliverEventArgs delivery)
    {
        if (_flaw == Flaw.AcknowledgesEarly)
            _slots.Release();
        else if (!_setAside.TryRemove(delivery.DeliveryTag, out _))
            await _channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, _stopping.Token);
    }

    private async Task SetAsideAsync(BasicDeliverEventArgs delivery)
    {
        // Acknowledged early, it cannot be rejected any more: put where a rejection would have taken it.
        if (_flaw == Flaw.AcknowledgesEarly)
        {
            var properties = new BasicProperties { MessageId = delivery.BasicProperties.MessageId, DeliveryMode = DeliveryModes.Persistent };
            await _replies.BasicPublishAsync("dead-letters", $"transfer-claim.{_start.Municipality}_dead", mandatory: true, properties, delivery.Body, _stopping.Token);
            return;
        }

        _setAside[delivery.DeliveryTag] = true;
        await _channel.BasicRejectAsync(delivery.DeliveryTag, requeue: false, _stopping.Token);
    }

    private readonly ConcurrentDictionary<ulong, bool> _setAside = new();

    private static string UserOf(string broker) => Uri.UnescapeDataString(new Uri(broker).UserInfo.Split(':')[0]);
}

/// <summary>The plain connector before the kit's stand-in.</summary>
internal sealed class PlainFactory(Flaw flaw) : IConnectorFactory
{
    public async Task<IDebtorSystem> OpenDebtorSystemAsync(string municipality, CancellationToken cancellation) =>
        await StandInDebtorSystem.StartAsync(municipality, TimeProvider.System, cancellation);

    public async Task<IRunningConnector> StartAsync(ConnectorStart start, CancellationToken cancellation) => await PlainConnector.StartAsync(start, flaw, cancellation);
}

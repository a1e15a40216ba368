using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.OesIndsigt;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>What ØS Indsigt replies: to instructions and questions, in its feeds of receipts and entries, in its list of claims.</summary>
internal sealed class IndsigtDoor() : Door("indsigt-replies", Form.Json)
{
    private readonly StandInReplies replies = new();
    private readonly LeakLog log = new();
    private ServiceProvider services = null!;
    private IndsigtConnector connector = null!;

    public override IReadOnlyList<Input> Examples { get; } =
    [
        new($$"""{"items":[{"instructionId":"{{Instructions.FirstId}}","status":"received","receiptId":"r-1"},{"instructionId":"{{Instructions.SecondId}}","status":"rejected","code":"X","text":"Nej","fixBy":"municipality"}]}""", ("call", "submit")),
        new($$"""{"items":[{"instructionId":"{{Instructions.FirstId}}","status":"accepted","receiptId":"r-1","debtorReference":"OI-77","paymentSlip":"000000000000018"},{"instructionId":"{{Instructions.SecondId}}","status":"notFound"}]}""", ("call", "find")),
        new($$"""{"receipts":[{"instructionId":"{{Instructions.FirstId}}","status":"accepted","receiptId":"r-1","position":"1"},{"instructionId":"{{Instructions.SecondId}}","status":"rejected","receiptId":"r-2"}],"entries":[],"next":"2","more":false}""", ("call", "read")),
        new("""
            {"receipts":[],"entries":[
              {"position":"1","entryId":"p-1","kind":"coverage","reference":"DK-710100-434536","debtorReference":"OI-77","paymentSlip":"000000000000018","valueDate":"2026-11-22","bookedAt":"2026-11-23T10:30:00+01:00","amountOre":7000,"channel":"mobilePay"},
              {"position":"2","entryId":"p-2","kind":"reversal","valueDate":"2026-11-22","bookedAt":"2026-11-23T10:30:00Z","amountOre":7000,"reversesEntryId":"p-1","part":"reminderFee"},
              {"position":"3","entryId":"p-3","kind":"account","valueDate":"2026-11-22","bookedAt":"2026-11-23T10:30:00Z","status":"inCollection"}],"next":"3","more":false}
            """, ("call", "read")),
        new("""{"accounts":[{"reference":"DK-710100-1","amountOre":7000,"coveredOre":2050,"writtenOffOre":-1001,"inForce":true,"bookings":1,"changedAt":"2026-11-23T10:30:00+01:00"}],"more":false}""", ("call", "list")),
    ];

    protected override IReadOnlyList<(string Name, string?[] Values)> Variants =>
        [("call", ["submit", "submit one", "find", "find one", "read", "list"]), ("cursor", ["", "1|2", "%|%", "a", "|"]), .. StandInReplies.Variants];

    public override Task OpenAsync()
    {
        var collection = new ServiceCollection();
        collection.AddHttpClient(IndsigtCall.ClientName);
        replies.Answer(collection, IndsigtCall.ClientName);
        services = collection.AddLogging(logging => logging.AddProvider(log)).BuildServiceProvider();
        connector = ActivatorUtilities.CreateInstance<IndsigtConnector>(services, new IndsigtOptions { ReplyTimeout = TimeSpan.FromHours(4) }, new HastyTime());
        return Task.CompletedTask;
    }

    public override async Task<Answer> TakeAsync(Input input)
    {
        replies.Reply = input;
        log.Forget();
        var system = Instructions.System("0376");
        var asked = input["call"].EndsWith("one", StringComparison.Ordinal) ? Instructions.Two[..1] : Instructions.Two;
        switch (input["call"].Split(' ')[0])
        {
            case "find":
                return Instructions.Of(await connector.FindAsync(system, asked, CancellationToken.None));
            case "list":
                return await Listed.AllAsync(connector.ExtractAsync(system, CancellationToken.None));
            case "read":
                try
                {
                    var read = await connector.ReadAsync(system, input.Properties.GetValueOrDefault("cursor"), CancellationToken.None);
                    // Nothing new is no fault, and needs no word.
                    return Instructions.Of(read, log.Last ?? "nothing new");
                }
                catch (HttpRequestException unread)
                {
                    return new Answer(false, unread.Message);
                }

            default:
                return Instructions.Of(await connector.SubmitAsync(system, asked, CancellationToken.None));
        }
    }

    public override string? LeakInLog() => log.TakeLeak();

    public override ValueTask DisposeAsync() => services.DisposeAsync();
}

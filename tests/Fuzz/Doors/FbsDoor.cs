using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments;
using ClaimsTransfer.Payments.Reconciliation;
using ClaimsTransfer.Payments.Reconciliation.Reading;
using ClaimsTransfer.Payments.ToFbs;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>What FBS replies: to a payment, with a patron's fees, with its open claims; and the lists of accounts that connectors give to reconciliation.</summary>
internal sealed class FbsDoor() : Door("fbs-replies", Form.Json)
{
    private const string Client = "fbs";

    private static readonly DueOrder Order = new("o-1", Instructions.FirstId, "0101", "DK-710100", 434536, 271828, Calls: 1);

    private readonly StandInReplies replies = new();
    private readonly ReconciliationOptions options = new()
    {
        FbsUrl = "http://127.0.0.1:1", FbsOpenClaims = "http://127.0.0.1:1/{municipality}", Connectors = new ConnectorAddresses { All = "http://127.0.0.1:1" }, ReadPatience = TimeSpan.FromSeconds(20),
    };

    private ServiceUnderFuzz service = null!;

    public override IReadOnlyList<Input> Examples { get; } =
    [
        new("""[{"feeId":434536,"orderId":"o-1","confirmationId":"c-1","paymentStatus":"paymentRegistered"}]""", ("call", "payment")),
        new("""[{"feeId":434536,"orderId":"o-2","paymentStatus":"paymentRegisteredByDifferentOrderId"}]""", ("call", "payment")),
        new("""[{"feeId":434536,"amount":70,"paidDate":null,"creationDate":"2026-10-22"},{"feeId":434537,"amount":2.56,"paidDate":"2026-11-20"}]""", ("call", "fees")),
        new("""{"agency":"DK-710100","feeId":434536,"amountOre":7000,"amount":70}""" + "\n", ("call", "open")),
        new("""{"reference":"DK-710100-434536","amountOre":7000,"coveredOre":0,"writtenOffOre":0,"inForce":true,"bookings":1,"changedAt":"2026-11-22T06:54:00Z"}""" + "\n", ("call", "accounts")),
    ];

    protected override IReadOnlyList<(string Name, string?[] Values)> Variants => [("call", ["payment", "fees", "open", "accounts"]), .. StandInReplies.Variants];

    public override async Task OpenAsync()
    {
        service = await ServiceUnderFuzz.StartAsync(
            builder =>
            {
                builder.AddPayments();
                builder.Services.AddHttpClient(Client);
                replies.Answer(builder.Services, Client);
            },
            app => app.MapPayments());
        // FBS is asked about patrons of claims that we know.
        await service.DeliverAsync(Topology.PaymentsQueue, new Delivery(MessageNames.ClaimTransferred, null, ClaimsTransfer.Fuzz.Doors.Examples.Message(MessageNames.ClaimTransferred).Body));
    }

    public override async Task<Answer> TakeAsync(Input input)
    {
        replies.Reply = input;
        var clients = service.Services.GetRequiredService<IHttpClientFactory>();
        var http = new Http(clients, Client, options, TimeProvider.System);
        var municipality = service.Services.GetRequiredService<IMunicipalities>().Find("0101")!;
        switch (input["call"])
        {
            case "fees":
                return await ListAsync(new FbsFees(service.Services.GetRequiredService<IStores>().Open("payments"), http, options).ReadAsync("0101", CancellationToken.None));
            case "open":
                return await ListAsync(new FbsOpenClaims(http, options, service.Services.GetRequiredService<Installation>(), TimeProvider.System).ReadAsync("0101", CancellationToken.None));
            case "accounts":
                return await ListAsync(new DebtorAccounts(http, options, TimeProvider.System).ReadAsync(municipality, CancellationToken.None));
            default:
                var answer = await new FbsPayments(() => clients.CreateClient(Client), options.FbsUrl, TimeSpan.FromSeconds(20), TimeProvider.System).RegisterAsync(Order, CancellationToken.None);
                return answer is OrderAnswer.Unclear or OrderAnswer.Refused ? new Answer(false, $"{answer}") : new Answer(true, "");
        }
    }

    public override string? LeakInLog() => service.TakeLeak();

    public override ValueTask DisposeAsync() => service.DisposeAsync();

    private static async Task<Answer> ListAsync<T>(IAsyncEnumerable<T> list)
    {
        try
        {
            return await Listed.AllAsync(list);
        }
        catch (ReadingFailed told)
        {
            return new Answer(false, told.Message);
        }
    }
}

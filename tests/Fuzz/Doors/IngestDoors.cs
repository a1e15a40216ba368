using System.Text;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Ingest;
using ClaimsTransfer.Ingest.Accounting;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>What FBS and other senders send: by the broker, alone, as lines, and as lists of fees.</summary>
internal static class IngestDoors
{
    private static readonly string[] Messages = ["submit-claim", "adjust-claim", "cancel-claim", "change-liable-party"];

    private const string Fees = """
        {"agency":"DK-710100","borrower":{"cpr":"0101145678","name":"Alma Eksempel"},"guardian":{"cpr":"0101701234","name":"Bo Eksempel"},"fees":[
          {"feeId":434536,"amount":70,"creationDate":"2026-10-22","dueDate":"2026-11-22","paidDate":null,"payableByClient":true,"reasonMessage":"Gebyr (for sent)","type":"fee",
           "materials":[{"materialItemNumber":"5237124059","recordId":"48724566","materialGroup":{"name":"standard","description":"31 dages lånetid"},"periodical":null}]},
          {"feeId":434537,"amount":2.56,"creationDate":"2026-10-22","paidDate":"2026-11-20","type":"compensation"}]}
        """;

    public static Door Broker() => new BrokerDoor(
        "ingest-broker", Topology.IngestQueue, [.. Messages.Select(message => Examples.Message(message, ("message_id", "0f8fad5b-d9cb-469f-a165-70867728950e"), ("content_type", "application/json")))],
        StartAsync, async (service, given, dead) =>
        {
            var books = await service.Services.GetRequiredService<IngestAccounting>().ReadAsync(isLive: true, CancellationToken.None);
            Balance(books);
            books.Lines.ShouldBe(given - dead);
        }, isSealed: true);

    public static Door Claims() => new HttpDoor(
        "ingest-claims", Form.Json, [.. Messages.Select(message => new Input(Examples.Of(message), ("path", "/claims"), ("Content-Type", "application/json")))], StartAsync, CheckAsync);

    public static Door Lines() => new HttpDoor(
        "ingest-lines", Form.JsonLines, [new Input(Examples.Lines(Messages), ("path", "/claims"), ("Content-Type", "application/x-ndjson"))], StartAsync, CheckAsync);

    public static Door FbsFees() => new HttpDoor("ingest-fbs-fees", Form.Json, [new Input(Fees, ("path", "/claims/fbs-fees"), ("Content-Type", "application/json"))], StartAsync, CheckAsync);

    private static Task<ServiceUnderFuzz> StartAsync() => ServiceUnderFuzz.StartAsync(builder => builder.AddIngest(), app => app.MapIngest());

    private static async Task CheckAsync(ServiceUnderFuzz service, long given, long taken) =>
        Balance(await service.Services.GetRequiredService<IngestAccounting>().ReadAsync(isLive: true, CancellationToken.None));

    private static void Balance(IngestBooks books)
    {
        foreach (var figures in books.Municipalities.Values.Append(books.Unattributed))
            (figures.Accepted + figures.Changes + figures.Duplicates + figures.Refused).ShouldBe(figures.Lines);
    }
}

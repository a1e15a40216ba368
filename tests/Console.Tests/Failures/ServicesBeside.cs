using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.Routing.Definition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.OperationsConsole.Tests.Failures;

/// <summary>The other services on a real Kestrel: the JSON that their documents promise for lists, and what a replay asks of them.</summary>
internal sealed class ServicesBeside : IAsyncDisposable
{
    public static readonly Guid Unmatched = Guid.Parse("5a3c1c9e-9f0a-4b43-8a64-0d8c6a0c1b11");
    public static readonly Guid Placed = Guid.Parse("7c5e3eb0-2b2c-4d65-8c86-2fae8c2e3d33");
    public static readonly Guid NotTaken = Guid.Parse("6b4d2daf-1a1b-4c54-9b75-1e9d7b1d2c22");
    private static readonly JsonSerializerOptions Words = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly WebApplication _app;

    private ServicesBeside(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Paths with their query, in the order they were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What a message would do now: apply, or invalid with a fault.</summary>
    public string Forecast { get; set; } = "apply";

    public bool IsAway { get; set; }

    /// <summary>What was sent to be done: path and body.</summary>
    public ConcurrentQueue<(string Path, string Body)> Done { get; } = new();

    public static async Task<ServicesBeside> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var beside = new ServicesBeside(app);
        app.Use(async (context, next) =>
        {
            beside.Asked.Enqueue(context.Request.Path + context.Request.QueryString);
            if (beside.IsAway)
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            else
                await next(context);
        });
        beside.Map(app);
        await app.StartAsync();
        return beside;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map(WebApplication app)
    {
        app.MapGet("/ingest/refused/groups", (string[]? municipality) => Given($$"""
            {"groups":[{{Only(municipality, "0101", """{"municipality":"0101","kind":"submit-claim","field":"amountOre","reason":"must be at least 1 (øre)","why":{"code":"fault.atLeast","fields":{"least":"1","meaning":"ore"}},"count":12,"firstAt":"2026-11-20T08:00:00Z","lastAt":"2026-11-22T09:30:00Z"}""")}}]}
            """));
        app.MapGet("/ingest/refused", () => Given("""
            {"messages":[{"id":"0f8fad5b-d9cb-469f-a165-708677289501","municipality":"0101","kind":"submit-claim","outcome":"refused","times":2,"receivedAt":"2026-11-22T09:30:00Z",
            "faults":[{"field":"amountOre","value":"0","reason":"must be at least 1 (øre)","example":"7000","why":{"code":"fault.atLeast","fields":{"least":"1","meaning":"ore"}}}],"kept":"{ \"amountOre\": 0, \"borrower\": { \"cpr\": \"••••••\" } }"}]}
            """));
        app.MapGet("/routing/rejections", (string[]? municipality) => Given($$"""
            {"groups":[{{Only(municipality, "0101", """{"municipality":"0101","code":"D-17","text":"Debitor er ukendt i kommunen","fixBy":"Municipality","instruction":"Register","count":7,"ore":49000,"firstAt":"2026-11-21T08:00:00Z","lastAt":"2026-11-22T08:00:00Z"}""")}}]}
            """));
        app.MapGet("/connectors/{vendor}/waiting", (string vendor) => Given(vendor == "KmdOpus"
            ? """{"waiting":[{"instructionId":"0f8fad5b-d9cb-469f-a165-708677289502","messageId":"0f8fad5b-d9cb-469f-a165-708677289503","claimId":"0f8fad5b-d9cb-469f-a165-708677289504","municipality":"0101","agency":"DK-710100","feeId":434599,"kind":"register","status":"waiting","attempts":3,"dueAt":"2026-11-24T20:00:00Z","since":"2026-11-24T19:00:00Z","why":{"code":"connector.takesNothing"}}],"next":"1.2"}"""
            : """{"waiting":[]}"""));
        app.MapGet("/payments/waiting", () => Given("""{"waiting":[{"id":"CT-1","claimId":"0f8fad5b-d9cb-469f-a165-708677289505","municipality":"0101","agency":"DK-710100","feeId":434600,"kind":"FbsOrder","attempts":1,"dueAt":"2026-11-24T19:30:00Z"}]}"""));
        app.MapGet("/routing/saga", () => Results.Json(SagaDefinition.Worked, Words));
        MapReplayed(app);
        MapMoney(app);
    }

    /// <summary>Every message that was sent again is on record, and its claim is transferred.</summary>
    private void MapReplayed(WebApplication app)
    {
        app.MapPost("/routing/claims/standing", (JsonElement asked) => Results.Json(new
        {
            claims = Ids(asked, "claimIds").Select(id => new ClaimStanding { ClaimId = id, Municipality = "0101", Agency = "DK-710100", Status = "Transferred", Category = "Transferred", Version = 1 }),
        }, Words));
        foreach (var path in (string[])["/ingest", "/routing"])
        {
            app.MapPost($"{path}/messages/recorded", (JsonElement asked) => Results.Json(new { recorded = Ids(asked, "messageIds").Select(id => new RecordedMessage(id, null, "handled", null, "accepted", null)) }, Words));
            app.MapPost($"{path}/preview", (JsonElement asked) => Results.Json(new
            {
                forecasts = asked.GetProperty("messages").EnumerateArray().Select(_ => new
                {
                    outcome = Forecast, notes = new[] { Note.Of(Forecast == "apply" ? "ingest.newClaim" : "ingest.refused") },
                    faults = Forecast == "apply" ? null : new[] { new { field = "amountOre", value = "0", reason = "must be at least 1 (øre)", example = "7000", why = Note.Of("fault.atLeast", ("least", 1), ("meaning", "ore")) } },
                }),
            }, Words));
        }
    }

    private void MapMoney(WebApplication app)
    {
        const string run = """
            {"runId":"0f8fad5b-d9cb-469f-a165-708677289510","municipality":"0101","day":"2026-11-24","startedAt":"2026-11-24T01:30:00Z","endedAt":"2026-11-24T01:31:10Z","failure":null,
            "fbs":{"claims":1200,"ore":8400000},"ours":{"claims":1201,"ore":8407000,"settled":310,"cancelled":42},"debtor":{"claims":1199,"ore":8393000},"agreeing":1198,"differences":3,
            "byCause":{"missingAtDebtor":2,"amountDiffers":1},"repaired":0}
            """;
        string Line(int fee, string cause, string action) =>
            $$"""{"claimId":"0f8fad5b-d9cb-469f-a165-70867728{{fee % 10000:0000}}","municipality":"0101","agency":"DK-710100","feeId":{{fee}},"reference":"DK-710100-{{fee}}","fbsOre":7000,"oursOre":7000,"debtorOre":null,"paymentOre":null,"cause":"{{cause}}","wouldBe":null,"since":"2026-11-23T01:30:00Z","action":"{{action}}","isSafe":false,"repairedAt":null}""";
        app.MapGet("/payments/reconciliations", () => Given("""["0101"]"""));
        app.MapGet("/payments/reconciliations/{municipality}", (string municipality, string? date) =>
            municipality == "0101" && date is null or "2026-11-24" ? Given(run) : Results.Problem("No reconciliation is on record.", statusCode: 404));
        app.MapGet("/payments/reconciliations/0101/differences", () =>
            Results.Text($"{Line(434701, "missingAtDebtor", "checkAtDebtor")}\n{Line(434702, "amountDiffers", "readjust")}\n{Line(434703, "missingAtDebtor", "reregister")}\n", "application/x-ndjson"));
        app.MapGet("/payments/reconciliations/0101/report.csv", () => Results.Text("krav;beløb\n434701;70,00\n", "text/csv"));
        app.MapPost("/payments/reconciliations/{municipality}", (string municipality, HttpRequest request) =>
        {
            Done.Enqueue((request.Path + request.QueryString, ""));
            return Given(run);
        });
        app.MapGet("/payments/worklist", (string? municipality) => Given($$"""
            {"items":[{{Only(municipality is null ? null : [municipality], "0101", $$"""
            {"id":"{{Unmatched}}","kind":"UnmatchedEntry","municipality":"0101","cause":"NoMatch","amountOre":12000,"since":"2026-11-20T08:00:00Z","entryKind":"Coverage","names":{"entryId":"E-991","paymentSlip":"+71<000000000000018+81234567<"},"suggestions":[{"agency":"DK-710100","feeId":434710,"amountOre":12000,"balanceOre":12000,"because":"same balance"}],"action":"Compare."},
            {"id":"{{NotTaken}}","kind":"FbsOrder","municipality":"0101","cause":"AlreadyPaid","amountOre":7000,"since":"2026-11-21T08:00:00Z","agency":"DK-710100","feeId":434711,"names":{"reference":"DK-710100-434711","orderId":"CT-9"},"suggestions":[],"action":"Find out who paid twice."}
            """)}}],"after":null}
            """));
        var placed = $$"""
            {"id":"{{Placed}}","municipality":"0101","entryKind":"Coverage","amountOre":9900,"entryId":"E-992","agency":"DK-710100","feeId":434712,"placedAt":"2026-11-22T08:00:00Z","who":"carl","why":"et gæt","decisions":[]}
            """;
        app.MapGet("/payments/worklist/placed", (string? municipality) => Given($$"""{"items":[{{Only(municipality is null ? null : [municipality], "0101", placed)}}]}"""));
        app.MapGet("/payments/worklist/placed/{id:guid}", (Guid id) => id == Placed ? Given(placed) : Results.Problem("It is not placed.", statusCode: 404));
        app.MapPost("/payments/worklist/{id:guid}/{verb}", async (Guid id, string verb, HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            Done.Enqueue((request.Path, await body.ReadToEndAsync()));
            return Given($$"""{"messageId":"{{id}}","state":"{{(verb == "place" ? "Placed" : verb == "takeback" ? "Open" : "Closed")}}","claimId":null}""");
        });
    }

    private static IResult Given(string json) => Results.Text(json, "application/json");

    private static string Only(string[]? municipalities, string code, string json) => municipalities is not { Length: > 0 } || municipalities.Contains(code) ? json : "";

    private static List<Guid> Ids(JsonElement asked, string name) => [.. asked.GetProperty(name).EnumerateArray().Select(id => id.GetGuid())];
}

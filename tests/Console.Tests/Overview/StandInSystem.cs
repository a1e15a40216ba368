using System.Collections.Concurrent;
using System.Text.Json;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaimsTransfer.OperationsConsole.Tests.Overview;

/// <summary>
/// Stand-ins for Ingest, Routing, Payments and the connectors on a Kestrel of their own: they answer with the JSON that the services document, and remember what they were
/// asked. København has two claims and Gentofte one.
/// </summary>
internal sealed class StandInSystem : IAsyncDisposable
{
    public const string Held = "routing/claims/DK-710100/1001";
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, byte> _away = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _slow = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, byte> _paused = new(StringComparer.Ordinal);

    private StandInSystem(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = null!;

    /// <summary>Method, path and query, and the body of what was posted, in the order asked.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Claims that stand transferred in København.</summary>
    public long Transferred { get; set; } = 90;

    /// <summary>Since when the oldest instruction of København's is without an answer.</summary>
    public DateTimeOffset UnheardSince { get; set; } = DateTimeOffset.UtcNow.AddMinutes(-17);

    /// <summary>Whom Routing and Payments did not believe, as JSON each.</summary>
    public IReadOnlyList<string> Refusals { get; set; } = [];

    /// <summary>Who called KMD Opus's connector back in vain, as JSON each.</summary>
    public IReadOnlyList<string> CallersRefused { get; set; } = [];

    /// <summary>What is wrong with them, as their readiness says it; null: they are ready.</summary>
    public string? Unready { get; set; }

    /// <summary>Accounts closed with something owed in København, of the two lines of the worklist.</summary>
    public long ClosedWithDebt { get; set; }

    /// <summary>What was refused whole in Gentofte, as JSON each.</summary>
    public IReadOnlyList<string> RefusedDocuments { get; set; } = [];

    /// <summary>Why København's list of FBS's was doubted, as JSON.</summary>
    public string? Doubt { get; set; }

    /// <summary>The differences of København's latest reconciliation.</summary>
    public string ByCause { get; set; } = "{}";

    public static async Task<StandInSystem> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var services = new StandInSystem(builder.Build());
        services._app.Run(services.AnswerAsync);
        await services._app.StartAsync();
        services.Url = new Uri(services._app.Urls.First());
        return services;
    }

    /// <summary>A console that asks them.</summary>
    public Task<ConsoleServer> ConsoleAsync() => ConsoleServer.StartAsync(("Console:Services:All", Url.ToString()));

    /// <param name="prefix">As a path begins: <c>routing</c>, <c>connectors/Prisme</c>.</param>
    public void GoAway(string prefix) => _away[prefix] = 0;

    /// <summary>It takes the question, and answers when it is back.</summary>
    public void GoSlow(string prefix) => _slow[prefix] = new TaskCompletionSource();

    public void ComeBack()
    {
        _away.Clear();
        foreach (var prefix in _slow.Keys)
        {
            if (_slow.TryRemove(prefix, out var waiting))
                waiting.SetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.TrimStart('/');
        using var reader = new StreamReader(context.Request.Body);
        Asked.Enqueue($"{context.Request.Method} {path}{context.Request.QueryString} {await reader.ReadToEndAsync()}".TrimEnd());
        foreach (var waiting in _slow.Where(slow => path.StartsWith(slow.Key, StringComparison.OrdinalIgnoreCase)).Select(slow => slow.Value))
            await waiting.Task.WaitAsync(context.RequestAborted);
        if (_away.Keys.Any(prefix => path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
        {
            context.Response.StatusCode = 503;
            return;
        }

        if (path.EndsWith("/pause", StringComparison.Ordinal) || path.EndsWith("/resume", StringComparison.Ordinal))
        {
            var code = path.Split('/')[3];
            _ = path.EndsWith("/pause", StringComparison.Ordinal) ? _paused.TryAdd(code, 0) : _paused.TryRemove(code, out byte _);
            context.Response.StatusCode = 204;
            return;
        }

        if (path == "health/ready")
        {
            context.Response.StatusCode = Unready is null ? 200 : 503;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                $$"""{"status":"{{(Unready is null ? "Healthy" : "Unhealthy")}}","checks":{"store":{"status":"Healthy"},"faults":{"status":"{{(Unready is null ? "Healthy" : "Unhealthy")}}","description":"{{Unready}}"} } }""");
            return;
        }

        if (Of(path, context.Request) is not { } json)
        {
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.StatusCode = path.EndsWith("/operations", StringComparison.Ordinal) ? 202 : 200;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }

    private string? Of(string path, HttpRequest request) => path switch
    {
        "ingest/accounting" => """
            {"lines":133,"municipalities":{"0101":{"lines":121,"accepted":108,"acceptedOre":1296000,"changes":4,"duplicates":6,"refused":3,"waiting":0},
             "0157":{"lines":12,"accepted":12,"acceptedOre":84000,"changes":0,"duplicates":0,"refused":0,"waiting":0}},"unattributed":{"lines":0},"unpublished":0}
            """,
        "routing/accounting" => $$"""
            {"municipalities":{"0101":{"claims":108,"ore":1296000,"transferred":{{Transferred}},"transferredOre":1080000,"rejected":4,"held":3,"outOfScope":2,"cancelled":1,"unknown":1,
             "deadLettered":0,"inFlight":7,"versionGaps":2,"versionGapsSince":"{{DateTimeOffset.UtcNow.AddHours(-30):O}}","openInstructions":7,"oldestUnacknowledgedAt":"{{DateTimeOffset.UtcNow.AddMinutes(-17):O}}","unheardSince":"{{UnheardSince:O}}"},"0157":{"claims":12,"ore":84000,"transferred":12,"transferredOre":84000} } }
            """,
        "payments/accounting" => $$"""
            {"municipalities":{"0101":{"accounts":90,"coveredOre":540000,"reversedOre":0,"writtenOffOre":12000,"settled":44,"unmatched":2,"closedWithDebt":{{ClosedWithDebt}},"closedWithDebtSince":"2026-11-24T08:00:00+00:00","pending":3,"unanswered":3},
             "0157":{"accounts":12,"coveredOre":7000,"reversedOre":0,"writtenOffOre":0,"settled":1,"unmatched":0,"pending":0} } }
            """,
        "connectors/KmdOpus/senders" => $$"""{"isRequired":true,"refusals":[{{string.Join(',', CallersRefused)}}]}""",
        "routing/senders" or "payments/senders" => $$"""{"isRequired":true,"refusals":[{{string.Join(',', Refusals)}}]}""",
        "payments/reconciliations" => """["0101"]""",
        "payments/reconciliations/0101" => $$"""
            {"runId":"0f8fad5b-d9cb-469f-a165-70867728950e","municipality":"0101","day":"2026-11-20","startedAt":"{{DateTimeOffset.UtcNow.AddDays(-4):O}}","endedAt":"{{DateTimeOffset.UtcNow.AddDays(-4):O}}",
             "failure":{{(Doubt is null ? "null" : "\"doubted\"")}},"doubt":{{Doubt ?? "null"}},"fbs":{"claims":90,"ore":1080000},"ours":{"claims":90,"ore":1080000,"settled":40,"cancelled":0},"debtor":{"claims":90,"ore":1080000},"agreeing":90,"differences":0,"byCause":{{ByCause}},"repaired":0}
            """,
        "connectors/KmdOpus" => $$"""
            [{"municipality":"0101","name":"København","state":"{{(_paused.ContainsKey("0101") ? "paused" : "flowing")}}","breaker":"closed","inHand":5,"oldest":"2026-11-24T09:30:00+00:00","consuming":true,"held":false,"unpublishedEntries":0}]
            """,
        "connectors/Prisme" => $$"""
            [{"municipality":"0157","name":"Gentofte","state":"breakerOpen","breaker":"open","unavailableSince":"2026-11-24T08:00:00+00:00","inHand":2,"consuming":true,"held":false,"unpublishedEntries":0,
              "refused":[{{string.Join(',', RefusedDocuments)}}]}]
            """,
        "routing/claims/left-out" => """{"wanted":{"claims":2,"ore":24000},"left":[{"rule":"BelowMinimum","claims":3,"ore":600}]}""",
        "routing/claims/left-out/take-in" => """{"claims":2,"ore":24000}""",
        "routing/claims" => List(request),
        "routing/claims/count" => $$"""{"count":{{(request.Query["municipality"].FirstOrDefault() == "0157" ? 1 : 2)}},"ore":24000}""",
        "routing/saga" => Saga,
        Held => $$"""{{Standing(1001, "0101", "Held", "Held", Minor)}},"operations":["release","cancel"],"timeline":[{{Line("claim-created", "Awaited", "Held", [Note.Of("claim.received"), Note.Of("claim.held", ("rule", "HoldForPerson"))], "claim-held")}}]}""",
        "routing/claims/DK-710100/1002" => $$"""
            {{Standing(1002, "0101", "PartlyCovered", "Transferred", null)}},"operations":["cancel","reregister","readjust"],"timeline":[
             {{Line("claim-created", "Awaited", "Sending", [Note.Of("claim.received"), Note.Of("claim.sent", ("instruction", "Register"))], "transfer-claim")}},
             {{Line("transfer-reported", "Sending", "Sent", [Note.Of("claim.inHand")], "")}},
             {{Line("transfer-reported", "Sent", "Transferred", [Note.Of("claim.acknowledged", ("instruction", "Register"), ("receipt", "KV-77"))], "claim-transferred")}},
             {{Line("claim-adjusted", "Transferred", "Transferred", [Note.Of("claim.oldVersion", ("version", 1), ("known", 1))], "", "Ignored")}},
             {{Line("coverage-registered", "Transferred", "PartlyCovered", [Note.Of("claim.covered", ("amountOre", 5000))], "")}}]}
            """,
        "routing/claims/DK-710100/1004" => $$"""
            {{Standing(1004, "0101", "Transferred", "Transferred", null)}},"operations":[],"timeline":[{{string.Join(',', NoteCodes.InCatalogue.Select(note => Line("timer", "Sent", "Sent", [note], "")))}}]}
            """,
        "routing/claims/DK-715700/2001" => $$"""{{Standing(2001, "0157", "Transferred", "Transferred", null)}},"operations":["cancel"],"timeline":[]}""",
        "routing/claims/DK-710100/1001/operations" or "routing/claims/DK-715700/2001/operations" => """{"messageId":"11111111-1111-1111-1111-111111111111","claimId":"22222222-2222-2222-2222-222222222222","operation":"Release"}""",
        "ingest/messages" => request.Query["feeId"] == "1001" || request.Query["feeId"] == "1003"
            ? """
              [{"id":"33333333-3333-3333-3333-333333333333","messageId":"33333333-3333-3333-3333-333333333333","municipality":"0101","kind":"submit-claim","outcome":"refused","times":2,"receivedAt":"2026-11-24T08:59:00+00:00","sender":"fbs-kbh",
                "faults":[{"field":"amount","value":"-5","reason":"must be greater than 0","example":"70.00","why":{"code":"fault.notAboveZero"}}]}]
              """
            : "[]",
        "payments/claims/DK-710100/1002" => """
            {"claimId":"22222222-2222-2222-2222-222222222222","municipality":"0101","agency":"DK-710100","feeId":1002,"status":"Open","version":1,"amountOre":12000,"coveredOre":5000,"reversedOre":0,"writtenOffOre":0,
             "balanceOre":7000,"debtorReference":"OPUS-1002","paymentSlip":"123456789012347","orderId":"ord-1","entries":[{"position":1,"recordedAt":"2026-11-24T09:00:00+00:00","kind":"Charge","amountOre":12000,"version":1},
             {"position":2,"recordedAt":"2026-11-24T10:00:00+00:00","kind":"Coverage","amountOre":-5000,"entryId":"E-1","outcome":"Partial","channel":"MobilePay","valueDate":"2026-11-24","version":1}],
             "toldFbs":[{"sequence":1,"at":"2026-11-24T10:00:00+00:00","orderId":"ord-1","change":"Coverage","amountOre":5000,"balanceOre":7000,"settled":false}],"orders":[]}
            """,
        _ => null,
    };

    private static string List(HttpRequest request)
    {
        string[] of0101 =
        [
            $$"""{{Standing(1001, "0101", "Held", "Held", Minor)}}}""",
            $$"""{{Standing(1002, "0101", "PartlyCovered", "Transferred", null)}}}""",
        ];
        string[] of0157 = [$$"""{{Standing(2001, "0157", "Transferred", "Transferred", null)}}}"""];
        var asked = request.Query["municipality"];
        var found = (asked.Count == 0 || asked.Contains("0101") ? of0101 : []).Concat(asked.Count == 0 || asked.Contains("0157") ? of0157 : []);
        var isFirst = request.Query["after"].Count == 0;
        return $$"""{"claims":[{{string.Join(',', found)}}]{{(isFirst ? ",\"next\":\"1795000000000.0f8fad5bd9cb469fa16570867728950e\"" : "")}}}""";
    }

    private static readonly Note Minor = Note.Of("claim.minorWithoutGuardian", ("rule", "HoldForPerson"), ("age", 12), ("createdOn", "2026-11-01"));

    /// <summary>Without its end.</summary>
    private static string Standing(long feeId, string municipality, string status, string category, Note? why) => $$"""
        {"claimId":"22222222-2222-2222-2222-22222222{{feeId}}","municipality":"{{municipality}}","agency":"DK-7{{municipality[1..]}}00","feeId":{{feeId}},"status":"{{status}}","category":"{{category}}","version":1,"amountOre":12000,
         {{(why is null ? "\"debtorReference\":\"OPUS-" + feeId + "\"," : $"\"why\":{JsonSerializer.Serialize(why, JsonSerializerOptions.Web)},")}}"reference":"DK-7{{municipality[1..]}}00-{{feeId}}","coveredOre":0,"writtenOffOre":0,"waitingVersions":[],"deadLetters":[],
         "receivedAt":"2026-11-24T09:00:00+00:00"
        """;

    private static string Line(string occurred, string from, string to, IReadOnlyList<Note> notes, string sent, string verdict = "Applied") => $$"""
        {"messageId":"{{Guid.NewGuid()}}","at":"2026-11-24T09:00:00+00:00","event":"{{occurred}}","version":1,"verdict":"{{verdict}}","from":"{{from}}","to":"{{to}}","notes":{{Note.Write(notes)}},"sent":[{{(sent.Length > 0 ? $"\"{sent}\"" : "")}}]}
        """;

    private const string Saga = """
        {"statuses":[{"name":"Awaited","category":"Awaited"},{"name":"Held","category":"Held"},{"name":"OutOfScope","category":"OutOfScope"},{"name":"Sending","category":"InFlight"},{"name":"Sent","category":"InFlight"},
         {"name":"Transferred","category":"Transferred"},{"name":"Changing","category":"InFlight"},{"name":"PartlyCovered","category":"Transferred"},{"name":"Settled","category":"Transferred"},{"name":"Rejected","category":"Rejected"},
         {"name":"Unknown","category":"Unknown"},{"name":"Cancelling","category":"InFlight"},{"name":"Cancelled","category":"Cancelled"},{"name":"Credited","category":"Cancelled"},{"name":"WrittenOff","category":"Transferred"},
         {"name":"InCollection","category":"Transferred"}],"events":["claim-created"],
         "transitions":[{"from":"Awaited","event":"claim-created","to":"Sending"},{"from":"Awaited","event":"claim-created","to":"Held"},{"from":"Held","event":"operate-claim Release","to":"Sending"},{"from":"Held","event":"operate-claim Cancel","to":"Cancelled"},
         {"from":"PartlyCovered","event":"coverage-registered, all","to":"Settled"},{"from":"PartlyCovered","event":"coverage-reversed","to":"Transferred"},{"from":"PartlyCovered","event":"claim-adjusted","to":"Changing"},{"from":"PartlyCovered","event":"x","to":"Cancelling"},{"from":"PartlyCovered","event":"x","to":"WrittenOff"},{"from":"PartlyCovered","event":"x","to":"InCollection"}],
         "operations":[{"name":"release","from":["Held"]}]}
        """;
}

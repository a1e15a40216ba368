using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>
/// Situations that people of this trade have met, on a whole system: each is sent as it came, and the person concerned is shown the right thing. What decides each of them is
/// tested where it is decided; here they are walked.
/// </summary>
[TestFixture("embedded")]
[TestFixture("servers")]
[Parallelizable(ParallelScope.Self), Order(1)]
public sealed class When_real_cases_are_walked(string how)
{
    private const string Cpr = SharedSystem.Cpr;
    private const string Dragor = "DK-715500";
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private SharedSystem _system = null!;
    private int _files;

    /// <summary>The claims of all cases are sent together, and the first payments on them.</summary>
    [OneTimeSetUp]
    public async Task Send()
    {
        _system = await SharedSystem.ForAsync(how);
        (string Agency, long Fee, long Ore)[] claims =
        [
            (Dragor, 434536, 50_000), (Dragor, 434537, 50_000), (Dragor, 434538, 50_000), (Dragor, 434540, 50_000), ("DK-710100", 434540, 50_000), (Dragor, 434541, 50_000),
            ("DK-710100", 434542, 10_000), (Dragor, 434543, 10_000), (Dragor, 434544, 10_000), (Dragor, 434551, 50_000), (Dragor, 434552, 50_000), (Dragor, 434553, 10_000),
            ("DK-714700", 404, 10_000), ("DK-714700", 405, 10_000), ("DK-714700", 408, 10_000),
        ];
        foreach (var (agency, fee, ore) in claims)
            (await _system.PostAsync("ingest", "/claims", Claim(agency, fee, ore))).ShouldBe(HttpStatusCode.Accepted);
        foreach (var (agency, fee, _) in claims)
            await StatusAsync(agency, fee, "Transferred");
    }

    /// <summary>As the municipality's debtor system does.</summary>
    private async Task<HttpStatusCode> CallBackAsync(string municipality, HttpContent content)
    {
        var sandbox = Path.Combine(_system.Data, "sandbox");
        var credential = new DebtorCredentials(Path.Combine(sandbox, "credentials")).Of(municipality)!;
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Password}")));
        using (content)
        using (var answer = await http.PostAsync($"http://127.0.0.1:{await File.ReadAllTextAsync(Path.Combine(sandbox, "callback-port-1"))}/connectors/kmdopus/callback/{municipality}", content))
            return answer.StatusCode;
    }

    [Test]
    public async Task Case_01_the_claim_that_was_named_stands_first()
    {
        Pay("0155", ("c01-1", "DAK", "434536", 7_000, []), ("c01-2", "DAK", "DK-715500/434536", 7_100, []));

        foreach (var entry in (string[])["c01-1", "c01-2"])
            (await SuggestedAsync(entry))[0].ShouldBe(434536);
    }

    [Test]
    public async Task Case_02_our_reference_is_read_as_systems_write_it()
    {
        Pay("0155", ("c02-1", "DAK", "DK-715500-434540 ", 1_900, []), ("c02-2", "DAK", "dk-715500-434540", 1_800, []));
        (await CallBackAsync("0101", new StringContent(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><d:DaekningAfskrivning xmlns:d="urn:claimstransfer:oir-profile:debitor:1"><d:Postering>
              <d:PosteringId>c02-3</d:PosteringId><d:Art>DAEKNING</d:Art>
              <d:EksternReference>
                DK-710100-434540
              </d:EksternReference>
              <d:Beloeb>10.00</d:Beloeb><d:Valoerdato>2026-11-30</d:Valoerdato><d:Bogfoert>2026-11-30T12:00:00Z</d:Bogfoert>
            </d:Postering></d:DaekningAfskrivning></s:Body></s:Envelope>
            """, Encoding.UTF8, "text/xml"))).ShouldBe(HttpStatusCode.OK);

        await CoveredAsync(Dragor, 434540, 3_700);
        await CoveredAsync("DK-710100", 434540, 1_000);
    }

    [Test]
    public async Task Case_03_a_payment_slip_without_its_zero_or_its_last_digit_leads_to_its_claim()
    {
        var slip = (string)(await _system.GetAsync("payments", $"/payments/claims/{Dragor}/434541"))!["paymentSlip"]!;
        Pay("0155", ("c03-1", "DAK", null, 1_100, [(5, slip.TrimStart('0'))]), ("c03-2", "DAK", null, 1_400, [(5, slip[..^1])]));

        foreach (var entry in (string[])["c03-1", "c03-2"])
            (await SuggestedAsync(entry)).ShouldContain(434541);
    }

    [Test]
    public async Task Case_04_a_cancellation_behind_a_refused_change_is_a_need_until_the_version_comes()
    {
        (await ChangeAsync("adjust-claim", 434542, 2, ("newAmountOre", 0))).ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await ChangeAsync("cancel-claim", 434542, 3, ("reason", "waived"))).ShouldBe(HttpStatusCode.Accepted);
        await NeedAsync("VersionGaps", isThere: true);

        (await ChangeAsync("adjust-claim", 434542, 2, ("newAmountOre", 9_000))).ShouldBe(HttpStatusCode.Accepted);
        await StatusAsync("DK-710100", 434542, "Cancelled");
        await NeedAsync("VersionGaps", isThere: false);
    }

    [Test]
    public async Task Case_05_a_waived_reminder_fee_stops_no_payment_and_a_file_refused_whole_is_a_need()
    {
        Pay("0155", ("c05-1", "DAK", "DK-715500-434543", 10_000, []), ("c05-2", "AFS", "DK-715500-434544", 10_000, [(6, "R"), (12, "rykkergebyr frafaldet")]));
        await StatusAsync(Dragor, 434543, "Settled");
        ((long)(await _system.GetAsync("payments", $"/payments/claims/{Dragor}/434544"))!["balanceOre"]!).ShouldBe(10_000);

        var file = Pay("0155", total: 1, ("c05-3", "DAK", "DK-715500-434544", 3_000, []));
        var refused = await NeedAsync("RefusedDocuments", isThere: true);
        refused!["municipalities"]!.AsArray().Select(code => (string)code!).ShouldBe(["0155"]);
        refused.ToJsonString().ShouldContain(file);
        (await _system.ClaimsAsync(0, "doctor")).ShouldContain(file);

        Pay("0155", id: file, ("c05-3", "DAK", "DK-715500-434544", 3_000, []));
        await CoveredAsync(Dragor, 434544, 3_000);
        await NeedAsync("RefusedDocuments", isThere: false);
    }

    [Test]
    public async Task Case_06_what_FBS_does_not_register_is_on_the_worklist_whatever_its_word_for_it()
    {
        Pay("0147", ("c06-404", "DAK", "DK-714700-404", 10_000, []), ("c06-405", "DAK", "DK-714700-405", 10_000, []), ("c06-408", "DAK", "DK-714700-408", 10_000, []));

        await Wait.ForAsync("three orders are on the worklist", async () =>
            (await WorklistAsync("0147")).Count(item => (string)item["kind"]! == "FbsOrder") == 3, Soon, _system.Run);
    }

    [Test]
    public async Task Case_07_the_fees_of_next_night_are_what_they_have_become()
    {
        string[] nights =
        [
            """[ { "feeId": 434545, "type": "fee", "reasonMessage": "Gebyr", "amount": 10, "creationDate": "2026-11-06", "paidDate": null } ]""",
            """
            [ { "feeId": 434545, "type": "fee", "reasonMessage": "Gebyr", "amount": 55, "creationDate": "2026-11-06", "paidDate": null },
              { "feeId": 434546, "type": "fee", "reasonMessage": "Gebyr", "amount": 70.10000000000001, "creationDate": "2026-11-06", "paidDate": null },
              { "feeId": 434547, "type": "fee", "reasonMessage": "Gebyr", "amount": 70, "creationDate": "2026-11-06", "paidDate": "2026-11-20" } ]
            """,
        ];
        var said = new List<string>();
        foreach (var night in nights)
        {
            var file = Path.Combine(_system.Data, "..", $"{how}-fees.json");
            await File.WriteAllTextAsync(file, night);
            said.Add(await _system.ClaimsAsync(0, "import", file, "--format", "fbs-fees", "--agency", "DK-710100", "--borrower-cpr", Cpr));
        }

        said[1].ShouldContain("\"change\"");
        said[1].ShouldContain("\"paid\"");
        await Wait.ForAsync("the fee that grew stands transferred with its new amount", async () =>
            await ClaimAsync("DK-710100", 434545) is { } grown && (string)grown["status"]! == "Transferred" && (long)grown["amountOre"]! == 5_500 && (int)grown["version"]! == 2, Soon, _system.Run);
        ((long)(await ClaimAsync("DK-710100", 434546))!["amountOre"]!).ShouldBe(7_010);
        (await ClaimAsync("DK-710100", 434547)).ShouldBeNull();
    }

    [Test]
    public async Task Case_08_an_import_whose_lines_were_refused_does_not_end_well()
    {
        var file = Path.Combine(_system.Data, "..", $"{how}-refused.ndjson");
        await File.WriteAllLinesAsync(file, [Claim("DK-710100", 434548, 0).ToJsonString(), Claim("DK-710100", 434549, 0).ToJsonString()]);
        (await _system.ClaimsAsync(1, "import", file)).ShouldContain("line 1, fee 434548: amountOre");
    }

    [Test]
    public async Task Case_09_what_came_while_a_municipality_was_planned_is_taken_in_once_it_is_live()
    {
        foreach (var fee in (long[])[434550, 434560])
        {
            (await _system.PostAsync("ingest", "/claims", Claim("DK-749200", fee, 10_000))).ShouldBe(HttpStatusCode.Accepted);
            await StatusAsync("DK-749200", fee, "OutOfScope");
        }

        var live = Path.Combine(_system.Data, "..", $"{how}-live.yaml");
        var shipped = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy/municipalities.yaml"));
        var aero = shipped.IndexOf("code: \"0492\"", StringComparison.Ordinal);
        var stage = shipped.IndexOf("Planned", aero, StringComparison.Ordinal);
        await File.WriteAllTextAsync(live, $"{shipped[..stage]}Live{shipped[(stage + "Planned".Length)..]}");
        await _system.ClaimsAsync(0, "municipalities", "apply", live, "--reason", "Ærø går i drift", "--yes");
        await Wait.ForAsync("the rules of today let both in", async () =>
            (await _system.ClaimsAsync(0, "municipalities", "take-in", "0492")).Contains("2 claims of 200.00 kr. would be taken in", StringComparison.Ordinal), Soon, _system.Run);

        // One by FBS, which sends it again; the rest by a person.
        await _system.PostAsync("ingest", "/claims", Claim("DK-749200", 434550, 10_000));
        await StatusAsync("DK-749200", 434550, "Transferred");
        (await _system.ClaimsAsync(0, "municipalities", "take-in", "0492", "--reason", "nu i drift", "--yes")).ShouldContain("1 claim of 100.00 kr. are on their way");
        await StatusAsync("DK-749200", 434560, "Transferred");
    }

    [Test]
    public async Task Case_10_a_placement_is_taken_back_and_its_reversal_finds_where_it_went()
    {
        Pay("0155", ("c10-1", "DAK", "ukendt", 2_000, []));
        var id = (string)(await ItemAsync("c10-1"))["id"]!;
        await _system.ClaimsAsync(0, "worklist", "place", id, Dragor, "434552", "--reason", "gæt");
        await CoveredAsync(Dragor, 434552, 2_000);

        await _system.ClaimsAsync(0, "worklist", "takeback", id, "--reason", "forkert krav");
        await BalanceAsync(Dragor, 434552, 50_000);
        await ItemAsync("c10-1");
        await _system.ClaimsAsync(0, "worklist", "place", id, Dragor, "434551", "--reason", "det rette krav");
        await BalanceAsync(Dragor, 434551, 48_000);

        Pay("0155", ("c10-2", "TIL", "ukendt", 2_000, [(10, "20261130130000"), (11, "c10-1")]));
        await BalanceAsync(Dragor, 434551, 50_000);
        await BalanceAsync(Dragor, 434552, 50_000);
    }

    [Test]
    public async Task Case_11_an_account_that_is_closed_with_money_owed_is_a_need_until_the_money_comes()
    {
        Pay("0155", ("c11-1", "DAK", "DK-715500-434553", 4_000, []), ("c11-2", "KTO", "DK-715500-434553", 0, [(10, "20261130130000"), (13, "L")]));
        var need = await NeedAsync("ClosedWithDebt", isThere: true);
        need!["municipalities"]!.AsArray().Select(code => (string)code!).ShouldBe(["0155"]);

        Pay("0155", ("c11-3", "DAK", "DK-715500-434553", 6_000, []));
        await StatusAsync(Dragor, 434553, "Settled");
        await NeedAsync("ClosedWithDebt", isThere: false);
    }

    [Test]
    public async Task Case_12_what_is_shown_of_a_failure_is_what_can_be_edited()
    {
        await _system.PostAsync("sandbox", "/sandbox/faults", new StringContent("poison=1"));
        try
        {
            await _system.PostAsync("ingest", "/claims", Claim("DK-715700", 434554, 10_000));
            await Wait.ForAsync("the instruction that gets nonsense for an answer is a failure", async () =>
                (await _system.NeedsAsync()).Any(need => (string)need["kind"]! == "DeadLetters"), TimeSpan.FromMinutes(3), _system.Run);
        }
        finally
        {
            await _system.PostAsync("sandbox", "/sandbox/faults", new StringContent(""));
        }

        var print = First(await _system.ClaimsAsync(0, "failures", "list", "--json"), "fingerprint");
        var letter = First(await _system.ClaimsAsync(0, "failures", "show", print, "--json"), "letterId");
        var body = await _system.ClaimsAsync(0, "failures", "show", letter, "--body");

        JsonNode.Parse(body)!["feeId"]!.GetValue<long>().ShouldBe(434554);
        await _system.ClaimsAsync(0, "failures", "replay", "--municipality", "0157", "--reason", "debitorsystemet er raskt", "--yes");
        await StatusAsync("DK-715700", 434554, "Transferred");
    }

    [Test]
    public async Task Case_13_a_compressed_body_is_taken()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Claim("DK-710100", 434555, 7_000).ToJsonString()));
        var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        content.Headers.ContentEncoding.Add("gzip");

        (await _system.PostAsync("ingest", "/claims", content)).ShouldBe(HttpStatusCode.Accepted);
        await StatusAsync("DK-710100", 434555, "Transferred");
    }

    private static JsonObject Claim(string agency, long fee, long ore) => new()
    {
        ["messageId"] = $"{Messages.DeterministicId.OfClaim(agency, fee)}", ["occurredAt"] = "2026-11-22T06:54:00Z", ["agency"] = agency, ["feeId"] = fee, ["version"] = 1, ["type"] = "fee",
        ["reason"] = "Gebyr", ["amountOre"] = ore, ["currency"] = "DKK", ["createdOn"] = "2026-10-22", ["dueOn"] = "2026-11-22", ["patronId"] = fee,
        ["borrower"] = new JsonObject { ["cpr"] = Cpr, ["name"] = "Anna And" },
    };

    private Task<HttpStatusCode> ChangeAsync(string kind, long fee, int version, (string Name, JsonNode Value) what) => _system.PostAsync("ingest", "/claims", new JsonObject
    {
        ["kind"] = kind, ["messageId"] = $"{Guid.NewGuid()}", ["occurredAt"] = "2026-11-23T06:54:00Z", ["agency"] = "DK-710100", ["feeId"] = fee, ["version"] = version, [what.Name] = what.Value,
    });

    private string Pay(string municipality, params (string Id, string Kind, string? Reference, long Ore, (int Field, string Value)[] More)[] entries) => Pay(municipality, null, null, entries);

    private string Pay(string municipality, long total, params (string Id, string Kind, string? Reference, long Ore, (int Field, string Value)[] More)[] entries) =>
        Pay(municipality, null, total, entries);

    private string Pay(string municipality, string id, params (string Id, string Kind, string? Reference, long Ore, (int Field, string Value)[] More)[] entries) =>
        Pay(municipality, id, null, entries);

    /// <summary>A payment file as Prisme writes it (the profile is in the connector's README).</summary>
    /// <param name="total">What its trailer says; null: the sum, as it should.</param>
    /// <returns>The file's id.</returns>
    private string Pay(string municipality, string? id, long? total, (string Id, string Kind, string? Reference, long Ore, (int Field, string Value)[] More)[] entries)
    {
        var file = id ?? Messages.DeterministicId.Of(Guid.Empty, $"{how}/{_files}").ToString("N");
        var lines = new List<string>();
        Add("B00", (1, "PRISME-BETALING"), (2, "1"), (3, municipality), (4, file));
        foreach (var (entry, kind, reference, ore, more) in entries)
            Add("B10", [(1, entry), (2, kind), (3, reference), (7, kind == "KTO" ? null : Amount(ore)), (9, "20261130"), .. more.Any(field => field.Field == 10) ? [] : new (int, string?)[] { (10, "20261130120000") }, .. more.Select(field => (field.Field, (string?)field.Value))]);
        Add("B99", (1, $"{entries.Length}"), (2, Amount(total ?? entries.Sum(entry => entry.Ore))));
        var folder = Path.Combine(_system.Data, "sandbox", "prisme", municipality, "ud");
        var name = Path.Combine(folder, $"{municipality}_202611301200{_files:00000}-1_{file}.bet");
        _files++;
        File.WriteAllText($"{name}.tmp", string.Concat(lines.Select(line => $"{line}\r\n")));
        File.Move($"{name}.tmp", name);
        return file;

        void Add(string kind, params (int Number, string? Value)[] fields) => lines.Add(
            $"000{kind}{lines.Count + 1:00000000}{string.Concat(fields.Where(field => field.Value is { Length: > 0 }).OrderBy(field => field.Number).Select(field => $"&{field.Number:00}{field.Value}"))}");

        static string Amount(long ore) => string.Create(CultureInfo.InvariantCulture, $"{(ore < 0 ? '-' : '+')}{Math.Abs(ore):00000000000000}");
    }

    private Task<JsonNode?> ClaimAsync(string agency, long fee) => _system.GetAsync("routing", $"/routing/claims/{agency}/{fee}");

    private Task StatusAsync(string agency, long fee, string status) => Wait.ForAsync(
        $"{agency} {fee} is {status}", async () => (string?)(await ClaimAsync(agency, fee))?["status"] == status, TimeSpan.FromMinutes(2), _system.Run);

    private Task CoveredAsync(string agency, long fee, long ore) => Wait.ForAsync(
        $"{ore} øre are paid on {agency} {fee}", async () => (long?)(await _system.GetAsync("payments", $"/payments/claims/{agency}/{fee}"))?["coveredOre"] == ore, Soon, _system.Run);

    private Task BalanceAsync(string agency, long fee, long ore) => Wait.ForAsync(
        $"{ore} øre are owed of {agency} {fee}", async () => (long?)(await _system.GetAsync("payments", $"/payments/claims/{agency}/{fee}"))?["balanceOre"] == ore, Soon, _system.Run);

    private async Task<IReadOnlyList<JsonNode>> WorklistAsync(string municipality) =>
        [.. (await _system.GetAsync("payments", $"/payments/worklist?municipality={municipality}&limit=200"))!["items"]!.AsArray().Select(item => item!)];

    private async Task<JsonNode> ItemAsync(string entry)
    {
        JsonNode? found = null;
        await Wait.ForAsync($"{entry} is on the worklist", async () =>
            (found = (await WorklistAsync("0155")).FirstOrDefault(item => (string?)item["names"]?["entryId"] == entry)) is not null, Soon, _system.Run);
        return found!;
    }

    private async Task<IReadOnlyList<long>> SuggestedAsync(string entry) => [.. (await ItemAsync(entry))["suggestions"]!.AsArray().Select(suggestion => (long)suggestion!["feeId"]!)];

    private async Task<JsonNode?> NeedAsync(string kind, bool isThere)
    {
        JsonNode? found = null;
        await Wait.ForAsync($"the need {kind} is {(isThere ? "there" : "gone")}", async () =>
            ((found = (await _system.NeedsAsync()).FirstOrDefault(need => (string)need["kind"]! == kind)) is not null) == isThere, Soon, _system.Run);
        return found;
    }

    /// <summary>The first value of that name, however deep.</summary>
    private static string First(string json, string name)
    {
        var nodes = new Queue<JsonNode?>([JsonNode.Parse(json)]);
        while (nodes.TryDequeue(out var node))
        {
            if (node is JsonObject record && record[name] is JsonValue value)
                return (string)value!;
            foreach (var child in node switch { JsonObject all => all.Select(pair => pair.Value), JsonArray all => all, _ => [] })
                nodes.Enqueue(child);
        }

        throw new AssertionException($"No {name} in {json}");
    }
}

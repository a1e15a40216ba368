using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.OperationsConsole;
using ClaimsTransfer.OperationsConsole.Access;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>The console as somebody uses who is signed in: its interface by the command line's token, its forms and its addresses in a browser.</summary>
internal static partial class ConsoleDoors
{
    private const string Password = "et-kodeord-til-prøver";
    private const string Filter = """{"status":["open"],"municipality":["0101"],"cause":"a","from":"2026-11-22T06:54:00Z","text":"x"}""";
    private const string Letter = "0f8fad5b-d9cb-469f-a165-70867728950e";

    public static Door Api() => new ApiDoor("console-api", Form.Json,
    [
        Called("claims/DK-710100/434536/release", """{"why":"Aftalt med biblioteket"}"""), Called("claims/DK-710100/434536/cancel", """{"why":"x"}"""),
        Called("letters/archive", $$"""{"filter":{{Filter}},"why":"Kan ikke bruges"}"""), Called("letters/restore", $$"""{"filter":{"letterIds":["{{Letter}}"]},"why":"x"}"""),
        Called($"letters/{Letter}/edit", """{"body":"{}","why":"x"}"""), Called($"letters/{Letter}/open", """{"why":"x"}"""),
        Called("replays", $$"""{"filter":{{Filter}},"why":"Rettet","ratePerSecond":100,"mostFailedPercent":10}"""), Called($"replays/{Letter}/pause", """{"why":"x"}"""),
        Called("municipalities/preview", """{"yaml":"- code: \"0101\"\n  name: København\n"}"""), Called("municipalities/apply", """{"yaml":"- code: \"0101\"","token":"a","why":"x"}"""),
        Called("municipalities/0101/pause", """{"why":"x"}"""), Called("municipalities/0101/left-out/take-in", """{"agency":"DK-710100","createdSince":"2026-10-22","claims":1,"ore":7000,"why":"x"}"""),
        Called("worklist/" + Letter + "/place", """{"municipality":"0101","agency":"DK-710100","feeId":434536,"why":"x"}"""), Called("worklist/" + Letter + "/close", """{"municipality":"0101","why":"x"}"""),
        Called("reconciliations/0101", """{"why":"x","repair":true,"acceptFewer":false}"""),
        Called("vendors/Prisme/revoke", """{"why":"Stjålet","outcome":"revoked","steps":["user removed"]}"""),
    ], isQuery: false);

    public static Door Queries() => new ApiDoor("console-queries", Form.Text,
    [
        Asked("/console/api/claims", "municipality=0101&category=held&status=x&agency=DK-710100&feeId=434536&text=Alma&from=2026-11-22&to=2026-11-23&limit=100&after=a"),
        Asked("/console/api/claims/count", "claimId=" + Letter), Asked("/console/api/letters", "status=open&municipality=0101&cause=a&from=2026-11-22&limit=10&after=a"),
        Asked("/console/api/replays", "limit=50&after=a"), Asked("/console/api/audit", "who=a&action=b&from=2026-11-22&limit=10&after=1"), Asked("/console/claims", "text=0f8f&municipality=0101&page=2"),
        Asked("/console/failures", "cause=a&municipality=0101"), Asked("/console/failures/messages", "queue=ingest&text=a"), Asked("/console/failures/act", $"do=replay&letter={Letter}"),
        Asked("/console/municipalities", "vendor=Prisme&stage=Live&connector=x"), Asked("/console/audit", "who=a&action=b&from=2026-11-22"),
    ], isQuery: true);

    public static Door Forms() => new FormsDoor();

    private static Input Called(string path, string body) => new(body, ("path", $"/console/api/{path}"), ("Content-Type", "application/json"));

    private static Input Asked(string path, string query) => new(query, ("path", path));

    private static Task<ServiceUnderFuzz> StartAsync() => ServiceUnderFuzz.StartAsync(
        builder => builder.AddOperationsConsole(), app => app.MapOperationsConsole(), ("Console:AdministratorPassword", Password));

    private sealed class ApiDoor(string name, Form form, IReadOnlyList<Input> examples, bool isQuery) : HttpDoor(name, form, examples, StartAsync)
    {
        /// <summary>A person is shown again who he says he is and what he has asked for.</summary>
        public override bool IsOfPersons => false;

        protected override IReadOnlyList<(string Name, string?[] Values)> Variants =>
            isQuery ? [] : [("Content-Type", [null, "text/plain", "application/json; charset=utf-16"]), ("X-Claims-Who", ["", "%", "%C3%98", new string('w', 200)])];

        protected override bool IsDeclared(HttpStatusCode status) => status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable;

        protected override Task<Answer> SendAsync(HttpRequestMessage request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Service.Services.GetRequiredService<ApiToken>().Path).Trim());
            return base.SendAsync(request);
        }

        public override async Task<Answer> TakeAsync(Input input)
        {
            if (!isQuery)
                return await base.TakeAsync(input);
            // What an address may hold is percent-encoded by whoever sends it; the separators and what is encoded already stay as they are.
            var query = string.Concat(Encoding.UTF8.GetString(input.Body).Select(c => c is > ' ' and < '\x7f' and not '#' ? $"{c}" : char.IsSurrogate(c) ? "%ed%a0%80" : Uri.EscapeDataString($"{c}")));
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{input["path"]}?{query[..Math.Min(query.Length, 6_000)]}");
            return await SendAsync(request);
        }
    }

    private sealed partial class FormsDoor() : HttpDoor("console-forms", Form.Text,
    [
        Posted("/console/sign-in", "user=admin&password=forkert&to=/console/claims"), Posted("/console/language", "language=en&to=/console/"),
        Posted("/console/users/new", "userName=anna&name=Anna+And&role=Operator&municipalities=0101,0751&password=et-langt-kodeord&why=Ny"),
        Posted("/console/users/admin?handler=Access", "name=Admin&role=Administrator&municipalities=*&why=x"), Posted("/console/me", "current=forkert&new=et-andet-kodeord&repeat=et-andet-kodeord"),
        Posted("/console/municipalities/change?handler=Apply", "yaml=-+code%3A+0101&token=a&why=x"), Posted("/console/municipalities/0101?handler=Pause", "why=x"),
        Posted("/console/municipalities/0101/take-in", "agency=DK-710100&createdSince=2026-10-22&claims=1&ore=7000&why=x"),
        Posted("/console/claims/DK-710100/434536?handler=Operate", "operation=release&why=x"), Posted($"/console/failures/act?do=archive&letter={Letter}", "why=x&rate=10&mostFailed=5"),
        Posted($"/console/failures/{Letter}/edit", "body=%7B%7D&why=x"), Posted($"/console/reconciliation/worklist/{Letter}?handler=Place", "municipality=0101&agency=DK-710100&feeId=434536&why=x"),
        Posted("/console/reconciliation/0101", "why=x&repair=true"), Posted($"/console/replays/{Letter}", "action=pause&why=x"), Posted("/console/audit?handler=Verify", "a=b"),
    ], StartAsync)
    {
        private HttpClient browser = null!;
        private string antiforgery = "";

        /// <summary>A form shows a person again what he has written into it.</summary>
        public override bool IsOfPersons => false;

        protected override IReadOnlyList<(string Name, string?[] Values)> Variants => [("Content-Type", ["application/json", "multipart/form-data", "multipart/form-data; boundary=a", null])];

        public override async Task OpenAsync()
        {
            await base.OpenAsync();
            browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = Service.Url };
            var token = await AntiforgeryAsync("/console/sign-in");
            using var signedIn = await browser.PostAsync(
                "/console/sign-in", new FormUrlEncodedContent([new("user", "admin"), new("password", Password), new("antiforgery", token)]));
            if (signedIn.StatusCode != HttpStatusCode.Redirect)
                throw new InvalidOperationException($"Not signed in: {signedIn.StatusCode}");
            antiforgery = await AntiforgeryAsync("/console/me");
        }

        public override Task<Answer> TakeAsync(Input input) =>
            base.TakeAsync(input with { Body = [.. input.Body, .. Encoding.UTF8.GetBytes($"&antiforgery={Uri.EscapeDataString(antiforgery)}")] });

        protected override HttpClient Client => browser;

        protected override bool IsDeclared(HttpStatusCode status) => status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable;

        public override ValueTask DisposeAsync()
        {
            browser?.Dispose();
            return base.DisposeAsync();
        }

        private static Input Posted(string path, string form) => new(form, ("path", path), ("Content-Type", "application/x-www-form-urlencoded"));

        private async Task<string> AntiforgeryAsync(string page) => Token().Match(await browser.GetStringAsync(page)).Groups["token"].Value;

        [GeneratedRegex("name=\"antiforgery\" type=\"hidden\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Token();
    }
}

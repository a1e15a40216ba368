using System.Net;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Overview;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Asking;

public sealed class When_a_service_is_asked_for
{
    [Test]
    public void its_own_address_goes_before_the_one_of_all()
    {
        var urls = new ServiceUrls(new ConsoleOptions
        {
            Services = new Dictionary<string, string> { ["all"] = "http://127.0.0.1:1", ["Routing"] = "http://127.0.0.1:2/" },
        });

        urls.Of("Routing").ShouldBe(new Uri("http://127.0.0.1:2/"));
        urls.Of(Vendor.Prisme).ShouldBe(new Uri("http://127.0.0.1:1/"));
        new ServiceUrls(new ConsoleOptions()).Of("Routing").ShouldBeNull();
    }

    [TestCase("""{"detail":"The entry is Placed: it was decided before.","note":{"code":"worklist.decided","fields":{"entryState":"Placed"}}}""", "Posteringen er placeret: det er afgjort før.")]
    [TestCase("""{"detail":"limit is 0; give 1 to 500."}""", "limit is 0; give 1 to 500.")]
    [TestCase("nothing of ours", "nothing of ours")]
    public async Task what_it_refuses_is_said_in_danish_where_it_says_why_in_a_note_and_else_quoted(string answer, string says)
    {
        using var http = new HttpClient(new Answers(answer));
        var client = new ServiceClient(http, new ServiceUrls(new ConsoleOptions { Services = new Dictionary<string, string> { ["all"] = "http://127.0.0.1:1" } }));

        var refused = await Should.ThrowAsync<ServiceRefusedException>(() => client.GetAsync<object>("Payments", "payments/worklist", default));

        new NoteTexts(NoteTexts.Danish, ore => $"{ore}").Say(refused.Notes).ShouldBe(says);
    }

    [TestCase("Printer", "http://127.0.0.1:1", "no service")]
    [TestCase("Routing", "somewhere", "http://127.0.0.1:5081")]
    public void a_wrong_setting_says_what_a_good_one_is(string service, string url, string says) =>
        new ConsoleOptions { Services = new Dictionary<string, string> { [service] = url } }.Faults().ShouldHaveSingleItem().ShouldContain(says);

    [TestCase("""[{"municipality":"0101","waitsFor":[{"code":"connector.keyNotHere","fields":{"key":"k1","vendor":"Prisme"}}]}]""", "nøglen k1 er her ikke endnu; claims keys issue --vendor Prisme --to MAPPE bringer den")]
    [TestCase("""[{"municipality":"0101","waitsFor":["key k1 is not here yet"]}]""", "key k1 is not here yet")]
    public async Task what_a_connector_of_an_older_version_says_in_words_is_quoted(string answer, string says)
    {
        using var http = new HttpClient(new Answers(answer, HttpStatusCode.OK));
        var client = new ServiceClient(http, new ServiceUrls(new ConsoleOptions { Services = new Dictionary<string, string> { ["all"] = "http://127.0.0.1:1" } }));

        var lane = (await client.GetAsync<IReadOnlyList<ConnectorStanding>>("Prisme", "connectors/Prisme", default))!.Single();

        new NoteTexts(NoteTexts.Danish, ore => $"{ore}").Say(lane.WaitsFor).ShouldBe(says);
    }

    private sealed class Answers(string body, HttpStatusCode status = HttpStatusCode.Conflict) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body) });
    }
}

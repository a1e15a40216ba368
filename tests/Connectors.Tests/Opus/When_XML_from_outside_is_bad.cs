using System.Net;
using System.Text;
using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.KmdOpus.Wire;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Opus;

public sealed class When_XML_from_outside_is_bad
{
    private static readonly string BadReceipt =
        $"<e:Envelope xmlns:e='{Profile.Soap}'><e:Body><Forretningskvitteringer xmlns='{Profile.Debtor}'><Forretningskvittering>" +
        $"<KvitteringId xmlns='{Profile.Receipts}'>0101701234</KvitteringId></Forretningskvittering></Forretningskvitteringer></e:Body></e:Envelope>";

    private static readonly string Entity =
        "<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>" + $"<e:Envelope xmlns:e='{Profile.Soap}'><e:Body><a>&x;</a></e:Body></e:Envelope>";

    private static IEnumerable<TestCaseData> Bodies()
    {
        yield return new TestCaseData("").SetArgDisplayNames("nothing");
        yield return new TestCaseData("{\"json\":true}").SetArgDisplayNames("JSON");
        yield return new TestCaseData("<a/>").SetArgDisplayNames("another document");
        yield return new TestCaseData(BadReceipt).SetArgDisplayNames("a value that does not fit");
        yield return new TestCaseData(Entity).SetArgDisplayNames("an external entity");
        yield return new TestCaseData(BadReceipt[..^30]).SetArgDisplayNames("cut off");
    }

    [TestCaseSource(nameof(Bodies))]
    public async Task The_callback_refuses_it_hands_nothing_in_and_repeats_no_value(string body)
    {
        await using var bench = await OpusBench.StartAsync();

        var (status, answer) = await bench.BringAsync(body);

        status.ShouldBe(HttpStatusCode.BadRequest);
        answer.ShouldContain("faultcode");
        answer.ShouldNotContain("0101701234");
        bench.Receipts.ShouldBeEmpty();
    }

    [TestCaseSource(nameof(Bodies))]
    public async Task The_stand_in_refuses_it_too(string body)
    {
        await using var bench = await OpusBench.StartAsync();

        var (status, answer) = await PostAsync(bench, "/sandbox/opus/0101", body);

        status.ShouldBe(HttpStatusCode.InternalServerError);
        answer.ShouldContain("soap:Client");
        answer.ShouldNotContain("0101701234");
    }

    [TestCase("Soap.xsd")]
    [TestCase("Kaldskontekst.xsd")]
    [TestCase("Kvittering.xsd")]
    [TestCase("Debitor.xsd")]
    public void Both_sides_hold_the_same_profile(string schema) =>
        Resource(typeof(Profile), schema).ShouldBe(Resource(typeof(ClaimsTransfer.Sandbox.Opus.OpusExtensions), schema));

    private static string Resource(Type side, string name)
    {
        using var reader = new StreamReader(side.Assembly.GetManifestResourceStream(name) ?? throw new AssertionException($"{side.Assembly.GetName().Name} lacks {name}."));
        return reader.ReadToEnd();
    }

    private static async Task<(HttpStatusCode, string)> PostAsync(OpusBench bench, string path, string body)
    {
        using var client = new HttpClient();
        var ours = new DebtorCredentials(bench.OurFolder).Of("0101")!;
        client.DefaultRequestHeaders.Authorization = OpusBench.Basic(ours.User!, ours.Password!);
        using var content = new StringContent(body, Encoding.UTF8, "text/xml");
        using var response = await client.PostAsync(new Uri(bench.Url, path), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

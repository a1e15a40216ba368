using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Money;
using ClaimsTransfer.Sandbox.Opus;
using ClaimsTransfer.Sandbox.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Opus;

public sealed class When_entries_are_pushed
{
    private const string Everything = "pay=0.3,part=0.3,over=0.1,reverse=0.1,writeoff=0.1,collect=0.1,duplicate=0.1";
    private static readonly XNamespace Ns = OpusXml.Debtor;

    [Test]
    public async Task Each_arrives_as_it_was_booked_some_twice_and_then_nothing_is_pending()
    {
        await using var callback = await Callback.StartAsync();
        await using var sandbox = await RunningSandbox.StartAsync(Everything);
        await sandbox.RegisterAsync(300, Vendor.KmdOpus, "0101", callback.Address);
        await LearnAsync(sandbox, callback.Address);

        (await sandbox.PendingAsync("0101")).ShouldBeGreaterThan(0);
        await RunningSandbox.EventuallyAsync("nothing is pending", async () => await sandbox.PendingAsync("0101") == 0);

        callback.DoNotFit.ShouldBeEmpty();
        var booked = await sandbox.BookedAsync("0101");
        var taken = callback.Taken.ToList();
        taken.Select(IdOf).Distinct().Order().ShouldBe(booked.Keys.Order());
        (taken.Count - booked.Count).ShouldBeInRange(booked.Count / 20, booked.Count / 5);
        foreach (var entry in taken)
            ShouldBe(entry, booked[IdOf(entry)]);
        taken.Select(entry => entry.Element(Ns + "Art")!.Value).Distinct().Count().ShouldBe(7);
        callback.Calls.Where(call => call.Count > 20).ShouldAllBe(call => !call.Select(IdOf).SequenceEqual(call.Select(IdOf).Order()));
    }

    [Test]
    public async Task They_come_again_until_they_are_taken_and_a_restart_loses_neither_them_nor_the_address()
    {
        await using var callback = await Callback.StartAsync();
        await using var sandbox = await RunningSandbox.StartAsync("pay=1");
        callback.Status = 400;
        await sandbox.RegisterAsync(50, Vendor.KmdOpus, "0101");
        await LearnAsync(sandbox, callback.Address);
        await RunningSandbox.EventuallyAsync("several attempts", () => Task.FromResult(callback.Calls.Count >= 2));
        (await sandbox.PendingAsync("0101")).ShouldBeGreaterThanOrEqualTo(50);

        await sandbox.StopAsync();
        callback.Status = 200;
        await sandbox.StartAsync();
        await RunningSandbox.EventuallyAsync("nothing is pending", async () => await sandbox.PendingAsync("0101") == 0);

        callback.Taken.Select(IdOf).Order().ShouldBe((await sandbox.BookedAsync("0101")).Keys.Order(), "each once: none is drawn twice here");
    }

    [Test]
    public async Task One_municipality_that_never_answers_holds_back_nobody()
    {
        await using var good = await Callback.StartAsync();
        await using var bad = await Callback.StartAsync();
        await using var sandbox = await RunningSandbox.StartAsync("pay=1");
        bad.Hangs = true;
        await sandbox.RegisterAsync(50, Vendor.KmdOpus, "0101");
        await sandbox.RegisterAsync(50, Vendor.KmdOpus, "0751");
        await LearnAsync(sandbox, bad.Address);
        await LearnAsync(sandbox, good.Address, "0751");

        await RunningSandbox.EventuallyAsync("the one is called", () => Task.FromResult(!bad.Calls.IsEmpty));
        var called = TimeProvider.System.GetTimestamp();
        await RunningSandbox.EventuallyAsync("the other's money is back", async () => await sandbox.PendingAsync("0751") == 0);

        TimeProvider.System.GetElapsedTime(called).ShouldBeLessThan(TimeSpan.FromSeconds(20), "the one is waited for longer");

        (await sandbox.PendingAsync("0101")).ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task The_claims_held_are_listed_page_by_page()
    {
        await using var callback = await Callback.StartAsync();
        await using var sandbox = await RunningSandbox.StartAsync("over=1");
        await sandbox.RegisterAsync(5, Vendor.KmdOpus, "0101");
        await LearnAsync(sandbox, callback.Address);
        await RunningSandbox.EventuallyAsync("nothing is pending", async () => await sandbox.PendingAsync("0101") == 0);

        var first = await AskAsync(sandbox, new XElement(Ns + "DebitorUdtraek", new XElement(Ns + "Antal", 3)), callback.Address);
        var second = await AskAsync(sandbox, new XElement(Ns + "DebitorUdtraek", new XElement(Ns + "Efter", "DK-710100-3"), new XElement(Ns + "Antal", 3)), callback.Address);

        (first.Element(Ns + "Flere")!.Value, second.Element(Ns + "Flere")!.Value).ShouldBe(("true", "false"));
        var accounts = first.Elements(Ns + "Konto").Concat(second.Elements(Ns + "Konto")).ToList();
        accounts.Select(account => account.Element(Ns + "EksternReference")!.Value).ShouldBe(Enumerable.Range(1, 5).Select(number => $"DK-710100-{number}"));
        accounts.ShouldAllBe(account => account.Element(Ns + "Beloeb")!.Value == "120.00" && OreOf(account.Element(Ns + "Daekket")!) > 12_000 && account.Element(Ns + "Bogfoeringer")!.Value == "1");
    }

    private static void ShouldBe(XElement told, MoneyEntry entry)
    {
        told.Element(Ns + "Art")!.Value.ShouldBe(entry.Kind switch
        {
            MoneyKind.Coverage => "DAEKNING", MoneyKind.Reversal => "TILBAGEFOERSEL", MoneyKind.WriteOff => "AFSKRIVNING", MoneyKind.Adjustment => "REGULERING",
            MoneyKind.Charge => entry.Part == MoneyPart.Interest ? "RENTE" : "RYKKERGEBYR", _ => "KONTOSTATUS",
        });
        if (entry.Kind == MoneyKind.Account)
            told.Element(Ns + "Beloeb").ShouldBeNull();
        else
            OreOf(told.Element(Ns + "Beloeb")!).ShouldBe(entry.AmountOre);
        told.Element(Ns + "Kanal")?.Value.ShouldBe(entry.Channel);
        told.Element(Ns + "TilbagefoererPosteringId")?.Value.ShouldBe(entry.ReversesEntryId);
        DateTimeOffset.Parse(told.Element(Ns + "Bogfoert")!.Value, CultureInfo.InvariantCulture).ShouldBe(entry.BookedAt);
        var names = new[] { "EksternReference", "DebitorReference", "Betalingsid" }.Select(name => told.Element(Ns + name)).OfType<XElement>().ToList();
        names.Single().Value.ShouldBe(entry.NamedAs);
        names.Single().Name.LocalName.ShouldBe(entry.NamedBy switch { NamedBy.Reference => "EksternReference", NamedBy.DebtorReference => "DebitorReference", _ => "Betalingsid" });
    }

    private static string IdOf(XElement entry) => entry.Element(Ns + "PosteringId")!.Value;

    private static long OreOf(XElement amount) => (long)(decimal.Parse(amount.Value, CultureInfo.InvariantCulture) * 100);

    /// <summary>Any call says where the caller takes what is pushed.</summary>
    private static Task LearnAsync(RunningSandbox sandbox, string address, string municipality = "0101") =>
        AskAsync(sandbox, new XElement(Ns + "DebitorUdtraek", new XElement(Ns + "Antal", 1)), address, municipality);

    private static async Task<XElement> AskAsync(RunningSandbox sandbox, XElement question, string address, string municipality = "0101")
    {
        var context = OpusXml.Context;
        var envelope = new XElement(OpusXml.Soap + "Envelope",
            new XElement(OpusXml.Soap + "Header", new XElement(context + "Kaldskontekst",
                new XElement(context + "RequestId", "0f8fad5b-d9cb-469f-a165-70867728950e"), new XElement(context + "TransaktionsTid", "2026-11-23T09:00:00Z"),
                new XElement(context + "AuthorityContext", new XElement(context + "MunicipalityCVR", "64942212")),
                new XElement(context + "Rute",
                    new XElement(context + "AfsenderOrganisation", "a"), new XElement(context + "AfsenderItSystemInstans", "b"), new XElement(context + "ModtagerOrganisation", "c"),
                    new XElement(context + "Miljoe", "PRODUKTION"), new XElement(context + "Svaradresse", address)))),
            new XElement(OpusXml.Soap + "Body", question));
        using var content = new StringContent(envelope.ToString(), Encoding.UTF8, "text/xml");
        using var response = await sandbox.Client.PostAsync($"/sandbox/opus/{municipality}", content);
        var answer = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer);
        var (read, error) = OpusXml.Read(new MemoryStream(Encoding.UTF8.GetBytes(answer)));
        return OpusDocuments.Content(read ?? throw new AssertionException($"The answer does not fit the profile: {error}"));
    }
}

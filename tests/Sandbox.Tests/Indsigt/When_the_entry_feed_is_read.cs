using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Money;
using ClaimsTransfer.Sandbox.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Indsigt;

public sealed class When_the_entry_feed_is_read
{
    private const string Feed = "/sandbox/indsigt/0376";
    private const string Everything = "pay=0.3,part=0.3,over=0.1,reverse=0.1,writeoff=0.1,collect=0.1,duplicate=0.1";

    [Test]
    public async Task A_cursor_misses_none_and_nothing_is_pending_when_it_has_asked_after_the_last()
    {
        await using var sandbox = await RunningSandbox.StartAsync(Everything);
        await sandbox.RegisterAsync(300, Vendor.OesIndsigt, "0376");

        var (told, after, zeroes) = (new List<JsonElement>(), "", 0);
        await RunningSandbox.EventuallyAsync("nothing is pending", async () =>
        {
            var page = await ReadAsync(sandbox, after);
            told.AddRange(page.GetProperty("entries").EnumerateArray());
            after = page.GetProperty("next").GetString()!;
            zeroes = await sandbox.PendingAsync("0376") == 0 ? zeroes + 1 : 0;
            // Pending falls to 0 with the question after the last one; nothing comes from then on.
            return zeroes == 3;
        });

        var booked = await sandbox.BookedAsync("0376");
        told.Select(entry => entry.GetProperty("entryId").GetString()!).Distinct().Order().ShouldBe(booked.Keys.Order());
        (told.Count - booked.Count).ShouldBeInRange(booked.Count / 20, booked.Count / 5);
        told.Select(entry => long.Parse(entry.GetProperty("position").GetString()!)).ShouldBeInOrder();
        told.Select(entry => entry.GetProperty("position").GetString()).ShouldBeUnique();
        told.Select(entry => entry.GetProperty("entryId").GetString()).ShouldNotBe(told.Select(entry => entry.GetProperty("entryId").GetString()).Order());
        foreach (var entry in told)
            ShouldBe(entry, booked[entry.GetProperty("entryId").GetString()!]);
        told.Select(entry => entry.GetProperty("kind").GetString()).Distinct().Order().ShouldBe(["account", "adjustment", "charge", "coverage", "reversal", "writeOff"]);
    }

    [Test]
    public async Task What_was_told_stands_at_the_same_position_after_a_restart()
    {
        await using var sandbox = await RunningSandbox.StartAsync("reverse=1");
        await sandbox.RegisterAsync(60, Vendor.OesIndsigt, "0376");
        await RunningSandbox.EventuallyAsync("something is told", async () => (await ReadAsync(sandbox, "")).GetProperty("entries").GetArrayLength() > 10);
        var before = (await ReadAsync(sandbox, "")).GetProperty("entries").EnumerateArray().Select(entry => entry.GetRawText()).ToList();

        await sandbox.StopAsync();
        await sandbox.StartAsync();
        await RunningSandbox.EventuallyAsync("all is told", async () => (await ReadAsync(sandbox, "")).GetProperty("entries").GetArrayLength() == 120);

        (await ReadAsync(sandbox, "")).GetProperty("entries").EnumerateArray().Take(before.Count).Select(entry => entry.GetRawText()).ShouldBe(before);
        (await sandbox.PendingAsync("0376")).ShouldBe(120, "nobody has asked after any of them");
    }

    [TestCase("after=abc")]
    [TestCase("limit=0")]
    [TestCase("after=-1")]
    public async Task A_question_that_is_none_is_refused(string query)
    {
        await using var sandbox = await RunningSandbox.StartAsync("");

        using var response = await sandbox.Client.GetAsync($"{Feed}/entries?{query}");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task The_faults_of_a_call_apply_to_it_as_to_any_other()
    {
        await using var sandbox = await RunningSandbox.StartAsync("", "down=0376");

        using var response = await sandbox.Client.GetAsync($"{Feed}/entries");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Test]
    public async Task The_claims_held_are_listed_page_by_page()
    {
        await using var sandbox = await RunningSandbox.StartAsync("over=1");
        await sandbox.RegisterAsync(5, Vendor.OesIndsigt, "0376");
        await RunningSandbox.EventuallyAsync("all is made", async () => (await sandbox.BookedAsync("0376")).Count == 5);

        var first = await sandbox.Client.GetFromJsonAsync<JsonElement>($"{Feed}/accounts?limit=3");
        var second = await sandbox.Client.GetFromJsonAsync<JsonElement>($"{Feed}/accounts?limit=3&after=DK-737600-3");

        (first.GetProperty("more").GetBoolean(), second.GetProperty("more").GetBoolean()).ShouldBe((true, false));
        var accounts = first.GetProperty("accounts").EnumerateArray().Concat(second.GetProperty("accounts").EnumerateArray()).ToList();
        accounts.Select(account => account.GetProperty("reference").GetString()).ShouldBe(Enumerable.Range(1, 5).Select(number => $"DK-737600-{number}"));
        accounts.ShouldAllBe(account =>
            account.GetProperty("amountOre").GetInt64() == 12_000 && account.GetProperty("coveredOre").GetInt64() > 12_000 && account.GetProperty("writtenOffOre").GetInt64() == 0
            && account.GetProperty("inForce").GetBoolean() && account.GetProperty("bookings").GetInt32() == 1);
    }

    private static Task<JsonElement> ReadAsync(RunningSandbox sandbox, string after) =>
        sandbox.Client.GetFromJsonAsync<JsonElement>($"{Feed}/entries?limit=200{(after.Length == 0 ? "" : $"&after={after}")}");

    private static void ShouldBe(JsonElement told, MoneyEntry entry)
    {
        string? Text(string name) => told.TryGetProperty(name, out var value) ? value.GetString() : null;

        Text("kind").ShouldBe(JsonNamingPolicy.CamelCase.ConvertName(entry.Kind.ToString()));
        (told.TryGetProperty("amountOre", out var ore) ? ore.GetInt64() : (long?)null).ShouldBe(entry.Kind == MoneyKind.Account ? null : entry.AmountOre);
        Text("part").ShouldBe(entry.Kind is MoneyKind.Coverage or MoneyKind.Reversal or MoneyKind.Charge ? JsonNamingPolicy.CamelCase.ConvertName(entry.Part.ToString()) : null);
        (Text("channel"), Text("reversesEntryId"), Text("reason"), Text("valueDate")).ShouldBe((entry.Channel, entry.ReversesEntryId, entry.Reason, $"{entry.ValueDate:yyyy-MM-dd}"));
        Text("status").ShouldBe(entry.Status is { } status ? JsonNamingPolicy.CamelCase.ConvertName(status.ToString()) : null);
        told.GetProperty("bookedAt").GetDateTimeOffset().ShouldBe(entry.BookedAt);
        (Text("reference"), Text("debtorReference"), Text("paymentSlip")).ShouldBe(entry.NamedBy switch
        {
            NamedBy.Reference => (entry.NamedAs, null, null), NamedBy.DebtorReference => (null, entry.NamedAs, null), _ => (null, null, entry.NamedAs),
        });
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Sandbox.Money;
using ClaimsTransfer.Sandbox.Tests.Money;
using ClaimsTransfer.Sandbox.Tests.Opus;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Running;

/// <summary>All three styles at once, on the embedded store, and what is shown of it.</summary>
public sealed class When_the_money_of_many_claims_is_told
{
    private static readonly (Vendor Vendor, string Code)[] Systems =
        [(Vendor.KmdOpus, "0101"), (Vendor.KmdOpus, "0751"), (Vendor.Prisme, "0147"), (Vendor.OesIndsigt, "0376")];

    [Test]
    public async Task All_of_it_is_back_within_a_minute_and_the_figures_agree()
    {
        await using var callback = await Callback.StartAsync();
        await using var sandbox = await RunningSandbox.StartAsync(MoneyPlan.Example);
        var started = TimeProvider.System.GetTimestamp();
        foreach (var (vendor, code) in Systems)
        {
            foreach (var numbers in Enumerable.Range(1, 5_000).Chunk(1_000))
                await sandbox.Ledger.TakeAsync([.. numbers.Select(number => MoneyBench.Register(number, vendor, code) with { ReplyTo = vendor == Vendor.KmdOpus ? callback.Address : null })], CancellationToken.None);
            if (vendor == Vendor.KmdOpus)
                sandbox.Learn(code, callback.Address);
        }

        TestContext.Out.WriteLine($"Registered after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
        var after = "";
        await RunningSandbox.EventuallyAsync("nothing is pending", async () =>
        {
            foreach (var path in Directory.GetFiles(sandbox.PrismeFolder("0147", "ud"), "*.bet"))
                File.Delete(path);
            after = (await sandbox.Client.GetFromJsonAsync<JsonElement>($"/sandbox/indsigt/0376/entries?after={after}")).GetProperty("next").GetString()!;
            var summary = await sandbox.Client.GetFromJsonAsync<JsonElement>("/sandbox/ledger/summary");
            return Systems.All(system => summary.GetProperty(system.Code).GetProperty("moneyPending").GetInt64() == 0);
        });
        TestContext.Out.WriteLine($"Back after {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");

        var figures = await sandbox.Client.GetFromJsonAsync<JsonElement>("/sandbox/ledger/summary");
        foreach (var (_, code) in Systems)
        {
            var of = figures.GetProperty(code);
            var claims = (await sandbox.Client.GetFromJsonAsync<JsonElement>($"/sandbox/ledger?municipality={code}")).GetProperty("claims").EnumerateArray().ToList();
            long Sum(string name) => claims.Sum(claim => claim.GetProperty(name).GetInt64());

            (of.GetProperty("debtorCoveredOre").GetInt64(), of.GetProperty("debtorReversedOre").GetInt64(), of.GetProperty("debtorWrittenOffOre").GetInt64())
                .ShouldBe((Sum("coveredOre"), Sum("reversedOre"), Sum("writtenOffOre")));
            Sum("balanceOre").ShouldBe(Sum("amountOre") - Sum("writtenOffOre") - Sum("coveredOre") + Sum("reversedOre"));
            claims.Count(claim => claim.GetProperty("balanceOre").GetInt64() <= 0).ShouldBeInRange(2_150, 2_350, "paid, overpaid and written off");
            claims.Select(claim => claim.GetProperty("accountStatus").GetString()!).Distinct().Order().ShouldBe(["closed", "inCollection", "open", "recalled"]);
        }
    }

    [Test]
    public async Task The_plan_is_shown_replaced_ended_and_kept()
    {
        await using var sandbox = await RunningSandbox.StartAsync("pay=0.5");
        (await sandbox.Client.GetStringAsync("/sandbox/money")).ShouldBe("pay=0.5");

        (await PostAsync(sandbox, "part=0.2,duplicate=0.1")).ShouldBe((HttpStatusCode.OK, "part=0.2,duplicate=0.1"));
        var (status, error) = await PostAsync(sandbox, "pay=0.9,part=0.2");
        status.ShouldBe(HttpStatusCode.BadRequest);
        error.ShouldContain("1.1");
        await sandbox.StopAsync();
        await sandbox.StartAsync();

        (await sandbox.Client.GetStringAsync("/sandbox/money")).ShouldBe("part=0.2,duplicate=0.1", "posted in this run, it wins over the settings");
        (await PostAsync(sandbox, "")).ShouldBe((HttpStatusCode.OK, ""));
    }

    private static async Task<(HttpStatusCode, string)> PostAsync(RunningSandbox sandbox, string text)
    {
        using var response = await sandbox.Client.PostAsync("/sandbox/money", new StringContent(text));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}

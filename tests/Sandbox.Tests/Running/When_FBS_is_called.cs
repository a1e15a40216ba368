using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Fbs;
using ClaimsTransfer.Sandbox.Tests.Fbs;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Running;

/// <summary>FBS's stand-in as its callers see it.</summary>
public sealed class When_FBS_is_called
{
    private const string Payment = "/sandbox/fbs/external/v1/DK-710100/patron/4711/payment";

    [Test]
    public async Task It_shows_its_fees_summed_listed_and_by_patron()
    {
        await using var sandbox = await RunningSandbox.StartAsync("");
        await sandbox.Services.GetRequiredService<FbsRecord>().TakeAsync(
            [When_FBS_is_told.Transferred(1, 1, 7_000), When_FBS_is_told.Transferred(2, 1, 256), When_FBS_is_told.Transferred(3, 1, 90), When_FBS_is_told.Reconciled(3, 1, 0, "A", settled: true)],
            CancellationToken.None);

        (await sandbox.Client.GetStringAsync("/sandbox/fbs/summary")).ShouldBe("""{"0101":{"reconciledToFbs":1,"openClaims":2,"openOre":7256}}""");
        (await sandbox.Client.GetStringAsync("/sandbox/fbs/open-claims/0101")).ShouldBe(
            "{\"agency\":\"DK-710100\",\"feeId\":1,\"amountOre\":7000}\n{\"agency\":\"DK-710100\",\"feeId\":2,\"amountOre\":256}\n");
        (await sandbox.Client.GetStringAsync("/sandbox/fbs/open-claims/0751")).ShouldBe("");
        (await sandbox.Client.GetStringAsync("/sandbox/fbs/external/DK-710100/patron/4711/fees/v2")).ShouldBe(
            """[{"feeId":1,"amount":70,"creationDate":"2026-11-23","type":"fee","reasonMessage":"Gebyr","payableByClient":true,"materials":[]},{"feeId":2,"amount":2.56,"creationDate":"2026-11-23","type":"fee","reasonMessage":"Gebyr","payableByClient":true,"materials":[]}]""");
        var all = await sandbox.Client.GetFromJsonAsync<JsonElement>("/sandbox/fbs/external/DK-710100/patron/4711/fees/v2?includepaid=true");
        all.EnumerateArray().Last().GetProperty("paidDate").GetString().ShouldBe("2026-11-23");
        (await sandbox.Client.GetFromJsonAsync<JsonElement>("/sandbox/fbs/DK-710100/1"))[0].GetProperty("name").GetString().ShouldBe(MessageNames.ClaimTransferred);
    }

    [Test]
    public async Task It_registers_a_payment_though_the_first_answers_are_lost()
    {
        await using var sandbox = await RunningSandbox.StartAsync("", "unavailable=0.3,drop-reply=0.5");
        await sandbox.Services.GetRequiredService<FbsRecord>().TakeAsync([.. Enumerable.Range(1, 20).Select(fee => When_FBS_is_told.Transferred(fee, 1, 7_000))], CancellationToken.None);

        var lost = 0;
        for (var fee = 1; fee <= 20; fee++)
        {
            string? answer = null;
            while (answer is null)
            {
                try
                {
                    using var response = await sandbox.Client.PostAsJsonAsync(Payment, new { orderId = $"order-{fee}", feeIds = new[] { fee } });
                    if (response.StatusCode == HttpStatusCode.OK)
                        answer = await response.Content.ReadAsStringAsync();
                    else
                        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
                }
                catch (HttpRequestException)
                {
                    lost++;
                }
            }

            answer.ShouldStartWith($"[{{\"feeId\":{fee},\"orderId\":\"order-{fee}\",\"confirmationId\":\"");
            answer.ShouldEndWith("\"paymentStatus\":\"paymentRegistered\"}]");
        }

        lost.ShouldBeGreaterThan(0);
        await sandbox.FaultsAsync("");
        using var other = await sandbox.Client.PostAsJsonAsync(Payment, new { orderId = "other", feeIds = new[] { 1, 99 } });
        (await other.Content.ReadAsStringAsync()).ShouldBe(
            """[{"feeId":1,"orderId":"other","paymentStatus":"paymentRegisteredByDifferentOrderId"},{"feeId":99,"orderId":"other","paymentStatus":"paymentNotAllowedByClient"}]""");
    }

    [TestCase("{}")]
    [TestCase("""{"orderId":"a","feeIds":[]}""")]
    [TestCase("""{"orderId":"","feeIds":[1]}""")]
    [TestCase("not json")]
    public async Task An_order_that_is_none_is_refused_with_an_example(string body)
    {
        await using var sandbox = await RunningSandbox.StartAsync("");

        using var response = await sandbox.Client.PostAsync(Payment, new StringContent(body, Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("feeIds");
    }
}

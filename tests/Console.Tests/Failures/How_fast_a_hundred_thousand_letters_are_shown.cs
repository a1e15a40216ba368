using System.Diagnostics;
using System.Text;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.OperationsConsole.Tests.Failures;

/// <summary>Measures the pages with 100,000 letters of 40 causes behind them. Run it with CLAIMS_MEASURE=1.</summary>
[TestFixture]
public sealed class How_fast_a_hundred_thousand_letters_are_shown
{
    private const int Letters = 100_000, Causes = 40, Batch = 1_000;

    [Test]
    [Explicit("Takes a minute; CLAIMS_MEASURE=1")]
    public async Task page_by_page()
    {
        await using var server = await ConsoleServer.StartAsync();
        var (reader, store) = (server.Services.GetRequiredService<LetterReader>(), server.Services.GetRequiredService<LetterStore>());
        var filling = Stopwatch.StartNew();
        foreach (var batch in Enumerable.Range(0, Letters).Chunk(Batch))
            await store.KeepAsync([.. batch.Select(n => reader.Read("ingest_error", Failed(n)))], CancellationToken.None);
        await TestContext.Out.WriteLineAsync($"{Letters} letters kept in {filling.Elapsed.TotalSeconds:0.0} s");

        using var client = await server.SignedInAsync();
        foreach (var path in new[]
        {
            "/console/failures", "/console/failures?municipality=0101", "/console/failures/messages", "/console/failures/messages?cause=unforeseen", "/console/failures/messages?text=number%2017%20of",
            "/console/failures/messages?feeId=450000", "/console/failures/messages?agency=DK-710100&from=2026-11-20", "/console/failures/act?do=replay-all",
        })
        {
            var times = new List<double>();
            for (var n = 0; n < 6; n++)
            {
                var watch = Stopwatch.StartNew();
                (await client.GetAsync(path)).EnsureSuccessStatusCode();
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            await TestContext.Out.WriteLineAsync($"{path}: first {times[0]:0} ms, then {times.Skip(1).Min():0} to {times.Skip(1).Max():0} ms");
        }
    }

    private static Delivery Failed(int n)
    {
        var id = DeterministicId.Create(DeterministicId.ClaimsTransfer, $"measured/{n}");
        var body = Encoding.UTF8.GetBytes($$"""{"messageId":"{{id}}","agency":"{{(n % 2 == 0 ? "DK-710100" : "DK-715700")}}","feeId":{{400_000 + n}},"version":1,"amountOre":{{1000 + (n % 9000)}}}""");
        return new Delivery(MessageNames.SubmitClaim, id.ToString(), body)
        {
            // Letters tell causes apart, digits do not: what differs from message to message is no other cause.
            Fault = new FaultNote("System.InvalidOperationException", $"Rule {(char)('A' + (n % Causes / 26))}{(char)('A' + (n % Causes % 26))} failed for number {n % 97} of the batch", DateTimeOffset.UtcNow.AddSeconds(-n), "ingest"),
        };
    }
}

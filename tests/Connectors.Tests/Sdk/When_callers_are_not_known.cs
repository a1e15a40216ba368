using System.Text.Json.Nodes;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

public sealed class When_callers_are_not_known
{
    [Test]
    public async Task each_is_counted_by_municipality_and_what_comes_within_a_second_is_written_down_with_the_next()
    {
        using var folder = new TemporaryFolder();
        await using var bench = await HostBench.StartAsync(folder.Path);
        var refusals = bench.CallerRefusals;

        for (var again = 0; again < 20; again++)
            await refusals.CountUnknownAsync("0101");
        (await CountsAsync()).ShouldHaveSingleItem().ShouldStartWith("nobody/0101/callback/unknownSender/");
        await Eventually.TrueAsync(async () =>
        {
            // No municipality of ours: what anybody may write in an address makes no row of its own.
            await refusals.CountUnknownAsync("9999");
            return (await CountsAsync()).Any(count => count.StartsWith("nobody//callback/", StringComparison.Ordinal));
        });

        (await CountsAsync()).ShouldContain("nobody/0101/callback/unknownSender/20");

        async Task<IReadOnlyList<string>> CountsAsync()
        {
            using var answer = await bench.GetAsync("/connectors/KmdOpus/senders");
            return [.. JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["refusals"]!.AsArray().Select(count =>
                $"{count!["sender"]}/{count["municipality"]}/{count["message"]}/{count["reason"]}/{count["count"]}")];
        }
    }
}

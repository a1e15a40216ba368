using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Sandbox.Fbs;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Fbs;

public sealed class When_samples_are_generated
{
    private static readonly SampleOptions Journey = SampleOptions.Journey(5_000);

    [Test]
    public void The_same_options_give_the_same_bytes()
    {
        static byte[] All(SampleOptions options) => [.. SampleClaims.Generate(options).SelectMany(line => line.Utf8.ToArray().Append((byte)'\n'))];

        All(Journey).SequenceEqual(All(Journey)).ShouldBeTrue();
        All(Journey).SequenceEqual(All(Journey with { Seed = 2 })).ShouldBeFalse();
    }

    [Test]
    public void Each_claim_has_a_patron_some_share_one_and_nothing_else_of_a_seed_is_another_for_it()
    {
        var lines = SampleClaims.Generate(SampleOptions.Journey(1_000)).Where(line => line.Category != SampleCategory.Malformed).Select(line => line.Text).ToList();

        var claims = SampleClaims.Generate(Journey with { Count = 2_000 }).Where(line => line.Category == SampleCategory.Claim)
            .Select(line => JsonSerializer.Deserialize(line.Utf8.Span, MessageJson.Default.SubmitClaim)!.PatronId).ToList();
        claims.ShouldAllBe(patron => patron > 0);
        claims.Distinct().Count().ShouldBeInRange(1_900, 1_999);
        // What this seed gave before claims had patrons.
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => Regex.Replace(line, ",\"patronId\":[0-9]+", "") + "\n")))))
            .ShouldBe("762bdd7e55e096c36b31bd14efe5d99f4cd1fba565ab1ac29bef70fa7b2a9b82");
    }

    [Test]
    public void The_shares_are_as_asked_for()
    {
        var manifest = SampleClaims.Manifest(Journey);

        manifest.Claims.ShouldBe(5_000);
        manifest.Duplicates.ShouldBeInRange(200, 350);
        manifest.Malformed.ShouldBeInRange(110, 190);
        manifest.Changes.ShouldBeInRange(400, 900);
        manifest.Municipalities.Count.ShouldBe(Journey.Municipalities.Count);
        manifest.Municipalities.Values.Sum(municipality => municipality.Claims).ShouldBe(5_000);
        manifest.Municipalities.Values.Sum(municipality => municipality.Children).ShouldBeInRange(190, 310);
        manifest.Municipalities.Values.Sum(municipality => municipality.ChildrenWithoutGuardian).ShouldBeInRange(50, 120);
        manifest.MalformedByKind.Count.ShouldBe(MalformedLines.KindNames.Count);
    }

    [Test]
    public void Good_lines_are_messages_of_the_wire_with_the_amounts_the_manifest_says()
    {
        var amounts = new Dictionary<(string, long), (int Version, long Ore)>();
        var seen = new HashSet<string>();
        foreach (var line in SampleClaims.Generate(Journey).Where(line => line.Category != SampleCategory.Malformed))
        {
            if (line.Category == SampleCategory.Duplicate)
            {
                seen.ShouldContain(line.Text, "a duplicate repeats a line that went before");
                continue;
            }

            seen.Add(line.Text).ShouldBeTrue();
            switch (line.Exchange)
            {
                case MessageNames.SubmitClaim:
                    var claim = JsonSerializer.Deserialize(line.Utf8.Span, MessageJson.Default.SubmitClaim)!;
                    Keep((claim.Agency, claim.FeeId), 1, claim.AmountOre);
                    break;
                case MessageNames.AdjustClaim:
                    var change = JsonSerializer.Deserialize(line.Utf8.Span, MessageJson.Default.AdjustClaim)!;
                    Keep((change.Agency, change.FeeId), change.Version, change.NewAmountOre);
                    break;
            }
        }

        amounts.Values.Sum(amount => amount.Ore).ShouldBe(SampleClaims.Manifest(Journey).AmountOre);

        void Keep((string, long) key, int version, long ore)
        {
            if (!amounts.TryGetValue(key, out var known) || known.Version < version)
                amounts[key] = (version, ore);
        }
    }

    [Test]
    public void Some_changes_come_before_their_claims()
    {
        var claims = new HashSet<long>();
        var early = 0;
        foreach (var line in SampleClaims.Generate(Journey).Where(line => line.Category is SampleCategory.Claim or SampleCategory.Change))
        {
            var feeId = JsonDocument.Parse(line.Utf8).RootElement.GetProperty("feeId").GetInt64();
            if (line.Category == SampleCategory.Claim)
                claims.Add(feeId);
            else if (!claims.Contains(feeId))
                early++;
        }

        early.ShouldBeGreaterThan(50);
    }

    [Test]
    public void Numbers_are_right_by_date_and_wrong_by_modulus_11()
    {
        int[] weights = [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];
        foreach (var line in SampleClaims.Generate(Journey).Where(line => line.Claim?.BornOn is not null))
        {
            var cpr = JsonSerializer.Deserialize(line.Utf8.Span, MessageJson.Default.SubmitClaim)!.Borrower.Cpr!;
            cpr.Select((digit, i) => (digit - '0') * weights[i]).Sum().ShouldSatisfyAllConditions(sum => (sum % 11).ShouldNotBe(0));
            cpr[..6].ShouldBe(line.Claim!.BornOn!.Value.ToString("ddMMyy"));
        }
    }

    [Test]
    public void No_malformed_line_breaks_the_lines_around_it() =>
        SampleClaims.Generate(Journey).Count(line => line.Utf8.Length == 0 || line.Utf8.Span.Contains((byte)'\n')).ShouldBe(0);
}

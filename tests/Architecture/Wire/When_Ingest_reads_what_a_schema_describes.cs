using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>
/// A publisher trusts the schema; Ingest trusts its own reading. Every field of every message from FBS is bent in many ways, and both must say the same of each:
/// otherwise a message that fits the schema is refused, or the schema keeps to itself what is taken.
/// </summary>
public sealed class When_Ingest_reads_what_a_schema_describes
{
    private static readonly ClaimReader Reader = new(
        new NoKeys(), new Municipalities([new("0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson)]));

    private static IEnumerable<WireMessage> FromFbs =>
        WireMessages.All.Where(message => message.Name is MessageNames.SubmitClaim or MessageNames.AdjustClaim or MessageNames.CancelClaim or MessageNames.ChangeLiableParty);

    [TestCaseSource(nameof(FromFbs))]
    public void both_take_the_same_and_refuse_the_same(WireMessage message)
    {
        var validator = SchemaValidator.Of(Repository.Read(message.SchemaFile));
        var example = Repository.Read(message.ExampleFile);
        var (taken, refused) = (0, 0);
        var differences = new List<string>();

        foreach (var (what, body) in Bent(example))
        {
            var bySchema = validator.Faults(body);
            var byIngest = Reader.Read(new Incoming(Encoding.UTF8.GetBytes(body.ToJsonString()), message.Name)).Faults;
            if ((byIngest.Count == 0) != (bySchema.Count == 0))
                differences.Add($"{what}: the schema says [{string.Join("; ", bySchema)}], Ingest says [{string.Join("; ", byIngest.Select(fault => $"{fault.Field} {fault.Reason}"))}]");
            _ = bySchema.Count == 0 ? taken++ : refused++;
        }

        differences.ShouldBeEmpty();
        taken.ShouldBeGreaterThan(5);
        refused.ShouldBeGreaterThan(50);
    }

    private static IEnumerable<(string What, JsonObject Body)> Bent(string example)
    {
        yield return ("unchanged", JsonNode.Parse(example)!.AsObject());
        foreach (var path in Paths(JsonNode.Parse(example)!, ""))
        {
            foreach (var (what, value) in Values())
            {
                var body = JsonNode.Parse(example)!.AsObject();
                Put(body, path, value);
                yield return ($"{path} = {what}", body);
            }

            var without = JsonNode.Parse(example)!.AsObject();
            Put(without, path, null, isRemoved: true);
            yield return ($"{path} left out", without);
        }
    }

    private static IEnumerable<(string What, JsonNode? Value)> Values()
    {
        yield return ("null", null);
        yield return ("true", true);
        yield return ("{}", new JsonObject());
        yield return ("[[]]", new JsonArray(new JsonArray()));
        foreach (var number in new[] { -1, 0, 1, 2, 1_000_000_000, 1_000_000_001, long.MaxValue })
            yield return ($"{number}", number);
        yield return ("20.5", 20.5m);
        foreach (var text in new[] { "x", "2026-02-30", "DK-71010", "DK-7101000", "EUR", "0f8fad5b-d9cb-469f-a165-7086772895" })
            yield return ($"\"{text}\"", text);
        foreach (var length in new[] { 100, 101, 200, 201, 500, 501 })
            yield return ($"{length} characters", new string('x', length));
        foreach (var count in new[] { 0, 500, 501 })
            yield return ($"{count} objects", new JsonArray([.. Enumerable.Range(0, count).Select(_ => new JsonObject())]));
    }

    /// <summary>Every field, and the fields of what stands within; of a list its first entry.</summary>
    private static IEnumerable<string> Paths(JsonNode node, string prefix) => node switch
    {
        JsonObject map => map.SelectMany(entry => Paths(entry.Value!, $"{prefix}/{entry.Key}").Prepend($"{prefix}/{entry.Key}")),
        JsonArray list => Paths(list[0]!, $"{prefix}/0"),
        _ => [],
    };

    private static void Put(JsonObject body, string path, JsonNode? value, bool isRemoved = false)
    {
        var parts = path.Split('/').Skip(1).ToList();
        JsonNode holder = body;
        foreach (var part in parts.SkipLast(1))
            holder = holder is JsonArray list ? list[int.Parse(part)]! : holder[part]!;
        if (isRemoved)
            holder.AsObject().Remove(parts[^1]);
        else
            holder[parts[^1]] = value?.DeepClone();
    }

    /// <summary>Reading needs fingerprints and seals nothing.</summary>
    private sealed class NoKeys : ISealer
    {
        public SealedIdentity Seal(string municipality, OpenIdentity identity) => throw new InvalidOperationException("Reading seals nothing.");

        public string Ref(OpenIdentity identity) => throw new InvalidOperationException("Reading seals nothing.");

        public string Fingerprint(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary><c>contracts/wire/SEALING.md</c> is all that another language has: its example opens as it says, step by step, and as the SDK does.</summary>
public sealed partial class When_a_sealed_identity_is_explained
{
    private const string Folder = "contracts/wire/examples/sealing";

    private static readonly string Text = Repository.Read("contracts/wire/SEALING.md");

    private static JsonObject KeyFile => JsonNode.Parse(Repository.Read($"{Folder}/9999-1.json"))!.AsObject();

    private static JsonObject Identity => JsonNode.Parse(Repository.Read($"{Folder}/identity.json"))!.AsObject();

    private static JsonObject Opened => JsonNode.Parse(Repository.Read($"{Folder}/opened.json"))!.AsObject();

    [Test]
    public void The_SDK_opens_the_example()
    {
        using var ring = new KeyRing(Repository.PathOf(Folder), MasterKey.FromFile(Repository.PathOf($"{Folder}/vendor.key")), opensOnly: true);

        var open = new Unsealer(ring, ["9999"]).Open("9999", Identity.Deserialize<SealedIdentity>(JsonSerializerOptions.Web)!);

        open.ShouldBe(new OpenIdentity(IdentityKind.Person, (string)Opened["number"]!, (string)Opened["name"]!));
    }

    [Test]
    public void Each_step_gives_the_value_in_the_table()
    {
        var secret = Convert.FromBase64String(Repository.Read($"{Folder}/vendor.key").Trim());
        Value("`secret`").ShouldBe(Hex(secret));
        Value("`vendor.key`").ShouldBe(Convert.ToBase64String(secret));

        var wrapping = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "claims-transfer/wrapping"u8.ToArray());
        Value("`wrapping` (2.2)").ShouldBe(Hex(wrapping));

        var wrapped = Convert.FromBase64String((string)KeyFile["wrapped"]!);
        Value("`wrapped` of").ShouldBe(Convert.ToBase64String(wrapped));
        Values("– nonce")[0].ShouldBe(Hex(wrapped[..12]));
        Values("– tag")[0].ShouldBe(Hex(wrapped[12..28]));
        Value("– cipher text").ShouldBe(Hex(wrapped[28..]));
        Values("– additional data")[0].ShouldBe("9999-1");
        var key = Open(wrapping, wrapped, "9999-1");
        Value("`key` (2.4)").ShouldBe(Hex(key));

        var box = Convert.FromBase64String((string)Identity["sealed"]!);
        Value("`sealed` of").ShouldBe(Convert.ToBase64String(box));
        Values("– nonce")[1].ShouldBe(Hex(box[..12]));
        Values("– tag")[1].ShouldBe(Hex(box[12..28]));
        Values("– additional data")[1].ShouldBe("9999");
        var text = Encoding.UTF8.GetString(Open(key, box, "9999"));
        Value("`text` (3.4)").ShouldBe(text);
        JsonNode.DeepEquals(JsonNode.Parse(text), Opened).ShouldBeTrue();
    }

    [Test]
    public void The_installation_seals_the_same_bytes_from_the_same_numbers()
    {
        var fill = new Queue<byte[]>([Convert.FromHexString(Value("`key` (2.4)")), Convert.FromHexString(Values("– nonce")[0]), Convert.FromHexString(Values("– nonce")[1])]);
        var folder = Directory.CreateTempSubdirectory("claims-test-");
        try
        {
            using var ring = new KeyRing(folder.FullName, MasterKey.FromFile(Repository.PathOf($"{Folder}/vendor.key")), bytes => fill.Dequeue().CopyTo(bytes));

            var sealedIdentity = new Sealer(ring).Seal("9999", new OpenIdentity(IdentityKind.Person, (string)Opened["number"]!, (string)Opened["name"]!));

            sealedIdentity.Sealed.ShouldBe((string)Identity["sealed"]!);
            var written = JsonNode.Parse(File.ReadAllText(Path.Combine(folder.FullName, "9999-1.json")))!.AsObject();
            ((string)written["wrapped"]!).ShouldBe((string)KeyFile["wrapped"]!);
            written.Select(field => field.Key).ShouldBe(KeyFile.Select(field => field.Key));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void Every_field_of_a_key_file_is_explained()
    {
        foreach (var field in (string[])["keyId", "municipality", "created", "sealsFrom", "wrapped", "destroyed"])
            Text.ShouldContain($"`{field}`");
        Text.ShouldContain($"`{ConnectorErased}`");
    }

    /// <summary>The SDK's word; the project does not see its rules from here.</summary>
    private const string ConnectorErased = "IdentityErased";

    private static byte[] Open(byte[] key, byte[] box, string additional)
    {
        var text = new byte[box.Length - 28];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(box.AsSpan(0, 12), box.AsSpan(28), box.AsSpan(12, 16), text, Encoding.ASCII.GetBytes(additional));
        return text;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static string Value(string step) => Values(step)[0];

    /// <summary>The code in the second cell of the rows whose first cell begins so.</summary>
    private static List<string> Values(string step) =>
        [.. Row().Matches(Text).Where(row => row.Groups["step"].Value.StartsWith(step, StringComparison.Ordinal)).Select(row => row.Groups["value"].Value)];

    [GeneratedRegex(@"^\| (?<step>[^|]+) \| `(?<value>[^`]+)` \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}

using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Reading;
using ClaimsTransfer.Ingest;
using Shouldly;

namespace ClaimsTransfer.Architecture;

/// <summary><c>deploy/BOUNDS.md</c> against the code, both ways; each limit at its value and one beyond; and no source that reads past the bounded readers.</summary>
[TestFixture]
public sealed partial class When_input_comes_from_outside
{
    private static readonly Type[] Constants = [typeof(Bound), typeof(Topology), typeof(IngestOptions).Assembly.GetType("ClaimsTransfer.Ingest.Reading.Limits", throwOnError: true)!];

    /// <summary>Takes something just so large, long or deep; throws where it is too much.</summary>
    private static readonly Dictionary<string, Action<long>> Readers = new(StringComparer.Ordinal)
    {
        ["Bound.MessageBytes"] = size => BoundedJson.Document(JsonOf(size), Bound.MessageBytes).Dispose(),
        ["Bound.AnswerBytes"] = size => BoundedXml.Load(new MemoryStream(XmlOf(size)), Bound.AnswerBytes),
        ["Bound.PushBytes"] = size => Copy(size, Bound.PushBytes),
        ["Bound.FileBytes"] = size => Copy(size, Bound.FileBytes),
        ["Bound.ListBytes"] = size => Write(size, Bound.ListBytes),
        ["Bound.LineCharacters"] = size => Lines($"{new string('x', (int)size)}\r\nx\n"),
        ["Bound.JsonLevels"] = size => BoundedJson.Document(Encoding.UTF8.GetBytes($"{new string('[', (int)size)}{new string(']', (int)size)}"), Bound.MessageBytes).Dispose(),
        ["Bound.XmlLevels"] = size => BoundedXml.Load(Xml($"{Repeated("<a>", size)}{Repeated("</a>", size)}"), Bound.AnswerBytes),
        ["Bound.XmlAttributes"] = size => BoundedXml.Load(Xml($"<a {string.Join(' ', Enumerable.Range(0, (int)size).Select(number => $"b{number}=''"))}/>"), Bound.AnswerBytes),
        ["Bound.SettingsBytes"] = MunicipalityFileOf,
    };

    /// <summary>Tried where there is a server, a broker or a whole message to try it with.</summary>
    private static readonly Dictionary<string, (string Source, string Test)> ElsewhereTried = new(StringComparer.Ordinal)
    {
        ["Bound.HeldBytes"] = ("tests/Defaults.Tests/Messaging/Contract/When_messages_are_large.cs", "No_more_is_held_than_the_limit_and_all_are_handled"),
        ["Bound.RequestBytes"] = ("tests/Defaults.Tests/Hosting/When_a_request_is_too_large.cs", "only_one_above_the_limit_is_refused"),
        ["Topology.DeliveryLimit"] = ("tests/Defaults.Tests/Messaging/Contract/When_the_broker_fails.cs", "Topology.DeliveryLimit"),
        ["Topology.VendorIntakeLimit"] = ("services/Defaults/Messaging/RabbitMq/BrokerTopology.cs", "arguments[\"x-max-length\"] = Topology.VendorIntakeLimit"),
        ["Topology.VendorQueueBytes"] = ("tests/Isolation.Tests/Broker/When_a_vendor_fills_its_queues.cs", "What_is_beyond_is_refused_and_what_was_taken_stays"),
        ["Limits.BodyBytes"] = ("tests/Ingest.Tests/Reading/When_a_message_is_faulty.cs", "Only_what_is_beyond_the_limits_of_size_and_depth"),
        ["Limits.Depth"] = ("tests/Ingest.Tests/Reading/When_a_message_is_faulty.cs", "Only_what_is_beyond_the_limits_of_size_and_depth"),
    };

    /// <summary>These read what our own services wrote, what stands in the assembly, or what the person at the keyboard names; or they count by themselves.</summary>
    private static readonly Dictionary<string, string> MayRead = new(StringComparer.Ordinal)
    {
        ["services/Defaults/Reading/"] = "the bounded readers",
        ["services/Sandbox/"] = "the stand-ins of debtor systems, for rehearsals and tests",
        ["services/Standalone/"] = "asks the stand-ins in its own process",
        ["services/LocalServers/"] = "starts the servers of a rehearsal",
        ["services/Cli/"] = "a person's own command, which reads files that person names and answers of our services",
        ["contracts/ConformanceKit/"] = "plays the other side, at the desk of whoever proves a connector",
        ["contracts/MassTransit/"] = "runs at a publisher, and reads what we answer it",
        ["contracts/Templates/"] = "answers held whole by a client whose size AddDefaults bounds",
        ["services/Payments/Reconciliation/Reading/"] = "lists in lines of bounded length",
        ["services/Payments/Reconciliation/Running/Runs.cs"] = "our own store",
        ["services/Payments/Booking/PaymentsStore.cs"] = "our own store",
        ["services/Payments/Matching/"] = "our own store",
        ["services/Payments/Asking/"] = "our own store",
        ["services/Ingest/Reading/JsonBody.cs"] = "bodies within Limits.BodyBytes, with the stricter rules of the wire",
        ["services/Ingest/Asking/"] = "our own store",
        ["services/Routing/Journal/RoutingStore.cs"] = "our own store",
        ["services/Routing/Asking/ClaimSearch.cs"] = "our own store",
        ["services/Routing/Timeline/ClaimTimeline.cs"] = "our own store",
        ["services/Routing/Operations/LeftOut.cs"] = "our own store",
        ["services/Defaults/Messaging/RabbitMq/Access/ManagementApi.cs"] = "held whole by a client whose size is bounded beside it",
        ["services/Defaults/Access/CredentialFile.cs"] = "the installation's own file",
        ["services/Ingest/Senders/DemoSender.cs"] = "the installation's own file",
        ["services/Defaults/Municipalities/MunicipalityFile.cs"] = "a file whose size is looked at first",
        ["services/Defaults/Notes/"] = "our own texts and store",
        ["services/Defaults/Sealing/"] = "our own key folder, and what our own key opened",
        ["services/Connectors/KmdOpus/Wire/ProfileXml.cs"] = "the schemas in the assembly",
        ["services/Connectors/Prisme/Transport/KnownHosts.cs"] = "the installation's own file",
        ["services/Console/Access/ApiToken.cs"] = "the installation's own file",
        ["services/Console/DeadLetters/Letters.cs"] = "our own store",
        ["services/Console/Editing/"] = "a kept message or a form, both bounded when they came",
        ["services/Console/Reconciliations/ReconciliationQuestions.cs"] = "lines of bounded length",
        ["services/Console/Replaying/"] = "our own store",
        ["services/Console/Pages/Municipalities/Change.cshtml.cs"] = "a form within Bound.RequestBytes",
        ["services/Console/Pages/Frame/ITexts.cs"] = "the texts in the assembly",
        ["services/Console/Asking/"] = "answers held whole by a client whose size AddDefaults bounds",
        ["contracts/ConnectorSdk/Asking/"] = "our own store",
        ["contracts/ConnectorSdk/Instructions/InstructionRow.cs"] = "our own store",
        ["contracts/ConnectorSdk/Entries/EntryContent.cs"] = "our own store",
    };

    private static readonly string List = Repository.Read("deploy/BOUNDS.md");

    private static IEnumerable<string> Listed => Rows().Select(row => row.Key).Where(key => key.Contains('.', StringComparison.Ordinal) && !key.Contains(':', StringComparison.Ordinal));

    [TestCaseSource(nameof(Listed))]
    public void the_list_has_the_codes_limit(string key) => Rows().Single(row => row.Key == key).Limit.ShouldBe(ValueOf(key).ToString(CultureInfo.InvariantCulture));

    [Test]
    public void every_bound_of_the_code_is_on_the_list() =>
        typeof(Bound).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"Bound.{field.Name}").Except(Listed).ShouldBeEmpty();

    [Test]
    public void a_limit_that_is_a_setting_has_the_default_of_the_settings()
    {
        var settings = Rows().Where(row => row.Key.Contains(':', StringComparison.Ordinal)).ToList();

        settings.Count.ShouldBeGreaterThan(3);
        var known = Repository.Read("deploy/SETTINGS.md");
        foreach (var (key, limit) in settings)
            known.ShouldContain($"| `{key}` | `{limit}`");
    }

    [TestCaseSource(nameof(Listed))]
    public void what_is_at_the_limit_is_taken_and_what_is_one_beyond_is_not(string key)
    {
        if (ElsewhereTried.TryGetValue(key, out var elsewhere))
        {
            Sources(elsewhere.Source).ShouldContain(text => text.Contains(elsewhere.Test, StringComparison.Ordinal));
            return;
        }

        var (read, limit) = (Readers[key], ValueOf(key));

        Should.NotThrow(() => read(limit));
        var fault = Should.Throw<Exception>(() => read(limit + 1));
        (fault is JsonException or XmlException or BeyondBoundException).ShouldBeTrue($"{fault.GetType().Name} is no answer to malformed input");
    }

    [Test]
    public void no_source_reads_it_past_the_bounded_readers()
    {
        var reading = new[] { "services", "contracts" }.SelectMany(folder => Repository.FilesUnder(folder, "*.cs"))
            .Where(path => Repository.Read(path).Split('\n').Any(line => Unbounded().IsMatch(line))).ToList();

        reading.Count.ShouldBeGreaterThan(20);
        reading.Where(path => !MayRead.Keys.Any(allowed => path.StartsWith(allowed, StringComparison.Ordinal)))
            .ShouldBeEmpty("Read it by BoundedJson, BoundedXml, BoundedBody or BoundedLines; or say here why there is no need.");
        MayRead.Keys.Where(allowed => !reading.Any(path => path.StartsWith(allowed, StringComparison.Ordinal))).ShouldBeEmpty("Nothing there reads so any more.");
    }

    [TestCase("await response.Content.ReadFromJsonAsync<T>()", true)]
    [TestCase("XElement.Load(reader)", true)]
    [TestCase("JsonSerializer.Deserialize<T>(body)", true)]
    [TestCase("await context.Request.Body.CopyToAsync(all)", true)]
    [TestCase("BoundedJson.Read(body, type, most)", false)]
    public void one_that_would_is_seen(string source, bool isSeen) => Unbounded().IsMatch(source).ShouldBe(isSeen);

    private static List<(string Key, string Limit)> Rows() =>
        [.. List.Split('\n').Select(line => line.Split('|')).Where(cells => cells.Length == 6 && cells[1].StartsWith(" `", StringComparison.Ordinal)).Select(cells => (cells[1].Trim(' ', '`'), cells[2].Trim()))];

    private static long ValueOf(string key)
    {
        var name = key.Split('.');
        var field = Constants.Single(type => type.Name == name[0]).GetField(name[1], BindingFlags.Public | BindingFlags.Static);
        return Convert.ToInt64(field.ShouldNotBeNull($"The code has no {key}.").GetValue(null), CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Sources(string path) =>
        (path.EndsWith(".cs", StringComparison.Ordinal) ? [path] : Repository.FilesUnder(path, "*.cs")).Select(Repository.Read);

    private static byte[] JsonOf(long size) => Encoding.UTF8.GetBytes($"\"{new string('x', (int)size - 2)}\"");

    private static byte[] XmlOf(long size) => Encoding.UTF8.GetBytes($"<a>{new string('x', (int)size - 7)}</a>");

    private static MemoryStream Xml(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string Repeated(string text, long times) => new StringBuilder().Insert(0, text, (int)times).ToString();

    private static void Copy(long size, long most)
    {
        using var from = new MemoryStream(new byte[size]);
        BoundedBody.CopyAsync(from, Stream.Null, most, CancellationToken.None).GetAwaiter().GetResult();
    }

    private static void Write(long size, long most)
    {
        using var to = new BoundedStream(Stream.Null, most);
        var part = new byte[50_000_000];
        for (var rest = size; rest > 0; rest -= part.Length)
            to.Write(part.AsSpan(0, (int)Math.Min(rest, part.Length)));
    }

    private static void Lines(string text)
    {
        var lines = new BoundedLines(new StringReader(text));
        var read = new List<string>();
        while (lines.NextAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } line)
            read.Add(line);
        read.Count.ShouldBe(2);
    }

    private static void MunicipalityFileOf(long size)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, $"#{new string('x', (int)size - 1)}");
            if (MunicipalityFile.Load(path).Faults.Any(fault => fault.ToString().Contains($"{Bound.SettingsBytes}", StringComparison.Ordinal)))
                throw new BeyondBoundException("a fault of the file");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [GeneratedRegex(
        @"XmlReader\.Create|XDocument\.(Load|Parse)|XElement\.(Parse|Load)|new XmlDocument|JsonDocument\.Parse|JsonNode\.Parse|JsonSerializer\.Deserialize"
        + @"|(ReadFrom|GetFrom)JsonAsync|ReadAs(String|ByteArray|Stream)Async|Get(String|ByteArray)Async|ReadToEnd|\.ReadLineAsync|(Content|Body)\.CopyToAsync|File\.ReadAll",
        RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Unbounded();
}

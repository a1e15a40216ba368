using System.Net.Mime;
using System.Text;
using System.Text.Json;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>One claim goes through the whole system, from FBS's request to what FBS hears of it, and every span on its way is written.</summary>
[TestFixture("embedded")]
[TestFixture("servers")]
[Parallelizable(ParallelScope.Self), Order(2)]
public sealed class When_the_trace_is_followed(string how)
{
    private const string Journey = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Request = "00f067aa0ba902b7";
    private const string Cpr = SharedSystem.Cpr;

    private static readonly string[] Hops =
    [
        "Server POST /claims", "Internal ingest submit-claim", "Client send claim-created",
        "Consumer process routing", "Internal routing claim-created", "Client send transfer-claim:{municipality}",
        "Consumer process transfer-claim.{municipality}", "Client connector.submit", "Internal connector.instruction", "Client send transfer-reported:{municipality}",
        "Internal routing transfer-reported", "Client send claim-transferred",
        "Consumer process payments", "Internal payments claim-transferred", "Consumer process fbs",
    ];

    private List<Span> _spans = null!;

    [OneTimeSetUp]
    public async Task Travel()
    {
        var shared = await SharedSystem.ForAsync(how);
        // In a batch with others its hops would be in the batch's trace.
        await Wait.ForReportAsync(shared.System, "nothing else is on its way", report => report.Total.InFlight == 0, TimeSpan.FromMinutes(1), shared.Run);
        using (var request = new HttpRequestMessage(HttpMethod.Post, shared.System.Address("ingest", "/claims")))
        {
            request.Headers.TryAddWithoutValidation("traceparent", $"00-{Journey}-{Request}-01").ShouldBeTrue();
            request.Content = new StringContent(
                $$"""
                {"messageId": "0f8fad5b-d9cb-469f-a165-70867728950e", "occurredAt": "2026-11-22T06:54:00Z", "agency": "DK-710100", "feeId": 440001, "version": 1, "type": "fee",
                 "reason": "Gebyr", "amountOre": 7000, "currency": "DKK", "createdOn": "2026-10-22", "dueOn": "2026-11-22", "borrower": {"cpr": "{{Cpr}}", "name": "Anna And"} }
                """, Encoding.UTF8, MediaTypeNames.Application.Json);
            using var response = await shared.Http.SendAsync(request);
            response.IsSuccessStatusCode.ShouldBeTrue();
        }

        // A span is written when it has ended, so that the last of a hop may come after what it led to.
        await Wait.ForAsync(
            "every hop is written", () => Task.FromResult(!Hops.Except(Written(shared.Data).Where(span => span.Trace == Journey).Select(span => $"{span.Kind} {span.Name}")).Any()),
            TimeSpan.FromMinutes(2), shared.Run);
        await Wait.ForAsync(
            "each span's parent is written", () => Task.FromResult(Orphans([.. Written(shared.Data).Where(span => span.Trace == Journey)]).Count == 0), TimeSpan.FromSeconds(30), shared.Run);
        _spans = [.. Written(shared.Data).Where(span => span.Trace == Journey)];
    }

    [Test]
    public void every_hop_is_in_it_under_the_conventions_names()
    {
        Hops.Except(_spans.Select(span => $"{span.Kind} {span.Name}"), StringComparer.Ordinal).ShouldBeEmpty(string.Join('\n', _spans));
    }

    [Test]
    public void each_begins_in_another_of_them()
    {
        Orphans(_spans).ShouldBeEmpty();
        _spans.Where(span => span.Parent == Request).ShouldHaveSingleItem().Name.ShouldBe("POST /claims");
    }

    [Test]
    public void every_message_says_what_it_is_and_where_it_goes()
    {
        var messages = _spans.Where(span => span.Source == "ClaimsTransfer.Messaging").ToList();
        messages.ShouldAllBe(span => span.Tags["messaging.system"] == (how == "embedded" ? "embedded" : "rabbitmq") && Guid.Parse(span.Tags["messaging.message.id"]) != Guid.Empty);
        messages.ShouldAllBe(span => span.Tags.ContainsKey("server.address") == (how != "embedded") && span.Tags.ContainsKey("server.port") == (how != "embedded"));
        messages.ShouldAllBe(span => span.Name.StartsWith($"{span.Tags["messaging.operation.name"]} ") && span.Tags["messaging.operation.type"] == span.Tags["messaging.operation.name"]);
        messages.ShouldAllBe(span => span.Name.EndsWith($" {span.Tags.GetValueOrDefault("messaging.destination.template") ?? span.Tags["messaging.destination.name"]}"));
        messages.ShouldAllBe(span => !span.Tags.ContainsKey("error.type"));
    }

    [Test]
    public void nothing_personal_is_in_it() => _spans.SelectMany(span => span.Tags.Values.Append(span.Name)).Where(text => text.Contains(Cpr) || text.Contains("Anna")).ShouldBeEmpty();

    /// <summary>Those that begin in none of them, nor in the request.</summary>
    private static List<Span> Orphans(List<Span> spans)
    {
        var ids = spans.Select(span => span.Id).Append(Request).ToHashSet(StringComparer.Ordinal);
        return spans.FindAll(span => !ids.Contains(span.Parent));
    }

    private static IEnumerable<Span> Written(string data)
    {
        var folder = Path.Combine(data, "traces");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).SelectMany(Lines).Where(line => line.EndsWith('}')).Select(Span.Read) : [];
    }

    /// <summary>Of a file that is still being written.</summary>
    private static IEnumerable<string> Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private sealed record Span(string Trace, string Id, string Parent, string Source, string Name, string Kind, IReadOnlyDictionary<string, string> Tags)
    {
        public static Span Read(string line)
        {
            using var document = JsonDocument.Parse(line);
            var span = document.RootElement;
            return new Span(
                Text(span, "trace"), Text(span, "span"), Text(span, "parent"), Text(span, "source"), Text(span, "name"), Text(span, "kind"),
                span.GetProperty("tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!, StringComparer.Ordinal));
        }

        private static string Text(JsonElement span, string name) => span.GetProperty(name).GetString()!;
    }
}

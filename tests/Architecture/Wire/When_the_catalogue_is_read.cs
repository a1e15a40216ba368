using Shouldly;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>contracts/README.md is written for people; what it says of senders and receivers is what AsyncAPI says.</summary>
public sealed class When_the_catalogue_is_read
{
    private static readonly IReadOnlyList<string[]> Rows = Repository.Read("contracts/README.md").Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Where(cells => cells.Length == 7)
        .ToList();

    [Test]
    public void every_message_stands_there_once() =>
        Rows.Select(cells => cells[1].Trim('`')).ShouldBe(WireMessages.All.Select(message => message.Name), ignoreOrder: true);

    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void it_names_the_same_senders_and_receivers_as_AsyncAPI(WireMessage message)
    {
        var row = Rows.Single(cells => cells[1] == $"`{message.Name}`");

        row[2].Split(", ").ShouldBe(Applications(message, "send"), ignoreOrder: true);
        row[3].Split(", ").ShouldBe(Applications(message, "receive"), ignoreOrder: true);
        row[4].ShouldNotBeEmpty();
        row[5].ShouldNotBeEmpty();
    }

    [Test]
    public void its_line_of_text_is_a_message_that_fits_its_schema()
    {
        var line = Repository.Read("contracts/README.md").Split('\n').Single(text => text.StartsWith("{\"kind\":", StringComparison.Ordinal));
        var body = System.Text.Json.Nodes.JsonNode.Parse(line)!.AsObject();
        var message = WireMessages.All.Single(candidate => candidate.Name == (string)body["kind"]!);

        SchemaValidator.Of(Repository.Read(message.SchemaFile)).Faults(body).ShouldBeEmpty();
    }

    private static IEnumerable<string> Applications(WireMessage message, string action) =>
        AsyncApi.Operations.Where(operation => operation.Channel == message.Name && operation.Action == action).Select(operation => operation.Application);
}

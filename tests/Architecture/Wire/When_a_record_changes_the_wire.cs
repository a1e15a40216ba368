using Shouldly;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>
/// The schemas are made from the records, and stand in the repository so that a publisher in any language can read them and so that a change of the wire
/// is seen in review. Whoever changes a record sees red here until the change of the wire is written down, on purpose.
/// </summary>
public sealed class When_a_record_changes_the_wire
{
    [TestCaseSource(typeof(WireMessages), nameof(WireMessages.All))]
    public void its_schema_on_disk_must_change_too(WireMessage message)
    {
        var made = WireSchemas.Of(message);
        var file = Repository.PathOf(message.SchemaFile);
        File.Exists(file).ShouldBeTrue($"{message.SchemaFile} is missing. Write it with: {WireRewrite.Command}");
        File.ReadAllText(file).ShouldBe(made,
            $"The record of {message.Name} says something else than {message.SchemaFile}. If the wire shall change (contracts/README.md says how it may), write it down with: {WireRewrite.Command}");
    }

    [Test]
    public void no_rule_is_left_behind_for_a_field_that_is_gone()
    {
        foreach (var message in WireMessages.All)
            WireSchemas.Of(message);

        WireRules.Fields.Keys.Concat(WireRules.Records.Keys).Except(WireSchemas.UsedRules).ShouldBeEmpty("these rules name a field that no record has");
    }

    [TestCase("schemas")]
    [TestCase("examples")]
    public void the_folder_holds_a_file_for_each_message_and_no_other(string folder) =>
        Repository.FilesUnder($"contracts/wire/{folder}", "*").Where(file => !file.StartsWith("contracts/wire/examples/sealing/", StringComparison.Ordinal)).Select(file => Path.GetFileNameWithoutExtension(file))
            .ShouldBe(WireMessages.All.Select(message => message.Name), ignoreOrder: true);

    [Test]
    public void every_record_on_the_wire_has_a_name_there() =>
        typeof(Messages.IMessage).Assembly.GetTypes()
            .Where(type => typeof(Messages.IMessage).IsAssignableFrom(type) && type.IsClass)
            .ShouldBe(WireMessages.All.Select(message => message.Record), ignoreOrder: true);
}

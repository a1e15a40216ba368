using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Architecture.Wire;

/// <summary>A message of the wire: its name, its record and where its files stand.</summary>
public sealed record WireMessage(string Name, Type Record)
{
    public JsonTypeInfo Json => MessageJson.Default.GetTypeInfo(Record)
        ?? throw new InvalidOperationException($"{Record.Name} is missing in MessageJson.");

    public string SchemaFile => $"contracts/wire/schemas/{Name}.json";

    public string ExampleFile => $"contracts/wire/examples/{Name}.json";

    /// <summary>Shown as the name of the test case.</summary>
    public override string ToString() => Name;
}

public static class WireMessages
{
    /// <summary>Every name in <see cref="MessageNames"/> with the record that is called the same.</summary>
    public static IReadOnlyList<WireMessage> All { get; } = typeof(MessageNames)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => new WireMessage((string)field.GetRawConstantValue()!, RecordCalled(field.Name)))
        .ToList();

    private static Type RecordCalled(string name) => typeof(IMessage).Assembly.GetType($"{typeof(IMessage).Namespace}.{name}")
        ?? throw new InvalidOperationException($"MessageNames.{name} has no record {name}.");
}

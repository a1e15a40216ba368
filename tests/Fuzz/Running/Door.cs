using System.Text;
using ClaimsTransfer.Fuzz.Inputs;

namespace ClaimsTransfer.Fuzz.Running;

/// <summary>What became of an input.</summary>
/// <param name="Said">What was answered, or kept for a person: it names what is wrong where the input was not taken, and never holds anybody's number.</param>
internal sealed record Answer(bool IsTaken, string Said);

/// <summary>How inputs are written, which says how they are changed.</summary>
internal enum Form { Json, JsonLines, Xml, Tagged, Text }

/// <summary>A way into the system, at its real entry point.</summary>
internal abstract class Door(string name, Form form) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>Good ones, from which all others are made.</summary>
    public abstract IReadOnlyList<Input> Examples { get; }

    /// <summary>Other values for what goes with the body, by name; a null takes it away.</summary>
    protected virtual IReadOnlyList<(string Name, string?[] Values)> Variants => [];

    /// <summary>Where nobody writes of persons, a person's own text may be shown to him again.</summary>
    public virtual bool IsOfPersons => true;

    /// <summary>Opens what stands behind the door, once.</summary>
    public virtual Task OpenAsync() => Task.CompletedTask;

    /// <summary>Any exception is a fault of the door's: what it declares is an answer.</summary>
    public abstract Task<Answer> TakeAsync(Input input);

    /// <summary>Whether what was taken, and nothing else, is on record. Throws where it is not.</summary>
    public virtual Task CheckBooksAsync(long given, long taken) => Task.CompletedTask;

    /// <summary>What was logged and must not have been; null: nothing.</summary>
    public virtual string? LeakInLog() => null;

    /// <summary>An input nested as deep as it is told to be.</summary>
    public virtual Input Deep(int depth) => form switch
    {
        Form.Xml => Examples[0] with { Body = Encoding.UTF8.GetBytes(Nested(depth, Encoding.UTF8.GetString(Examples[0].Body))) },
        Form.Json or Form.JsonLines => Examples[0] with { Body = Encoding.UTF8.GetBytes($"{{\"a\":{new string('[', depth)}{new string(']', depth)}}}") },
        _ => Examples[0] with { Body = Encoding.UTF8.GetBytes($"- {new string('[', depth)}{new string(']', depth)}") },
    };

    public Input Next(Seeded seeded)
    {
        var input = seeded.Of(Examples);
        foreach (var (property, values) in Variants)
        {
            if (seeded.OneIn(12))
                input = input.With(property, values.Length == 0 || seeded.OneIn(4) ? seeded.Text() : seeded.Of(values));
        }

        var body = input.Body;
        if (!seeded.OneIn(20))
            body = Changed(seeded, body);
        if (seeded.OneIn(6))
            body = new ByteMutation(seeded).Of(body);
        return input with { Body = body };
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private byte[] Changed(Seeded seeded, byte[] body)
    {
        switch (form)
        {
            case Form.Json:
                return new JsonMutation(seeded).Of(body);
            case Form.JsonLines:
                return new LineMutation(seeded).Of(body, new JsonMutation(seeded).Of);
            case Form.Xml:
                return new XmlMutation(seeded).Of(body);
            default:
                var changed = new LineMutation(seeded).Of(body);
                return form == Form.Tagged && !seeded.OneIn(4) ? LineMutation.Renumbered(changed) : changed;
        }
    }

    private static string Nested(int depth, string document)
    {
        var body = document.IndexOf("Body>", StringComparison.Ordinal) + "Body>".Length;
        return string.Concat(document.AsSpan(0, body), string.Concat(Enumerable.Repeat("<a>", depth)), string.Concat(Enumerable.Repeat("</a>", depth)), document.AsSpan(body));
    }
}

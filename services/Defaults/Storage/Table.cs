namespace ClaimsTransfer.Defaults.Storage;

/// <summary>What a column holds. Times are Unix milliseconds, UTC, in columns ending <c>_at</c>; amounts are øre in columns ending <c>_ore</c>.</summary>
public enum ColumnType
{
    /// <summary>Up to 200 characters.</summary>
    Text,

    /// <summary>Any length: JSON bodies, explanations.</summary>
    LongText,

    /// <summary>64-bit integer: times, amounts, versions, counts.</summary>
    Integer,

    /// <summary>A UUID.</summary>
    Id,

    /// <summary>True or false.</summary>
    Flag,
}

public sealed record Column(string Name, ColumnType Type, bool Nullable = false);

/// <summary>A table as the set-based statements need it: name (with schema), columns in the order of the values, key columns first among equals.</summary>
public sealed record Table(string Name, IReadOnlyList<string> Key, IReadOnlyList<Column> Columns);

/// <summary>One step of a schema's history, named as a sentence. In its SQL <c>{text} {code} {longtext} {integer} {id} {flag}</c> stand for the engine's types; a code is a word
/// of our own of at most 50 characters, for indexes over several. <c>{json state facts.patronId}</c> is what a column of JSON text holds there, as text or a number; null where it holds
/// nothing.</summary>
public sealed record Migration(int Number, string Sentence, IReadOnlyList<string> Statements);

using System.Text;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Import;

/// <summary>What Ingest refused of an import: all of it goes to a file, the first of it is shown. Ingest has masked what is personal.</summary>
public sealed class RefusedLines(string path) : IAsyncDisposable
{
    private const int MostShown = 5;

    private readonly List<string> first = [];
    private StreamWriter? file;

    public long Count { get; private set; }

    /// <param name="answer">Ingest's answer to the line, as JSON.</param>
    public void Add(string answer)
    {
        try
        {
            file ??= new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
            file.WriteLine(answer);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The answers to refused lines cannot be written to '{path}': {failure.Message}", "Name another file with --refused. The lines up to here are taken in or refused; the same import again goes on after them.");
        }

        Count++;
        if (first.Count < MostShown)
            first.Add(answer);
    }

    public void Show()
    {
        if (Count == 0)
            return;
        file!.Flush();
        foreach (var answer in first)
            Console.Out.WriteLine(Reasons(answer));
        Console.Out.WriteLine(Count > MostShown ? $"… and {Count - MostShown} more. All {Count}, with what is wrong: {path}" : $"The same as JSON: {path}");
    }

    public async ValueTask DisposeAsync()
    {
        if (file is not null)
            await file.DisposeAsync();
    }

    private static string Reasons(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        var line = json.RootElement.TryGetProperty("line", out var number) ? $"line {number}" : "refused";
        if (json.RootElement.TryGetProperty("feeId", out var fee) && fee.ValueKind == JsonValueKind.Number)
            line = $"{line}, fee {fee}";
        var faults = json.RootElement.TryGetProperty("faults", out var all) && all.ValueKind == JsonValueKind.Array
            ? all.EnumerateArray().Select(fault => $"{Text(fault, "field")} {Text(fault, "reason")}{(Text(fault, "value") is { } value ? $" ({value})" : "")}")
            : [];
        return Shown.Line($"{line}: {string.Join("; ", faults)}");
    }

    private static string? Text(JsonElement fault, string name) =>
        fault.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}

using System.CommandLine;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Sandbox.Fbs;

namespace ClaimsTransfer.Standalone.Samples;

/// <summary><c>claims generate</c>: sample messages as NDJSON, the same for the same options.</summary>
public static class GenerateCommand
{
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "Distinct, valid claims.", DefaultValueFactory = _ => 1_000 };
        var seed = new Option<int>("--seed") { Description = "Another seed gives other claims.", DefaultValueFactory = _ => 1 };
        var clean = new Option<bool>("--clean") { Description = "Only valid claims: no duplicates, faults or changes." };
        var municipalities = new Option<string?>("--municipalities") { Description = "Codes, 0101,0751; six of all three vendors when absent.", HelpName = "CODES" };
        var output = new Option<string?>("--out") { Description = "A file; standard output when absent.", HelpName = "FILE" };
        var command = new Command("generate", "Sample claims and their changes as NDJSON: mixed, repeated and partly wrong as in real life.") { count, seed, clean, municipalities, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = parsed.GetValue(clean)
                ? new SampleOptions { Count = parsed.GetValue(count), Seed = parsed.GetValue(seed) }
                : SampleOptions.Journey(parsed.GetValue(count), parsed.GetValue(seed));
            if (parsed.GetValue(municipalities) is { } codes)
                options = options with { Municipalities = codes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) };
            await using var file = parsed.GetValue(output) is { } path ? File.Create(path) : Console.OpenStandardOutput();
            await using var target = new BufferedStream(file, 64 * 1024);
            foreach (var line in SampleClaims.Generate(options))
            {
                cancellation.ThrowIfCancellationRequested();
                target.Write(line.Utf8.Span);
                target.WriteByte((byte)'\n');
            }
            return ExitCodes.Done;
        });
        return command;
    }
}

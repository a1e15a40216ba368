using System.CommandLine;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Cli.Senders;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Import;

/// <summary><c>claims import FILE</c>: NDJSON as in the wire contract, or fees as FBS serves them. A second run of the same file changes nothing.</summary>
public static class ImportCommand
{
    public static Command Create(WhereOptions where)
    {
        var file = new Argument<string>("FILE") { Description = "The file; - for standard input." };
        var format = new Option<string>("--format") { Description = "ndjson: one message a line. fbs-fees: the array that FBS serves at …/fees/v2.", DefaultValueFactory = _ => "ndjson" };
        format.AcceptOnlyFromAmong("ndjson", "fbs-fees");
        var allowRefused = new Option<bool>("--allow-refused") { Description = "End with 0 also when lines were refused; otherwise with 1." };
        var refused = new Option<string?>("--refused") { Description = "Where the answers to refused lines go; FILE.refused.ndjson when absent.", HelpName = "FILE" };
        var fees = new FbsFeesOptions();
        var command = new Command("import", "Send a file of messages, resumable.") { file, format, allowRefused, refused };
        fees.AddTo(command);
        var key = new SenderKeyOption();
        key.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = key.Find(where, parsed);
            var path = parsed.GetRequiredValue(file);
            if (path != "-" && !File.Exists(path))
                throw new CommandFailure($"There is no file '{path}'.", "Give the path of an NDJSON file, or - for standard input.", ExitCodes.Usage);
            var told = parsed.GetValue(refused) ?? $"{(path == "-" ? "stdin" : path)}.refused.ndjson";
            if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(told))))
                throw new CommandFailure($"--refused '{told}': there is no folder for it.", "Make the folder first, or name a file in one that is there.", ExitCodes.Usage);
            await using var answers = new RefusedLines(told);
            if (parsed.GetValue(format) == "fbs-fees")
                await fees.SendAsync(system, parsed, path, answers, cancellation);
            else
                await ImportAsync(system, path, answers, cancellation);
            answers.Show();
            return answers.Count == 0 || parsed.GetValue(allowRefused) ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task ImportAsync(RunningSystem system, string path, RefusedLines refused, CancellationToken cancellation)
    {
        var client = new ImportClient(system, TimeProvider.System);
        ImportProgress result;
        await using var content = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        if (!content.CanSeek || path == "-")
        {
            // Standard input, or a pipe given by name: read once, so there is nothing to recognise a second run by; what that repeats counts as duplicates.
            result = await client.ImportAsync($"stdin-{Guid.NewGuid():N}", content, null, cancellation, refused.Add);
        }
        else
        {
            var id = await ImportClient.IdOfAsync(path, cancellation);
            result = await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(async progress =>
                {
                    var bar = progress.AddTask(Markup.Escape(Path.GetFileName(path)), maxValue: Math.Max(1, content.Length));
                    var imported = await client.ImportAsync(id, content, _ => bar.Value = content.Position, cancellation, refused.Add);
                    bar.Value = bar.MaxValue;
                    return imported;
                });
        }
        Console.Out.WriteLine($"{result.Read} lines: {result.AlreadyDone} were done before, {result.Read - result.AlreadyDone} sent now, {result.Refused} of them refused.");
    }
}

using System.CommandLine;
using System.Net.Http.Headers;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Cli.Senders;

namespace ClaimsTransfer.Cli.Submit;

/// <summary><c>claims submit [FILE]</c>: one message, as JSON, from a file or standard input.</summary>
public static class SubmitCommand
{
    public static Command Create(WhereOptions where)
    {
        var file = new Argument<string>("FILE") { Description = "A file with one message as JSON; - or absent: standard input.", DefaultValueFactory = _ => "-" };
        var command = new Command("submit", "Send one message: a claim, or a change with its \"kind\".") { file };
        var key = new SenderKeyOption();
        key.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = key.Find(where, parsed);
            var body = await ReadAsync(parsed.GetRequiredValue(file), cancellation);
            using var response = await system.SendAsync("ingest", "/claims", () => new HttpRequestMessage(HttpMethod.Post, system.Address("ingest", "/claims"))
            {
                Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            }, cancellation);
            Console.Out.WriteLine(await response.Content.ReadAsStringAsync(cancellation));
            return response.IsSuccessStatusCode ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellation)
    {
        if (file != "-")
            return File.Exists(file)
                ? await File.ReadAllBytesAsync(file, cancellation)
                : throw new CommandFailure($"There is no file '{file}'.", "Give a file with one message as JSON, or - and the message on standard input.", ExitCodes.Usage);
        await using var input = Console.OpenStandardInput();
        using var all = new MemoryStream();
        await input.CopyToAsync(all, cancellation);
        return all.ToArray();
    }
}

using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Cli.Running;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Import;

/// <summary>
/// <c>claims import --format fbs-fees</c>: what <c>GET …/fees/v2</c> of FBS returned for one patron, with the agency and the patron given beside it.
/// A CPR number on a command line can be seen by every user of the machine: <c>-</c> asks for it, or reads it from standard input.
/// </summary>
public sealed class FbsFeesOptions
{
    private readonly Option<string?> _agency = new("--agency") { Description = "ISIL of the library agency, DK-710100 (fbs-fees)." };
    private readonly Option<string?> _borrowerCpr = new("--borrower-cpr") { Description = "The patron's CPR number; - asks for it (fbs-fees)." };
    private readonly Option<string?> _borrowerName = new("--borrower-name") { Description = "The patron's name (fbs-fees)." };
    private readonly Option<string?> _guardianCpr = new("--guardian-cpr") { Description = "The guardian's CPR number; - asks for it (fbs-fees)." };
    private readonly Option<string?> _guardianName = new("--guardian-name") { Description = "The guardian's name (fbs-fees)." };

    public void AddTo(Command command)
    {
        command.Add(_agency);
        command.Add(_borrowerCpr);
        command.Add(_borrowerName);
        command.Add(_guardianCpr);
        command.Add(_guardianName);
    }

    public async Task SendAsync(RunningSystem system, ParseResult parsed, string file, RefusedLines refused, CancellationToken cancellation)
    {
        var agency = parsed.GetValue(_agency) ?? throw new CommandFailure("The fees of FBS do not say which library they belong to.", "Add --agency DK-710100.", ExitCodes.Usage);
        var borrower = Number(parsed.GetValue(_borrowerCpr), "borrower")
            ?? throw new CommandFailure("The fees of FBS do not say whose they are.", "Add --borrower-cpr - and type the number when asked.", ExitCodes.Usage);
        var body = new JsonObject
        {
            ["agency"] = agency,
            ["borrower"] = Party(borrower, parsed.GetValue(_borrowerName)),
            ["guardian"] = Number(parsed.GetValue(_guardianCpr), "guardian") is { } guardian ? Party(guardian, parsed.GetValue(_guardianName)) : null,
            ["fees"] = await FeesAsync(file, cancellation),
        };
        using var response = await system.SendAsync("ingest", "/claims/fbs-fees", () => new HttpRequestMessage(HttpMethod.Post, system.Address("ingest", "/claims/fbs-fees"))
        {
            Content = JsonContent.Create(body),
        }, cancellation);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation));
        foreach (var one in answer as JsonArray ?? [answer?.DeepClone()])
        {
            if (one?["outcome"]?.GetValue<string>() == "refused")
                refused.Add(one.ToJsonString());
            else
                Console.Out.WriteLine(one?.ToJsonString());
        }
    }

    private static async Task<JsonNode?> FeesAsync(string file, CancellationToken cancellation)
    {
        try
        {
            await using var content = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            return await JsonNode.ParseAsync(content, cancellationToken: cancellation);
        }
        catch (JsonException failure)
        {
            throw new CommandFailure($"{file} is not JSON (line {failure.LineNumber + 1}).", "Give the array as GET …/patron/{patronid}/fees/v2 returned it.");
        }
    }

    private static JsonObject Party(string cpr, string? name) => new() { ["cpr"] = cpr, ["name"] = name };

    private static string? Number(string? given, string whose) => given switch
    {
        null => null,
        "-" when Console.IsInputRedirected => Console.In.ReadLine()?.Trim(),
        "-" => AnsiConsole.Prompt(new TextPrompt<string>($"CPR number of the {whose}:").Secret()),
        _ => given,
    };
}

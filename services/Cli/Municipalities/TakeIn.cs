using System.CommandLine;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Municipalities;

/// <summary><c>claims municipalities take-in CODE</c>: sends claims on their way that were out of scope and are not by the rules of today; shown first, then confirmed.</summary>
internal static class TakeIn
{
    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var code = new Argument<string>("CODE") { Description = "Four digits, 0492." };
        var agency = new Option<string?>("--agency") { Description = "Only those of one library: its ISIL, DK-749200." };
        var since = new Option<DateOnly?>("--created-since") { Description = "Only those created in FBS on that day or later, 2026-11-01." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept for good. No names or CPR numbers. Without it they are only shown.", HelpName = "WHY" };
        var yes = new Option<bool>("--yes") { Description = "Take them in without asking." };
        var command = new Command("take-in", "Take in claims that came while they were out of scope: before a municipality went live, say.") { code, agency, since, reason, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var (isil, day) = (parsed.GetValue(agency), parsed.GetValue(since));
            var path = $"/municipalities/{Uri.EscapeDataString(parsed.GetRequiredValue(code))}/left-out";
            var view = await console.GetAsync<View>($"{path}{Query(isil, day)}", cancellation)
                ?? throw new CommandFailure($"There is no municipality '{parsed.GetRequiredValue(code)}' here, or it is not yours to see.", "claims municipalities list names them.");
            Console.Out.WriteLine($"{Sum(view.Wanted)} would be taken in by the rules of today.");
            foreach (var left in view.Left)
                Console.Out.WriteLine($"{Sum(left)} stay out of scope: {Shown.Line(left.Rule)}.");
            if (view.Wanted.Claims == 0)
                return ExitCodes.Done;
            if (parsed.GetValue(reason) is not { Length: > 0 } why)
            {
                Console.Out.WriteLine("Nothing was done; with --reason they are taken in.");
                return ExitCodes.Done;
            }

            if (!parsed.GetValue(yes) && !Shown.CanAsk)
                throw new CommandFailure("Taking claims in is confirmed first, and there is no terminal to ask.", "Give --yes when they are to be taken in.", ExitCodes.Usage);
            if (!parsed.GetValue(yes) && !Shown.Ask("Take them in?"))
                throw new CommandFailure("Nothing was taken in.", "The same again takes them in, when it is confirmed.");
            var taken = await console.PostAsync<LeftOutSum>(
                $"{path}/take-in", new { agency = isil, createdSince = day, claims = view.Wanted.Claims, ore = view.Wanted.Ore, why }, cancellation);
            Console.Out.WriteLine($"{Sum(taken)} are on their way; follow one with: claims status AGENCY FEEID");
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Query(string? agency, DateOnly? since)
    {
        string[] given = [.. agency is null ? [] : (string[])[$"agency={Uri.EscapeDataString(agency)}"], .. since is null ? [] : (string[])[$"createdSince={since:yyyy-MM-dd}"]];
        return given.Length == 0 ? "" : $"?{string.Join('&', given)}";
    }

    private static string Sum(LeftOutSum sum) => $"{sum.Claims} {(sum.Claims == 1 ? "claim" : "claims")} of {sum.Ore / 100m:0.00} kr.";

    private sealed record View(LeftOutSum Wanted, IReadOnlyList<LeftOutSum> Left);

    private sealed record LeftOutSum(string? Rule, long Claims, long Ore);
}

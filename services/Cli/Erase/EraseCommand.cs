using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Notes;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Erase;

/// <summary><c>claims erase citizen|past-retention</c>: who owed a claim and for what, once it has ended. Amounts and statuses stay. The console does it by itself every night.</summary>
public static class EraseCommand
{
    public static Command Create(WhereOptions where)
    {
        var access = new ConsoleAccess(where);
        var command = new Command("erase", "Erase who owed a claim and for what, once it has ended: of one citizen, or of all past their retention. It cannot be brought back.")
        {
            Citizen(where, access), PastRetention(where, access),
        };
        access.AddTo(command);
        return command;
    }

    private static Command Citizen(WhereOptions where, ConsoleAccess access)
    {
        var reason = ConsoleAccess.Reason();
        var within = new Option<bool>("--within-retention") { Description = "Also claims that have ended and are to be kept longer: bookkeeping material is usually kept five years." };
        var yes = new Option<bool>("--yes") { Description = "Erase without asking." };
        var preview = new Option<bool>("--preview") { Description = "Only show what would be erased, and what stays and why." };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("citizen", "One citizen's claims. The CPR number is asked for, or read from standard input.") { reason, within, yes, preview, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (number, why) = (CitizenNumber.Read(), parsed.GetRequiredValue(reason));
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            var found = await AskAsync(apply: false);
            var erasable = found.Claims.Count(claim => claim.IsErased);
            var apply = !parsed.GetValue(preview) && erasable > 0;
            if (apply && !parsed.GetValue(yes))
            {
                Show(found, "would be erased");
                if (!Shown.CanAsk)
                    throw new CommandFailure("Erasing is confirmed first, and there is no terminal to ask.", "Give --yes when they are to be erased.", ExitCodes.Usage);
                if (!Shown.Ask($"Erase who owed {erasable} of them, and for what? It cannot be brought back."))
                    return ExitCodes.Failed;
            }

            if (apply)
                found = await AskAsync(apply: true);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(found, ReportCommand.Json));
            else
                Show(found, apply ? "erased" : "would be erased");
            return ExitCodes.Done;

            Task<CitizensClaims> AskAsync(bool apply) => console.PostAsync<CitizensClaims>(
                "/erase/citizen", new { number, withinRetention = parsed.GetValue(within), apply, why }, cancellation);
        });
        return command;
    }

    private static Command PastRetention(WhereOptions where, ConsoleAccess access)
    {
        var reason = ConsoleAccess.Reason();
        var municipality = new Option<string>("--municipality") { Description = "Its four digits, 0101.", Required = true, HelpName = "CODE" };
        var yes = new Option<bool>("--yes") { Description = "Erase without asking." };
        var preview = new Option<bool>("--preview") { Description = "Only count the claims that are past it." };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("past-retention", "All of a municipality that is past its retention, now instead of next night; and what is still needed and what for.")
        {
            municipality, reason, yes, preview, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var system = where.Find(parsed);
            var console = access.Open(system, parsed);
            if (parsed.GetValue(preview) || !parsed.GetValue(yes))
            {
                var past = (await AskAsync(apply: false)).Claims;
                Console.Out.WriteLine(FormattableString.Invariant($"{past:N0} claims are past the retention."));
                if (parsed.GetValue(preview))
                    return ExitCodes.Done;
                if (!Shown.CanAsk)
                    throw new CommandFailure("Erasing is confirmed first, and there is no terminal to ask.", "Give --yes when they are to be erased.", ExitCodes.Usage);
                if (!Shown.Ask("Erase who owed them, and for what? It cannot be brought back."))
                    return ExitCodes.Failed;
            }

            var erased = await AskAsync(apply: true);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(erased, ReportCommand.Json));
                return ExitCodes.Done;
            }

            Console.Out.WriteLine(FormattableString.Invariant(
                $"Who owed is erased of {erased.Claims:N0} claims, and {erased.Others:N0} things that belong to no claim; {erased.Kept.Count:N0} claims are still needed."));
            foreach (var why in erased.Kept.GroupBy(claim => Shown.Notes.Say(claim.Why)))
                Console.Out.WriteLine($"  {why.Count()}: {Shown.Line(why.Key)}, such as {why.First().ClaimId}");
            return ExitCodes.Done;

            Task<ErasedSum> AskAsync(bool apply) => console.PostAsync<ErasedSum>(
                "/erase/past-retention", new { municipality = parsed.GetRequiredValue(municipality), apply, why = parsed.GetRequiredValue(reason) }, cancellation);
        });
        return command;
    }

    private static void Show(CitizensClaims found, string done)
    {
        if (found.Claims.Count == 0)
        {
            Console.Out.WriteLine("There are no claims here that say whom they are about and name this citizen.");
            return;
        }

        var table = Shown.Table("municipality", "claim", "status", "ended", "who owed it");
        foreach (var claim in found.Claims)
        {
            table.AddRow(
                Shown.Cell(claim.Municipality), Shown.Cell(claim.Agency is null ? $"{claim.ClaimId}" : $"{claim.Agency} {claim.FeeId}"), Shown.Cell(claim.Status),
                Shown.Cell(claim.EndedAt?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), Shown.Cell(claim.IsErased ? done : $"stays: {Shown.Notes.Say(claim.Why!)}"));
        }

        AnsiConsole.Write(table);
        if (!found.AreAll)
            Console.Out.WriteLine("There are more: run it again for the next.");
    }

    private sealed record CitizensClaim(Guid ClaimId, string Municipality, string? Agency, long? FeeId, string? Status, DateTimeOffset? EndedAt, bool IsErased, Note? Why);

    private sealed record CitizensClaims(IReadOnlyList<CitizensClaim> Claims, bool AreAll);

    private sealed record KeptClaim(Guid ClaimId, Note Why);

    private sealed record ErasedSum(long Claims, long Others, IReadOnlyList<KeptClaim> Kept);
}

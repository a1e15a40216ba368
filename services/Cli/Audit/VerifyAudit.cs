using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ClaimsTransfer.Cli.Report;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Audit;

/// <summary>
/// <c>claims audit verify</c>: reads the whole chain. What it cannot see is a log that was wound back as a whole; a head that was noted down elsewhere, given with <c>--head</c>
/// or kept by <c>claims audit anchor FILE</c>, shows that too.
/// </summary>
internal static class VerifyAudit
{
    public static Command Create(WhereOptions where, ConsoleAccess access)
    {
        var head = new Option<string?>("--head") { Description = "One that was noted down before: the log must still have it.", HelpName = "SEQ:HASH" };
        var anchor = new Option<string?>("--anchor") { Description = "The file of claims audit anchor: the log must still have each of its heads.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "As JSON." };
        var command = new Command("verify", $"Whether anything was changed, taken out or added past the console: ends with 0 when the log is whole, with {ExitCodes.Tampered} when not.") { head, anchor, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            List<AuditHead> noted = [.. Noted(parsed.GetValue(head)), .. parsed.GetValue(anchor) is { } file ? new AuditAnchors(file).Read() : []];
            using var system = where.Find(parsed);
            var verdict = await VerdictAsync(access.Open(system, parsed), noted, cancellation);
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(new { verdict.IsWhole, verdict.Entries, verdict.HeadHash, head = verdict.Head, verdict.FirstFault, verdict.FaultAt }, ReportCommand.Json));
            else
                Console.Out.WriteLine(verdict.IsWhole
                    ? $"The log is whole: {verdict.Entries:N0} entries. Note its head down elsewhere, and give it next time with --head: {verdict.Head}"
                    : verdict.NotWhole);
            return verdict.IsWhole ? ExitCodes.Done : ExitCodes.Tampered;
        });
        return command;
    }

    /// <summary><c>claims audit anchor FILE</c>: what was noted there before must still be in the log, else nothing is added.</summary>
    public static Command CreateAnchor(WhereOptions where, ConsoleAccess access)
    {
        var file = new Argument<string>("FILE") { Description = "Where heads are noted, a line each; best where whoever can write to the database cannot, such as on another machine." };
        var command = new Command("anchor", $"Verify the log, and add its head to a file outside the installation; ends with {ExitCodes.Tampered} when the log, or a head in the file, does not fit. For a nightly job.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var anchors = new AuditAnchors(parsed.GetRequiredValue(file));
            using var system = where.Find(parsed);
            var verdict = await VerdictAsync(access.Open(system, parsed), File.Exists(parsed.GetRequiredValue(file)) ? anchors.Read() : [], cancellation);
            if (verdict.IsWhole)
                anchors.Add(TimeProvider.System.GetUtcNow(), new AuditHead(verdict.Entries, verdict.HeadHash));
            Console.Out.WriteLine(verdict.IsWhole ? $"The log is whole, and its head is noted in {parsed.GetRequiredValue(file)}: {verdict.Head}" : verdict.NotWhole);
            return verdict.IsWhole ? ExitCodes.Done : ExitCodes.Tampered;
        });
        return command;
    }

    private static async Task<Verdict> VerdictAsync(ConsoleApi console, IReadOnlyList<AuditHead> noted, CancellationToken cancellation)
    {
        var verdict = await console.GetAsync<Verdict>("/audit/verify", cancellation)
            ?? throw new CommandFailure("The console has no audit log to verify.", "Is it of the same version? deploy/claims doctor");
        foreach (var kept in noted)
        {
            if (verdict.IsWhole && await FaultOfAsync(console, kept, cancellation) is { } fault)
                verdict = verdict with { IsWhole = false, FirstFault = fault, FaultAt = kept.Sequence };
        }

        return verdict;
    }

    private static IReadOnlyList<AuditHead> Noted(string? given) =>
        string.IsNullOrEmpty(given) ? []
        : given.Split(':') is [var sequence, { Length: > 0 } hash] && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? [new AuditHead(number, hash.Trim())]
        : throw new CommandFailure($"--head is '{given}', which is no head.", "Good: what claims audit verify printed, such as 42:9f86d081…", ExitCodes.Usage);

    /// <summary>Null: the entry is there, and is the one that was noted.</summary>
    private static async Task<string?> FaultOfAsync(ConsoleApi console, AuditHead noted, CancellationToken cancellation)
    {
        // An empty log has no entry that could be another.
        if (noted.Sequence == 0)
            return null;
        var page = await console.GetAsync<AuditPage>($"/audit?limit=1&before={noted.Sequence + 1}", cancellation);
        return page?.Entries is [var entry] && entry.Sequence == noted.Sequence
            ? string.Equals(entry.Hash, noted.Hash, StringComparison.OrdinalIgnoreCase) ? null : $"entry {noted.Sequence} is not the one that was noted: the log was wound back and written anew"
            : $"entry {noted.Sequence} is gone: the log was wound back";
    }

    private sealed record Verdict(bool IsWhole, long Entries, string HeadHash, string? FirstFault, long? FaultAt)
    {
        public string Head => $"{Entries}:{HeadHash}";

        public string NotWhole =>
            $"The log is NOT whole: {Shown.Line(FirstFault)} (entry {FaultAt}). Somebody has changed it past the console. Keep it as it is, and a backup from before beside it.";
    }
}

using System.CommandLine;
using System.Globalization;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Cli.Vendors;

namespace ClaimsTransfer.Cli.Keys;

/// <summary>
/// <c>claims keys rotate MUNICIPALITY | --vendor VENDOR [--seals-in TIME | --seals-from INSTANT]</c>: a new key, at once or from a moment that leaves time to issue it first.
/// </summary>
internal static class RotateKeys
{
    public static Command Create(WhereOptions where)
    {
        var municipality = new Argument<string?>("MUNICIPALITY") { Description = "Four digits, 0101.", Arity = ArgumentArity.ZeroOrOne };
        var vendor = new Option<string?>("--vendor") { Description = "All municipalities of a vendor instead.", HelpName = "VENDOR" };
        var sealsIn = new Option<string?>("--seals-in") { Description = "It seals only after so long, 1.00:00:00 is a day: time to issue it before the first message needs it.", HelpName = "TIME" };
        var sealsFrom = new Option<string?>("--seals-from") { Description = "It seals only from this instant, 2027-01-04T06:00:00+01:00.", HelpName = "INSTANT" };
        var command = new Command("rotate", "Make a new key that seals from now on, or from later; what older keys sealed can still be opened.") { municipality, vendor, sealsIn, sealsFrom };
        command.SetAction(parsed =>
        {
            var from = From(parsed.GetValue(sealsIn), parsed.GetValue(sealsFrom), TimeProvider.System.GetUtcNow());
            var installation = Settings.Of(where.Data(parsed));
            var codes = (parsed.GetValue(municipality), parsed.GetValue(vendor)) switch
            {
                ({ } one, null) => [one],
                (null, { } named) => VendorsCommand.MunicipalitiesOf(installation, VendorsCommand.Named(named)),
                _ => throw new CommandFailure("Whose keys are to be rotated?", "One municipality's, or all of one vendor: claims keys rotate 0101, claims keys rotate --vendor KmdOpus", ExitCodes.Usage),
            };
            using var ring = KeysCommand.Ring(installation);
            foreach (var code in codes)
            {
                try
                {
                    Console.Out.WriteLine(ring.Rotate(code, from));
                }
                catch (ArgumentException refusal)
                {
                    throw new CommandFailure(refusal.Message, "claims municipalities list shows them all.", ExitCodes.Usage);
                }
            }

            if (codes.Count > 0)
                Console.Error.WriteLine(from is { } at ? $"They seal from {at:u}. Issue them before: claims keys issue --vendor VENDOR --to DIR" : "They seal now. A vendor that runs its own connector needs them: claims keys issue --vendor VENDOR --to DIR");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Null: now.</summary>
    internal static DateTimeOffset? From(string? sealsIn, string? sealsFrom, DateTimeOffset now)
    {
        if (sealsIn is not null && sealsFrom is not null)
            throw new CommandFailure("--seals-in and --seals-from say the same thing in two ways.", "Give one of them: --seals-in 1.00:00:00", ExitCodes.Usage);
        if (sealsIn is not null)
        {
            return TimeSpan.TryParse(sealsIn, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time <= TimeSpan.FromDays(366)
                ? now + time
                : throw new CommandFailure($"--seals-in is '{sealsIn}': not a time between 0 and 366 days.", "Good: --seals-in 1.00:00:00 (a day), --seals-in 02:00:00 (two hours)", ExitCodes.Usage);
        }

        if (sealsFrom is null)
            return null;
        // Without its offset an instant means something else on another machine.
        var hasOffset = sealsFrom.EndsWith('Z') || sealsFrom.LastIndexOfAny(['+', '-']) > 10;
        return hasOffset && DateTimeOffset.TryParse(sealsFrom, CultureInfo.InvariantCulture, out var instant) && instant > now && instant <= now.AddDays(366)
            ? instant.ToUniversalTime()
            : throw new CommandFailure($"--seals-from is '{sealsFrom}': not an instant to come, with its offset.", $"Good: --seals-from {now.AddDays(1):yyyy-MM-ddTHH:mm:ssZ}", ExitCodes.Usage);
    }
}

using System.CommandLine;
using System.Security.Cryptography;
using ClaimsTransfer.Cli.Keys;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;
using Spectre.Console;

namespace ClaimsTransfer.Cli.Vendors;

/// <summary><c>claims vendors list|revoke|admit</c>: who has access, taking it away, giving it back. What waits for a vendor waits on the broker meanwhile.</summary>
public static class VendorsCommand
{
    public static Command Create(WhereOptions where)
    {
        var access = new ConsoleAccess(where);
        var audit = new ActAudit(where, access, "vendors");
        var command = new Command("vendors", "Which vendors have access: list, revoke, admit.")
        {
            CreateList(where),
            CreateRevoke(where, access, audit),
            CreateAdmit(where, access, audit),
        };
        access.AddTo(command);
        return command;
    }

    /// <summary>The name of a vendor's user at the broker.</summary>
    public static string UserOf(Vendor vendor) => Defaults.Messaging.BrokerUsers.Of(vendor);

    /// <exception cref="CommandFailure">There is none of that name.</exception>
    public static Vendor Named(string name) => Enum.TryParse<Vendor>(name, ignoreCase: true, out var vendor) && Enum.IsDefined(vendor) && !char.IsAsciiDigit(name[0])
        ? vendor
        : throw new CommandFailure($"'{name}' is not a vendor.", $"Those there are: {string.Join(", ", Enum.GetNames<Vendor>())}.", ExitCodes.Usage);

    public static IReadOnlyList<string> MunicipalitiesOf(Installation installation, Vendor vendor) =>
        [.. Defaults.Municipalities.Municipalities.Load(installation).All.Where(municipality => municipality.Vendor == vendor).Select(municipality => municipality.Code).Order(StringComparer.Ordinal)];

    private static Command CreateList(WhereOptions where)
    {
        var list = new Command("list", "Each vendor: whether it has access, since when not and why, its municipalities, its user at the broker.");
        list.SetAction(parsed =>
        {
            var installation = Settings.Of(where.Data(parsed));
            var revocations = new Revocations(installation.KeyFolder);
            var table = new Table().Border(TableBorder.Simple);
            foreach (var heading in (string[])["vendor", "access", "municipalities", "broker user", "why"])
                table.AddColumn(heading);
            foreach (var vendor in Enum.GetValues<Vendor>())
            {
                var revoked = revocations.Find($"{vendor}");
                table.AddRow(
                    new Text($"{vendor}"), new Text(revoked is null ? "admitted" : $"revoked {revoked.At:yyyy-MM-dd HH:mm} UTC"), new Text($"{MunicipalitiesOf(installation, vendor).Count}"),
                    new Text(UserOf(vendor)), new Text(revoked is null ? "" : Shown.Line($"{revoked.Who}: {revoked.Why}")));
            }

            AnsiConsole.Write(table);
            return ExitCodes.Done;
        });
        return list;
    }

    private static Command CreateRevoke(WhereOptions where, ConsoleAccess access, ActAudit audit)
    {
        var name = new Argument<string>("VENDOR") { Description = string.Join(", ", Enum.GetNames<Vendor>()) + "." };
        var reason = ConsoleAccess.Reason();
        var dry = DryRun();
        var command = new Command("revoke", "Take a vendor's access away: its broker user goes, its connections are closed, new keys seal that it is not given. Its instructions wait, nothing is lost.")
        {
            name, reason, dry,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (vendor, why) = (Named(parsed.GetRequiredValue(name)), parsed.GetRequiredValue(reason));
            var installation = Settings.Of(where.Data(parsed));
            using var ring = KeysCommand.Ring(installation);
            using var users = ManagedUsers.Of(installation);
            var revocation = new RevokeVendor(vendor, installation, ring, new Revocations(installation.KeyFolder), users, TimeProvider.System, Console.Out);
            if (parsed.GetValue(dry))
            {
                await revocation.ShowAsync(cancellation);
                return ExitCodes.Done;
            }

            await audit.RecordAsync(parsed, $"{vendor}", "revoke", why, "asked for", [], cancellation);
            var steps = await revocation.RunAsync(access.Who(parsed), why, cancellation);
            await audit.RecordAsync(parsed, $"{vendor}", "revoke", why, "revoked", steps, cancellation);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command CreateAdmit(WhereOptions where, ConsoleAccess access, ActAudit audit)
    {
        var name = new Argument<string>("VENDOR") { Description = string.Join(", ", Enum.GetNames<Vendor>()) + "." };
        var reason = ConsoleAccess.Reason();
        var to = new Option<string?>("--to") { Description = "Issue its keys into this folder at once, as `claims keys issue` does.", HelpName = "DIR" };
        var passwords = new Option<string?>("--passwords") { Description = "The file of passwords that the broker's definitions are made with: the new one is written there instead of shown.", HelpName = "FILE" };
        var dry = DryRun();
        var command = new Command("admit", "Give a revoked vendor its access back: its broker user with a new password, and its keys. What waited flows.") { name, reason, to, passwords, dry };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (vendor, why) = (Named(parsed.GetRequiredValue(name)), parsed.GetRequiredValue(reason));
            var installation = Settings.Of(where.Data(parsed));
            using var ring = KeysCommand.Ring(installation);
            using var users = ManagedUsers.Of(installation);
            var admission = new AdmitVendor(vendor, installation, ring, new Revocations(installation.KeyFolder), users, TimeProvider.System, RandomNumberGenerator.Fill, Console.Out);
            if (!admission.IsRevoked)
            {
                Console.Out.WriteLine($"{vendor} is not revoked; nothing to do.");
                return ExitCodes.Done;
            }

            if (parsed.GetValue(dry))
            {
                admission.Show(parsed.GetValue(to));
                return ExitCodes.Done;
            }

            await audit.RecordAsync(parsed, $"{vendor}", "admit", why, "asked for", [], cancellation);
            var steps = await admission.RunAsync(parsed.GetValue(to), parsed.GetValue(passwords), cancellation);
            await audit.RecordAsync(parsed, $"{vendor}", "admit", why, "admitted", steps, cancellation);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Option<bool> DryRun() => new("--dry-run") { Description = "Say what would be done, and do nothing." };
}

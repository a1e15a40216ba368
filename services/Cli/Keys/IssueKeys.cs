using System.CommandLine;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Cli.Vendors;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Cli.Keys;

/// <summary><c>claims keys issue --vendor VENDOR --to DIR</c>: the keys of a vendor's own municipalities, under a secret of that vendor.</summary>
internal static class IssueKeys
{
    public static Command Create(WhereOptions where)
    {
        var vendor = new Option<string>("--vendor") { Description = $"{string.Join(", ", Enum.GetNames<Vendor>())}.", Required = true, HelpName = "VENDOR" };
        var to = new Option<string>("--to") { Description = "The vendor's own folder: its connector runs with Claims:Keys=DIR and Claims:MasterKeyFile=DIR/vendor.key.", Required = true, HelpName = "DIR" };
        var command = new Command("issue", "Write the keys of a vendor's municipalities, and no others, into a folder for it. Again whenever keys or municipalities have changed.") { vendor, to };
        command.SetAction(parsed =>
        {
            var (which, folder) = (VendorsCommand.Named(parsed.GetRequiredValue(vendor)), parsed.GetRequiredValue(to));
            var installation = Settings.Of(where.Data(parsed));
            if (new Revocations(installation.KeyFolder).Find($"{which}") is { } revoked)
            {
                throw new CommandFailure(
                    $"{which} is revoked since {revoked.At:u} ({Shown.Line(revoked.Why)}), so no keys are issued to it.", $"When it is to have access again: claims vendors admit {which} --reason WHY --to {folder}");
            }

            using var ring = KeysCommand.Ring(installation);
            var issued = Into(installation, ring, which, folder, TimeProvider.System);
            Console.Out.WriteLine($"{Path.GetFullPath(folder)}: {Told(issued)}.");
            if (issued.IsNewSecret)
                Console.Out.WriteLine($"It has a new {VendorFolder.SecretFileName}. The folder goes to {which} by a safe way, readable by its connector alone: Claims:Keys=DIR, Claims:MasterKeyFile=DIR/{VendorFolder.SecretFileName}");
            return ExitCodes.Done;
        });
        return command;
    }

    public static IssuedKeys Into(Installation installation, KeyRing ring, Vendor vendor, string folder, TimeProvider time)
    {
        var municipalities = VendorsCommand.MunicipalitiesOf(installation, vendor);
        if (municipalities.Count == 0)
            throw new CommandFailure($"No municipality has the vendor {vendor}, so there are no keys for it.", "claims municipalities list shows who has which.");
        try
        {
            return VendorFolder.Issue(ring, $"{vendor}", municipalities, folder, time);
        }
        catch (InvalidOperationException refusal)
        {
            throw new CommandFailure(refusal.Message, "Nothing was issued that should not have been; the command may be repeated.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"The keys could not be written to {folder}: {failure.Message}", "Give a folder that you may write to; the command may be repeated.");
        }
    }

    public static string Told(IssuedKeys issued) =>
        $"{issued.Added.Count} keys added, {issued.Kept.Count} were there, {issued.Destroyed.Count} marked destroyed, {issued.TakenBack.Count} taken back";
}

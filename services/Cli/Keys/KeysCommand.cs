using System.CommandLine;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Cli.Keys;

/// <summary><c>claims keys list|issue|rotate|destroy</c>: the municipalities' sealing keys of a data folder.</summary>
public static class KeysCommand
{
    public static Command Create(WhereOptions where)
    {
        var list = new Command("list", "The keys, by municipality: which seals, which will, which are destroyed.");
        list.SetAction(parsed =>
        {
            var installation = Settings.Of(where.Data(parsed));
            if (!Directory.Exists(installation.KeyFolder))
                throw new CommandFailure($"There are no keys in {installation.KeyFolder}.", "They are made with the first claim of a municipality. Name the data folder you mean with --data DIR.");
            using var ring = Ring(installation);
            foreach (var key in ring.List())
            {
                Console.Out.WriteLine(
                    key.Destroyed is { } gone ? $"{key.KeyId} destroyed {gone:u}"
                    : key.SealsFrom is { } from && from > TimeProvider.System.GetUtcNow() ? $"{key.KeyId} seals from {from:u}"
                    : key.KeyId);
            }

            return ExitCodes.Done;
        });

        var keyId = new Argument<string>("KEY") { Description = "A key's id, 0101-1." };
        var destroy = new Command("destroy", "Erase for good what a key sealed. The key that seals now is refused: rotate first.") { keyId };
        destroy.SetAction(parsed =>
        {
            using var ring = Ring(Settings.Of(where.Data(parsed)));
            try
            {
                ring.Destroy(parsed.GetRequiredValue(keyId));
            }
            catch (Exception refusal) when (refusal is ArgumentException or InvalidOperationException)
            {
                throw new CommandFailure(refusal.Message, "The keys there are: claims keys list");
            }
            Console.Out.WriteLine($"{parsed.GetRequiredValue(keyId)} is destroyed; what it sealed cannot be opened any more.");
            return ExitCodes.Done;
        });
        return new Command("keys", "The municipalities' sealing keys.") { list, IssueKeys.Create(where), RotateKeys.Create(where), destroy };
    }

    internal static KeyRing Ring(Installation installation)
    {
        if (!Directory.Exists(installation.Data))
            throw new CommandFailure($"There is no data folder {installation.Data}.", "Name the one you mean with --data DIR.");
        return new KeyRing(installation.KeyFolder, MasterKey.Load(installation));
    }
}

using System.Text;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Ingest.Senders;

/// <summary>
/// What <c>deploy/run.sh</c> has made so that the first claim can be sent by hand: a sender for all agencies, whose key stands in a file that only its owner reads. Several
/// instances make one; where it has been there it stays as it is, revoked too.
/// </summary>
internal sealed class DemoSender(SenderStore senders, Installation installation)
{
    private const string Name = "demo";

    public async Task MakeAsync(CancellationToken cancellation)
    {
        if (await senders.IsKnownAsync(Name, cancellation))
            return;
        var file = Path.Combine(installation.Data, "senders", Name);
        SecretFile.TryCreate(file, Encoding.ASCII.GetBytes(SenderKey.Make().Text));
        // Another instance may have been faster: then it is its key.
        var key = SenderKey.TryParse((await File.ReadAllTextAsync(file, cancellation)).Trim())
            ?? throw new SettingsException($"What stands in {file} is no sender's key. Remove it, and the next start makes one.");
        await senders.AddAsync(Name, [Sender.AllAgencies], key, null, cancellation);
    }
}

using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Cli.Vendors;

/// <summary>
/// Takes a vendor's access away. Every step may be repeated, and what is noted first keeps the rest shut: from then on no keys are issued, whatever becomes of the steps after it.
/// </summary>
/// <param name="users">Null: the broker has no users.</param>
/// <param name="output">Told each step when it is done; never a password.</param>
internal sealed class RevokeVendor(
    Vendor vendor, Installation installation, KeyRing ring, Revocations revocations, ManagedUsers? users, TimeProvider time, TextWriter output)
{
    private readonly List<string> _steps = [];

    private string User => VendorsCommand.UserOf(vendor);

    public async Task ShowAsync(CancellationToken cancellation)
    {
        var known = revocations.Find($"{vendor}");
        var user = users is null ? null : await users.FindAsync(User, cancellation);
        await output.WriteLineAsync(known is null ? $"Would note that {vendor} is revoked: no keys are issued to it." : $"{vendor} is revoked since {known.At:u}.");
        await output.WriteLineAsync(
            users is null ? "The embedded broker has no users: nothing would be done there."
            : user is null ? $"The broker has no user {User}: nothing would be done there."
            : $"Would delete the broker's user {User} and close its {(await users.ConnectionsAsync(User, cancellation)).Count} connections.");
        foreach (var municipality in ToRotate(known?.At))
            await output.WriteLineAsync($"Would make a new key for {municipality}, which {vendor} is not given.");
    }

    /// <returns>What was done, for the record.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(string who, string why, CancellationToken cancellation)
    {
        var known = revocations.Find($"{vendor}");
        var user = users is null ? null : await users.FindAsync(User, cancellation);
        // What the user was allowed is noted before it is deleted; of one that is gone already, the earlier note stands.
        var revocation = known is null ? new Revocation($"{vendor}", time.GetUtcNow(), who, why, user) : known with { Broker = user ?? known.Broker };
        revocations.Put(revocation);
        Done(known is null ? $"{vendor} is noted as revoked: no keys are issued to it." : $"{vendor} is revoked since {known.At:u}.");

        if (users is null)
        {
            Done("The embedded broker has no users: nothing is to be done there.");
        }
        else
        {
            // Also when the user is gone: a connection may have been left by a revocation that broke off.
            await users.DeleteAsync(User, time, cancellation);
            Done(user is null
                ? $"The broker has no user {User}."
                : $"The broker's user {User} is deleted and its connections are closed; its instructions wait on their queues.");
        }

        foreach (var municipality in ToRotate(revocation.At))
            Done($"{ring.Rotate(municipality)} seals for {municipality} from now on, and is not issued to {vendor}.");
        Done($"When it is to have access again: claims vendors admit {vendor} --reason WHY --to DIR");
        return _steps;
    }

    /// <summary>Not those that were rotated since: the command may be repeated. One without a key gets its first with its first claim, and that is not issued either.</summary>
    private IEnumerable<string> ToRotate(DateTimeOffset? since) => VendorsCommand.MunicipalitiesOf(installation, vendor).Where(municipality =>
        ring.List(municipality) is { Count: > 0 } keys && !keys.Any(key => since is { } at && key.Created >= at && key.Destroyed is null));

    private void Done(string step)
    {
        _steps.Add(step);
        output.WriteLine(step);
    }
}

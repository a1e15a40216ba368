using ClaimsTransfer.Cli.Keys;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Cli.Vendors;

/// <summary>Gives a revoked vendor its access back. It counts as revoked until everything is done, so that the command may be repeated.</summary>
internal sealed class AdmitVendor(
    Vendor vendor, Installation installation, KeyRing ring, Revocations revocations, ManagedUsers? users, TimeProvider time, FillRandom random, TextWriter output)
{
    private readonly List<string> _steps = [];

    public bool IsRevoked => revocations.Find($"{vendor}") is not null;

    public void Show(string? to)
    {
        var user = revocations.Find($"{vendor}")?.Broker;
        output.WriteLine(
            users is null ? "The embedded broker has no users: nothing would be done there."
            : user is null ? $"The broker had no user {VendorsCommand.UserOf(vendor)} when {vendor} was revoked: nothing would be done there."
            : $"Would make the broker's user {user.Name} again, with what it was allowed{(user.ByCertificate ? "; it logs in with its certificate" : ", and a new password")}.");
        output.WriteLine(to is null ? $"Its keys would have to be issued: {IssueCommand}" : $"Would issue its keys into {to}.");
        output.WriteLine($"{vendor} would not be revoked any more.");
    }

    /// <param name="passwords">Where the new password is written; null: it is shown.</param>
    /// <returns>What was done, for the record; no password.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(string? to, string? passwords, CancellationToken cancellation)
    {
        var user = revocations.Find($"{vendor}")?.Broker;
        string? password = null;
        if (users is null)
            Done("The embedded broker has no users: nothing is to be done there.");
        else if (user is null)
            Done($"The broker had no user {VendorsCommand.UserOf(vendor)} when {vendor} was revoked; make it with: claims broker definitions");
        else
        {
            password = user.ByCertificate ? null : NewPassword();
            await users.RestoreAsync(user, password, cancellation);
            Done($"The broker's user {user.Name} is back, with what it was allowed{(password is null ? "; it logs in with its certificate" : " and a new password")}.");
        }

        if (password is not null && passwords is not null)
            PasswordFile.Put(passwords, user!.Name, password);
        if (to is not null)
            Done($"Its keys are in {to}: {IssueKeys.Told(IssueKeys.Into(installation, ring, vendor, to, time))}.");
        revocations.Remove($"{vendor}");
        Done($"{vendor} is admitted{(to is null ? $"; its keys are still to be issued: {IssueCommand}" : "; what waited for it flows when it is connected again")}.");
        if (password is not null)
            await output.WriteLineAsync(passwords is null ? $"Password of {user!.Name}, shown this once: {password}" : $"The password of {user!.Name} is in {passwords}.");
        return _steps;
    }

    private string IssueCommand => $"claims keys issue --vendor {vendor} --to DIR";

    private string NewPassword()
    {
        var bytes = new byte[16];
        random(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private void Done(string step)
    {
        _steps.Add(step);
        output.WriteLine(step);
    }
}

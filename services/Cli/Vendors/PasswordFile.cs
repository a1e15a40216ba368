using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Vendors;

/// <summary>The passwords that the broker's definitions are made with, a line a user: <c>vendor-kmdopus 0f1e…</c>. One that changes is changed there too, or the next import would bring the old one back.</summary>
internal static class PasswordFile
{
    /// <summary>Puts a user's line in the place of the earlier one; readable by its owner alone, and whole or not there.</summary>
    public static void Put(string file, string user, string password)
    {
        try
        {
            var others = File.Exists(file) ? File.ReadAllLines(file).Where(line => line.Split(' ', 2)[0] != user) : [];
            SecretText.Write(file, string.Concat(others.Append($"{user} {password}").Select(line => $"{line}\n")));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(
                $"The new password of {user} could not be written to {file}: {failure.Message}", "Nobody has it, so the user cannot log in yet. The same command again makes another one, with --passwords FILE that you may write, or without.");
        }
    }
}

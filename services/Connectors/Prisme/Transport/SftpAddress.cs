using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Prisme.Transport;

/// <summary><c>sftp://user@host:port/folder</c>, taken apart and checked: a slip in it is told by name, and not by a server that knows no such folder.</summary>
public sealed partial record SftpAddress(string User, string Host, int Port, string Folder)
{
    private const string Good = "sftp://kommune0751@filer.example.dk:22/prisme/0751";

    public static SftpAddress Of(Uri endpoint)
    {
        var folder = Uri.UnescapeDataString(endpoint.AbsolutePath).TrimEnd('/');
        if (endpoint.UserInfo.Contains(':', StringComparison.Ordinal))
            throw new PermanentException($"The Prisme endpoint carries a password; use a key file and leave it out, for example {Good}.");
        if (!User_().IsMatch(endpoint.UserInfo))
            throw new PermanentException($"The Prisme endpoint {endpoint.Host} names no user that can be used; a good one is {Good}.");
        if (!Folder_().IsMatch(folder))
            throw new PermanentException($"The Prisme endpoint's folder has characters other than letters, digits, '.', '_', '-', '~', ' ' and '/'; a good one is {Good}.");
        return new SftpAddress(endpoint.UserInfo, endpoint.IdnHost, endpoint.Port > 0 ? endpoint.Port : 22, folder);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex User_();

    [GeneratedRegex(@"^[\p{L}\p{Nd}._~ /-]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Folder_();
}

using System.Security.Cryptography;
using System.Text;
using ClaimsTransfer.Cli.Running;

namespace ClaimsTransfer.Cli.Broker;

/// <summary>
/// The users' passwords, in a file that only its owner may read: a line a user, <c>routing 0f1e…</c>. What stands there is kept, what is missing is drawn: making the definitions
/// again changes nobody's password. Remove a line to have a new one.
/// </summary>
public sealed class BrokerPasswords
{
    private readonly Dictionary<string, string> _known;

    private BrokerPasswords(Dictionary<string, string> known) => _known = known;

    public string this[string user] => _known[user];

    /// <param name="draw">A new password.</param>
    public static BrokerPasswords In(string file, IEnumerable<string> users, Func<string> draw)
    {
        var known = File.Exists(file) ? Read(file) : new Dictionary<string, string>(StringComparer.Ordinal);
        var added = false;
        foreach (var user in users)
            added |= known.TryAdd(user, draw());
        if (added)
            SecretText.Write(file, string.Concat(known.Select(pair => $"{pair.Key} {pair.Value}\n")));
        return new BrokerPasswords(known);
    }

    public static string Draw() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>As RabbitMQ keeps it: four bytes of salt and the SHA-256 of salt and password. The salt follows from both, so that the same password is the same text in the file.</summary>
    public string HashOf(string user)
    {
        var password = Encoding.UTF8.GetBytes(_known[user]);
        var salt = SHA256.HashData([.. Encoding.UTF8.GetBytes(user), 0, .. password])[..4];
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. password])]);
    }

    private static Dictionary<string, string> Read(string file)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Trim().Length == 0)
                continue;
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var user, { Length: >= 16 } password] || !known.TryAdd(user, password))
                throw new CommandFailure(
                    $"{file}:{number} is not a user and its password, once, of at least 16 characters.", "A good line: routing 0f1e2d3c4b5a69788796a5b4c3d2e1f0");
        }

        SecretText.OwnerOnly(file);
        return known;
    }
}

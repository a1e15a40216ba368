using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Access;

namespace ClaimsTransfer.Cli.Credentials;

/// <summary>
/// <c>claims credentials list|set|remove</c>: how we sign in at debtor systems and FBS; <c>admit|dismiss</c>: who may call back. Running services take a change in by themselves.
/// </summary>
public static class CredentialsCommand
{
    private const int MostCharacters = 4_096;

    public static Command Create(WhereOptions where) => new("credentials", "How we sign in at debtor systems and FBS, and which debtor systems may call back.")
    {
        List(where), Set(where), Remove(where), Admit(where), Dismiss(where),
    };

    private static Command List(WhereOptions where)
    {
        var command = new Command("list", "Both, without a secret.");
        command.SetAction(parsed =>
        {
            foreach (var (who, credential) in Ours(where, parsed).All.OrderBy(one => one.Key, StringComparer.Ordinal))
                Console.Out.WriteLine($"at {who}: {credential}");
            foreach (var (name, caller) in Callers(where, parsed).All.OrderBy(one => one.Key, StringComparer.Ordinal))
                Console.Out.WriteLine($"{name} calls back for {string.Join(", ", caller.Municipalities)}: {(caller.CertificateSha256 is { } certificate ? $"certificate {certificate}" : "password")}");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Set(WhereOptions where)
    {
        var who = Who();
        var user = new Option<string?>("--user") { Description = "HTTP Basic; the password is read from standard input.", HelpName = "NAME" };
        var token = new Option<bool>("--token") { Description = "A bearer token, which is read from standard input." };
        var certificate = new Option<string?>("--certificate") { Description = "PEM of our certificate there.", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "PEM of its private key; the certificate's file when absent.", HelpName = "FILE" };
        var ca = new Option<string?>("--ca") { Description = "PEM of the CA that the server's certificate must come from; whom this machine trusts when absent.", HelpName = "FILE" };
        var command = new Command("set", "Sign in there by a password, a token or a certificate.") { who, user, token, certificate, key, ca };
        command.SetAction(parsed =>
        {
            var credential = (parsed.GetValue(user), parsed.GetValue(token), parsed.GetValue(certificate)) switch
            {
                ({ } name, false, null) => new DebtorCredential(User: name, Password: Secret()),
                (null, true, null) => new DebtorCredential(Token: Secret()),
                (null, false, { } file) => new DebtorCredential(Certificate: Path.GetFullPath(There(file)), Key: parsed.GetValue(key) is { } own ? Path.GetFullPath(There(own)) : null),
                _ => throw new CommandFailure("Which credentials is not said.", "Give one of --user NAME, --token and --certificate FILE.", ExitCodes.Usage),
            };
            Ours(where, parsed).Set(parsed.GetRequiredValue(who), credential with { Ca = parsed.GetValue(ca) is { } authority ? Path.GetFullPath(There(authority)) : null });
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Remove(WhereOptions where)
    {
        var who = Who();
        var command = new Command("remove", "Sign in there no more.") { who };
        command.SetAction(parsed =>
        {
            Ours(where, parsed).Set(parsed.GetRequiredValue(who), null);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Admit(WhereOptions where)
    {
        var name = new Argument<string>("NAME") { Description = "The caller's name, such as opus-0101." };
        var municipalities = new Option<string>("--municipalities") { Description = "For whom it speaks: 0101,0751.", HelpName = "CODES", Required = true };
        var certificate = new Option<string?>("--certificate") { Description = "PEM of the certificate that it shows, without the key; a password is drawn and printed once when absent.", HelpName = "FILE" };
        var command = new Command("admit", "Let a debtor system call back; again, with another password, for one that is known.") { name, municipalities, certificate };
        command.SetAction(parsed =>
        {
            string[] codes = parsed.GetRequiredValue(municipalities).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (codes.Length == 0 || codes.Any(code => code.Length != 4 || !code.All(char.IsAsciiDigit)))
                throw new CommandFailure($"--municipalities '{parsed.GetValue(municipalities)}' are not codes of four digits.", "Good: --municipalities 0101,0751", ExitCodes.Usage);
            if (parsed.GetRequiredValue(name) is var caller && (caller.Length is 0 or > 100 || caller.Contains(':', StringComparison.Ordinal)))
                throw new CommandFailure("A caller's name has 1 to 100 characters and no colon.", "Good: opus-0101", ExitCodes.Usage);
            if (parsed.GetValue(certificate) is { } file)
            {
                using var shown = X509CertificateLoader.LoadCertificateFromFile(There(file));
                Callers(where, parsed).Set(caller, new DebtorCaller(codes, CertificateSha256: DebtorCallers.FingerprintOf(shown)));
                return ExitCodes.Done;
            }

            var password = DebtorCallers.DrawPassword();
            Callers(where, parsed).Set(caller, new DebtorCaller(codes, DebtorCallers.HashOf(password)));
            Console.Out.WriteLine(password);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Dismiss(WhereOptions where)
    {
        var name = new Argument<string>("NAME") { Description = "The caller's name." };
        var command = new Command("dismiss", "Let a debtor system call back no more.") { name };
        command.SetAction(parsed =>
        {
            Callers(where, parsed).Set(parsed.GetRequiredValue(name), null);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> Who() => new("WHERE") { Description = "A municipality's code, for its debtor system; or fbs." };

    private static DebtorCredentials Ours(WhereOptions where, ParseResult parsed) => new(Settings.Of(where.Data(parsed)).CredentialFolder);

    private static DebtorCallers Callers(WhereOptions where, ParseResult parsed) => new(Settings.Of(where.Data(parsed)).CredentialFolder, TimeProvider.System);

    /// <summary>Not from the command line, which every account of the machine can read.</summary>
    private static string Secret() => Console.In.ReadLine() is { Length: > 0 and <= MostCharacters } secret ? secret
        : throw new CommandFailure("There is no secret on standard input.", "Good: claims credentials set 0101 --user claims < password-file", ExitCodes.Usage);

    private static string There(string file) => File.Exists(file) ? file : throw new CommandFailure($"There is no file {file}.", "Name a PEM file.", ExitCodes.Usage);
}

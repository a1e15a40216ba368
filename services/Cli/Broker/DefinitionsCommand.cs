using System.CommandLine;
using ClaimsTransfer.Cli.Keys;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Sealing;

namespace ClaimsTransfer.Cli.Broker;

/// <summary><c>claims broker definitions</c>: users, permissions, exchanges, queues and bindings from the municipalities' file, for <c>rabbitmqctl import_definitions</c>.</summary>
public static class DefinitionsCommand
{
    public static Command Create(WhereOptions where)
    {
        var file = new Option<string?>("--municipalities") { Description = "A municipalities.yaml; the one in force when absent.", HelpName = "FILE" };
        var vhost = new Option<string>("--vhost") { Description = "The virtual host.", DefaultValueFactory = _ => "/", HelpName = "NAME" };
        var to = new Option<string?>("--out") { Description = "Where the definitions are written, for their owner alone; standard output when absent.", HelpName = "FILE" };
        var passwords = new Option<string?>("--passwords")
        {
            Description = "Where the users' passwords stand, a line a user; those that are missing are drawn and added. Only its owner may read it.", HelpName = "FILE",
        };
        var certificates = new Option<bool>("--certificates") { Description = "Users sign in with certificates, and with no password." };
        var sandbox = new Option<bool>("--sandbox") { Description = "A user for the sandbox too, which reads what FBS would read." };
        var command = new Command(
            "definitions",
            "RabbitMQ's definitions: a user a service and a vendor, each with what is its own.\n"
            + "Give them to the broker with 'rabbitmqctl import_definitions FILE', again whenever the municipalities or their vendors change.")
        {
            file, vhost, to, passwords, certificates, sandbox,
        };
        command.SetAction(parsed =>
        {
            var municipalities = MunicipalityFile.Load(
                parsed.GetValue(file) ?? Defaults.Municipalities.Municipalities.PathOf(Settings.Of(where.Data(parsed))), allowPlain: true).OrThrow().All;
            var (users, revoked) = Admitted(BrokerUser.All(municipalities, parsed.GetValue(sandbox)), Settings.Of(where.Data(parsed)));
            foreach (var vendor in revoked)
                Console.Error.WriteLine($"{BrokerUsers.Of(vendor)} is left out: {vendor} is revoked. It comes back with: claims vendors admit {vendor}");
            var hashOf = HashOf(parsed.GetValue(passwords), parsed.GetValue(certificates), users);
            var definitions = BrokerDefinitions.Of(municipalities, users, parsed.GetRequiredValue(vhost), hashOf);
            if (parsed.GetValue(to) is not { } path)
            {
                Console.Out.Write(definitions);
                return ExitCodes.Done;
            }

            SecretText.Write(path, definitions);
            Console.Out.WriteLine($"{path}: {users.Count} users, {municipalities.Count} municipalities. Give them to the broker: rabbitmqctl import_definitions {path}");
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>A definition of a revoked vendor's user would let it in again, past whoever revoked it.</summary>
    internal static (IReadOnlyList<BrokerUser> Admitted, IReadOnlyList<Vendor> Revoked) Admitted(IReadOnlyList<BrokerUser> users, Installation installation)
    {
        var revocations = new Revocations(installation.KeyFolder);
        var revoked = users.Select(user => BrokerUsers.VendorOf(user.Name)).OfType<Vendor>().Where(vendor => revocations.Find($"{vendor}") is not null).ToList();
        return ([.. users.Where(user => BrokerUsers.VendorOf(user.Name) is not { } vendor || !revoked.Contains(vendor))], revoked);
    }

    private static Func<string, string> HashOf(string? file, bool certificates, IReadOnlyList<BrokerUser> users) => (file, certificates) switch
    {
        (null, true) => _ => "",
        (not null, false) => BrokerPasswords.In(file, users.Select(user => user.Name), BrokerPasswords.Draw).HashOf,
        _ => throw new CommandFailure(
            file is null ? "How the users sign in is not said." : "Users have a password or a certificate, not both.",
            "Give --passwords FILE, such as broker-passwords, or --certificates.", ExitCodes.Usage),
    };
}

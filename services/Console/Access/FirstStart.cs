using ClaimsTransfer.Defaults.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>
/// Brings the schema up to date and makes the token; once everything runs, makes the first administrator where there is no account. Its password is printed once, to standard
/// output, and is nowhere else: not in a log, not in the store.
/// </summary>
public sealed class FirstStart(AccountStore store, Accounts accounts, ApiToken token, ConsoleOptions options, IServer server) : IHostedLifecycleService
{
    /// <summary>The line that says the password begins with this: whoever keeps standard output keeps that line out.</summary>
    public const string Said = "Console: ";

    private const string UserName = "admin";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        token.Make();
        await store.MigrateAsync(cancellationToken);
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var given = options.AdministratorPassword.Length > 0;
        var password = given ? options.AdministratorPassword : Accounts.RandomPassword();
        if (await accounts.AddFirstAsync(UserName, password, cancellationToken))
            Console.Out.WriteLine($"{Said}{Url()}  user {UserName}  password {(given ? "as set in Console:AdministratorPassword" : password)}");
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string Url() => (server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "") + Where.Home;
}

using System.Net;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

/// <summary>Standard output is the process's: one at a time.</summary>
[TestFixture]
[NonParallelizable]
public sealed class When_the_console_starts
{
    private TemporaryFolder _folder = null!;
    private TextWriter _out = null!;

    [SetUp]
    public void Listen() => (_folder, _out) = (new TemporaryFolder(), Console.Out);

    [TearDown]
    public void Restore()
    {
        Console.SetOut(_out);
        _folder.Dispose();
    }

    [Test]
    public async Task the_first_administrators_password_is_printed_once_and_is_nowhere_else()
    {
        var first = await SaidAsync("");
        var password = first.Split("password ")[1].Trim();
        first.ShouldContain("/console/  user admin  password ");
        password.Length.ShouldBeGreaterThanOrEqualTo(20);
        (await SaidAsync("")).ShouldNotContain("password");

        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
            System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)).ShouldNotContain(password, customMessage: file);

        await using var server = await ConsoleServer.StartAsync(_folder, null);
        (await server.Accounts.SignInAsync("admin", password, IPAddress.Loopback, CancellationToken.None)).ShouldBeOfType<SignInOutcome.SignedIn>();
    }

    [Test]
    public async Task one_that_was_set_is_not_printed()
    {
        (await SaidAsync(ConsoleServer.Password)).ShouldNotContain(ConsoleServer.Password);
        await using var server = await ConsoleServer.StartAsync(_folder, null, ("Console:AdministratorPassword", "et-andet-kodeord-her"));
        (await server.Accounts.SignInAsync("admin", ConsoleServer.Password, IPAddress.Loopback, CancellationToken.None)).ShouldBeOfType<SignInOutcome.SignedIn>();
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task its_folder_and_its_token_are_for_their_owner_alone()
    {
        await SaidAsync("");
        var folder = Path.Combine(_folder.Path, "console");
#pragma warning disable CA1416 // Not run on Windows.
        File.GetUnixFileMode(folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Path.Combine(folder, "token")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
    }

    private async Task<string> SaidAsync(string password)
    {
        await using var said = new StringWriter();
        Console.SetOut(said);
        await using (await ConsoleServer.StartAsync(_folder, null, ("Console:AdministratorPassword", password)))
            Console.SetOut(_out);
        return said.ToString();
    }
}

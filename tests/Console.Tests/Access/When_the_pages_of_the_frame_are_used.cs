using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

[TestFixture]
public sealed class When_the_pages_of_the_frame_are_used
{
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _console = await ConsoleInBrowser.StartAsync();
        await _console.Server.AddUserAsync("anna", Role.Operator, "0101");
        await _console.Server.AddUserAsync("bo", Role.Viewer, "0157");
    }

    [OneTimeTearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [SetUp]
    public async Task SignIn()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.SignInAsync();
    }

    [TestCase("/console/", "overview")]
    [TestCase("/console/users", "users")]
    [TestCase("/console/users/new", "user-new")]
    [TestCase("/console/users/anna", "user")]
    [TestCase("/console/users/admin", "user-own")]
    [TestCase("/console/me", "me")]
    public async Task each_of_them_is_usable_by_everyone(string path, string name) => await _console.ShouldBeUsableAsync(await _console.OpenAsync(path), name);

    [Test]
    public async Task so_is_the_first_page_of_all()
    {
        await _console.NewContextAsync(scripts: true);
        await _console.ShouldBeUsableAsync(await _console.OpenAsync("/console/users"), "sign-in");
    }
}

using ClaimsTransfer.OperationsConsole.Tests.Running;

namespace ClaimsTransfer.OperationsConsole.Tests;

/// <summary>After the last test of the assembly.</summary>
[SetUpFixture]
public sealed class ClosesTheBrowser
{
    [OneTimeTearDown]
    public Task Close() => ConsoleInBrowser.CloseAsync();
}

using ClaimsTransfer.Support;

/// <summary>Outside of any namespace, so that it follows the last test of the assembly.</summary>
[SetUpFixture]
#pragma warning disable CA1050, MA0047 // NUnit wants it in no namespace.
public sealed class AfterAllTests : EndsServers;
#pragma warning restore CA1050, MA0047

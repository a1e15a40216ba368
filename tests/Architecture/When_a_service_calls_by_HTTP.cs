using System.Text.RegularExpressions;
using Shouldly;

namespace ClaimsTransfer.Architecture;

/// <summary>
/// A redirect takes what a call carries, citizens' names and numbers and our credentials, to wherever an answer says. Clients from the factory have that switched off in one place
/// (<c>AddDefaults</c>); whoever makes a handler or a client by hand says so there.
/// </summary>
[TestFixture]
public sealed partial class When_a_service_calls_by_HTTP
{
    [Test]
    public void no_client_follows_redirects()
    {
        var sources = new[] { "services", "contracts" }.SelectMany(folder => Repository.FilesUnder(folder, "*.cs")).Select(path => (Path: path, Text: Repository.Read(path))).ToList();

        sources.Count(source => Handler().IsMatch(source.Text)).ShouldBeGreaterThan(5);
        var faults = from source in sources
                     from made in Made().Matches(source.Text)
                     where !made.Value.Contains("AllowAutoRedirect = false", StringComparison.Ordinal)
                     select $"{source.Path}: {made.Value}";
        faults.ShouldBeEmpty("Say AllowAutoRedirect = false where the handler is made, and make the client from it.");
    }

    [TestCase("new HttpClient()", false)]
    [TestCase("new HttpClient { Timeout = a }", false)]
    [TestCase("new HttpClientHandler()", false)]
    [TestCase("new SocketsHttpHandler()", false)]
    [TestCase("new SocketsHttpHandler { UseProxy = false }", false)]
    [TestCase("new SocketsHttpHandler { AllowAutoRedirect = true }", false)]
    [TestCase("new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }", true)]
    [TestCase("new HttpClient(handler)", true)]
    public void one_that_would_is_seen(string source, bool isGood) =>
        Made().Matches(source).All(made => made.Value.Contains("AllowAutoRedirect = false", StringComparison.Ordinal)).ShouldBe(isGood);

    [GeneratedRegex(@"new SocketsHttpHandler", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Handler();

    /// <summary>A handler with what it is made with; a client that makes its own handler.</summary>
    [GeneratedRegex(@"new (SocketsHttpHandler|HttpClientHandler)\b\s*(\(\s*\))?\s*(\{[^{}]*\})?|new HttpClient\s*(\(\s*\)|\{)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Made();
}

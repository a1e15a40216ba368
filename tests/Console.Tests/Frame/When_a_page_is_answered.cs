using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Frame;

[TestFixture]
public sealed partial class When_a_page_is_answered
{
    private ConsoleServer _server = null!;

    [OneTimeSetUp]
    public async Task Start() => _server = await ConsoleServer.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [TestCase("/console/sign-in")]
    [TestCase("/console/users")]
    [TestCase("/console/no-such-page")]
    [TestCase("/console/api/no-such-call")]
    public async Task the_browser_is_told_what_it_may_not_do(string path)
    {
        using var client = _server.NewClient();
        var headers = (await client.GetAsync(path)).Headers;
        headers.GetValues("Content-Security-Policy").Single().ShouldBe(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
        headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        headers.GetValues("Referrer-Policy").ShouldBe(["same-origin"]);
        headers.CacheControl!.NoStore.ShouldBeTrue();
        headers.Contains("Permissions-Policy").ShouldBeTrue();
    }

    [Test]
    public async Task there_is_no_script_and_no_style_in_it()
    {
        using var client = await _server.SignedInAsync();
        foreach (var path in new[] { "/console/", "/console/users", "/console/me" })
        {
            var html = await client.GetStringAsync(path);
            Inline().Matches(html).Select(match => match.Value).ShouldBeEmpty(path);
        }
    }

    [Test]
    public async Task what_it_names_is_there_and_is_kept_for_ever()
    {
        using var client = _server.NewClient();
        var named = Named().Matches(await client.GetStringAsync("/console/sign-in")).Select(match => match.Groups["path"].Value).Distinct().ToList();
        named.Count.ShouldBe(5);
        foreach (var path in named)
        {
            var answer = await client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
        }

        var css = named.Single(path => path.EndsWith("dkfds.min.css", StringComparison.Ordinal));
        foreach (var inside in InStyle().Matches(await client.GetStringAsync(css)).Select(match => match.Groups["path"].Value).Distinct())
            (await client.GetAsync(new Uri(new Uri(_server.Url, css), inside))).StatusCode.ShouldBe(HttpStatusCode.OK, inside);
    }

    [Test]
    public async Task one_that_is_not_there_says_so_in_the_frame()
    {
        using var client = await _server.SignedInAsync();
        var answer = await client.GetAsync("/console/no-such-page");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Siden findes ikke");
    }

    [Test]
    public async Task it_speaks_the_language_that_was_chosen_and_stays_where_it_was()
    {
        using var client = await _server.SignedInAsync();
        (await client.GetStringAsync("/console/users")).ShouldContain("<html lang=\"da\">");

        var answer = await ConsoleServer.PostFormAsync(client, "/console/users", "/console/language", ("language", "en"), ("to", "/console/users"));
        answer.Headers.Location!.ToString().ShouldBe("/console/users");
        var english = await client.GetStringAsync("/console/users");
        english.ShouldContain("<html lang=\"en\">");
        english.ShouldContain("<h1>Users</h1>");
    }

    [Test]
    public void every_text_is_there_in_both_languages_with_the_same_places_to_fill()
    {
        var catalogue = new TextCatalogue();
        var (danish, english) = (catalogue.In(TextCatalogue.Danish), catalogue.In(TextCatalogue.English));
        danish.Count.ShouldBeGreaterThan(80);
        danish.Keys.Except(english.Keys).ShouldBeEmpty();
        english.Keys.Except(danish.Keys).ShouldBeEmpty();
        foreach (var (key, text) in danish)
        {
            text.ShouldNotBeNullOrWhiteSpace(key);
            english[key].ShouldNotBeNullOrWhiteSpace(key);
            Places().Matches(text).Select(match => match.Value).Order().ShouldBe(Places().Matches(english[key]).Select(match => match.Value).Order(), key);
        }
    }

    [GeneratedRegex("<style|<script(?![^>]*src=)|\\sstyle=|\\son[a-z]+=|javascript:", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Inline();

    [GeneratedRegex("(?:href|src)=\"(?<path>/console/assets/[^\"#]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    [GeneratedRegex("url\\((?<path>[^)]+)\\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InStyle();

    [GeneratedRegex("\\{[0-9]\\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Places();
}

[TestFixture]
public sealed class When_something_is_written_as_in_Denmark
{
    [TestCase(0, "0,00 kr.")]
    [TestCase(123456789, "1.234.567,89 kr.")]
    [TestCase(-5, "−0,05 kr.")]
    public void amounts_have_the_separators_of_the_country(long ore, string text) => Danish.Kroner(ore).ShouldBe(text);

    [TestCase("2021-01-15T12:00:00Z", "15.01.2021 13.00.00")]
    [TestCase("2021-07-15T12:00:00Z", "15.07.2021 14.00.00")]
    [TestCase("2021-10-31T00:59:59Z", "31.10.2021 02.59.59")]
    [TestCase("2021-10-31T01:00:00Z", "31.10.2021 02.00.00")]
    public void times_are_local_there_in_summer_and_winter(string at, string text) =>
        Danish.Time(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(text);

    [TestCase(12, "12 s")]
    [TestCase(3599, "59 min")]
    [TestCase(3660, "1 t 1 min")]
    [TestCase(100_000, "1 d 3 t")]
    public void a_duration_has_its_two_largest_units(int seconds, string text) => Danish.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(text);
}

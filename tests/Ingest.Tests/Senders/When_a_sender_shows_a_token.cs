using System.Net;
using System.Security.Cryptography;
using ClaimsTransfer.Ingest.Tests.Http;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Senders;

public sealed class When_a_sender_shows_a_token
{
    private OpenIdProvider _provider = null!;
    private IngestServer _server = null!;
    private long _fee;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _provider = await OpenIdProvider.StartAsync();
        _server = await IngestServer.StartAsync(
            new KeyValuePair<string, string?>("Ingest:Oidc:Authority", _provider.Issuer), new KeyValuePair<string, string?>("Ingest:Oidc:Audience", "claims-transfer"),
            new KeyValuePair<string, string?>("Ingest:Oidc:AllowHttp", "true"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Test]
    public async Task It_comes_in_under_the_providers_name_and_for_its_agencies()
    {
        var fee = ++_fee;
        (await _server.SendAsync(_provider.Token(), Fbs.Submit(fee).ToJsonString())).Status.ShouldBe(HttpStatusCode.Accepted);
        ((string?)(await _server.GetAsync($"/ingest/messages?agency=DK-710100&feeId={fee}")).AsArray().ShouldHaveSingleItem()!["sender"]).ShouldBe("jwt/fbs");
        (await SendAsync(_provider.Token(claims => claims["agencies"] = "*"))).ShouldBe(HttpStatusCode.Accepted);
        (await SendAsync(_provider.Token(claims => claims["agencies"] = new[] { "DK-775100", "DK-710100" }))).ShouldBe(HttpStatusCode.Accepted);
    }

    [Test]
    public async Task Another_agencys_claim_is_refused_and_agencies_are_compared_whole()
    {
        foreach (var agencies in (string[])["DK-775100", "DK-710100 DK-775100", "DK-7101", "dk-710100"])
            (await SendAsync(_provider.Token(claims => claims["agencies"] = agencies))).ShouldBe(HttpStatusCode.UnprocessableEntity, agencies);
    }

    [Test]
    public async Task Without_the_scope_or_without_agencies_it_may_send_nothing()
    {
        foreach (var scope in (string[])["", "claims", "claims.submit.all", "CLAIMS.SUBMIT"])
            (await SendAsync(_provider.Token(claims => claims["scope"] = scope))).ShouldBe(HttpStatusCode.Forbidden, scope);
        (await SendAsync(_provider.Token(claims => claims.Remove("scope")))).ShouldBe(HttpStatusCode.Forbidden);
        (await SendAsync(_provider.Token(claims => claims.Remove("agencies")))).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task One_of_another_issuer_or_for_another_audience_or_expired_or_signed_by_another_is_nobodys()
    {
        using var another = RSA.Create(2048);
        (string Why, string Token)[] wrong =
        [
            ("issuer", _provider.Token(claims => claims["iss"] = "https://login.example.invalid")), ("audience", _provider.Token(claims => claims["aud"] = "another")),
            ("no audience", _provider.Token(claims => claims.Remove("aud"))), ("expired", _provider.Token(expires: TimeSpan.FromMinutes(-5))), ("signature", _provider.Token(key: another)),
            ("shared secret", _provider.TokenBySharedSecret()), ("no name", _provider.Token(claims => (claims["client_id"], claims["sub"]) = ("", ""))),
            ("a name that is none", _provider.Token(claims => claims["client_id"] = "a b\n")),
        ];
        foreach (var (why, token) in wrong)
            (await SendAsync(token)).ShouldBe(HttpStatusCode.Unauthorized, why);
    }

    [Test]
    public async Task Where_the_provider_does_not_answer_nobody_is_to_blame()
    {
        var gone = await OpenIdProvider.StartAsync();
        await using var server = await IngestServer.StartAsync(
            new KeyValuePair<string, string?>("Ingest:Oidc:Authority", gone.Issuer), new KeyValuePair<string, string?>("Ingest:Oidc:Audience", "claims-transfer"),
            new KeyValuePair<string, string?>("Ingest:Oidc:AllowHttp", "true"));
        var token = gone.Token();
        await gone.DisposeAsync();
        using var response = await server.RespondAsync(token, new StringContent(Fbs.Submit().ToJsonString()));
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter.ShouldNotBeNull();
        // A sender with a key is not held back by it.
        (await server.SendAsync(await server.AddAsync("fbs"), Fbs.Submit().ToJsonString())).Status.ShouldBe(HttpStatusCode.Accepted);
    }

    [TestCase("http://login.example.dk", "claims-transfer", "Authority")]
    [TestCase("https://login.example.dk", "", "Audience")]
    public async Task Settings_that_cannot_hold_stop_the_start(string authority, string audience, string named) =>
        (await Should.ThrowAsync<Exception>(() => IngestServer.StartAsync(
            new KeyValuePair<string, string?>("Ingest:Oidc:Authority", authority), new KeyValuePair<string, string?>("Ingest:Oidc:Audience", audience),
            new KeyValuePair<string, string?>("Ingest:Oidc:AllowHttp", "true")))).Message.ShouldContain(named);

    private async Task<HttpStatusCode> SendAsync(string token) => (await _server.SendAsync(token, Fbs.Submit(++_fee).ToJsonString())).Status;
}

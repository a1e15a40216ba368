using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using ClaimsTransfer.Support;
using Microsoft.IdentityModel.Tokens;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Access;

/// <summary>oidc-provider from npm, as its lock file says, in a process of its own: nothing in it is ours but what it knows of people.</summary>
internal sealed class OidcProvider : IDisposable
{
    public const string ClientId = "claims-console";
    public const string AnotherClientId = "another-client";
    public const string ClientSecret = "et-klient-kodeord";
    private const string AnotherRedirect = "http://127.0.0.1/another";
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private OidcProvider(Process process, int port) => (_process, Url) = (process, UrlAt(port));

    public string Url { get; }

    /// <summary>The console's, for the provider that is to come at a port.</summary>
    public static (string Key, string Value)[] SettingsFor(int port) =>
    [
        ("Console:Oidc:Authority", UrlAt(port)), ("Console:Oidc:ClientId", ClientId), ("Console:Oidc:ClientSecret", ClientSecret), ("Console:Oidc:AllowHttp", "true"),
    ];

    /// <summary>False: there is no npm on this machine.</summary>
    public static async Task<bool> InstallAsync(TemporaryFolder folder, [CallerFilePath] string here = "")
    {
        foreach (var file in (string[])["package.json", "package-lock.json", "main.js"])
            File.Copy(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "OidcProvider", file), Path.Combine(folder.Path, file));
        try
        {
            using var npm = Start(folder, "npm", ["ci", "--no-audit", "--no-fund"], new Dictionary<string, string>(StringComparer.Ordinal));
            var (said, wrong) = (npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
            await npm.WaitForExitAsync();
            npm.ExitCode.ShouldBe(0, $"npm ci needs a registry of npm packages: {await said} {await wrong}");
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>A key as JWK, with what only its owner knows.</summary>
    public static object NewKey()
    {
        using var rsa = RSA.Create(2048);
        var key = rsa.ExportParameters(includePrivateParameters: true);
        return new
        {
            kty = "RSA", use = "sig", alg = "RS256", kid = "one", n = Of(key.Modulus), e = Of(key.Exponent), d = Of(key.D), p = Of(key.P), q = Of(key.Q), dp = Of(key.DP), dq = Of(key.DQ), qi = Of(key.InverseQ),
        };

        static string Of(byte[]? part) => Base64UrlEncoder.Encode(part);
    }

    /// <param name="console">Where people are taken back to.</param>
    /// <param name="issuer">Null: its own address.</param>
    /// <param name="behind">So long behind is its clock.</param>
    /// <param name="port">Null: any.</param>
    public static async Task<OidcProvider> StartAsync(TemporaryFolder folder, object key, object people, Uri? console = null, string? issuer = null, TimeSpan behind = default, int? port = null)
    {
        var at = port ?? FreePort();
        var process = Start(folder, "node", ["main.js"], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PORT"] = at.ToString(CultureInfo.InvariantCulture), ["ISSUER"] = issuer ?? UrlAt(at), ["KEYS"] = JsonSerializer.Serialize(new[] { key }),
            ["PEOPLE"] = JsonSerializer.Serialize(people), ["REDIRECT"] = new Uri(console ?? new Uri("http://127.0.0.1:1"), "/console/signed-in").ToString(),
            ["SECONDS_BEHIND"] = behind.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        });
        var wrong = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Within);
        (await process.StandardOutput.ReadLineAsync(patience.Token)).ShouldBe("ready", process.HasExited ? await wrong : "");
        return new OidcProvider(process, at);
    }

    /// <summary>A program's token, for one who gives its own id and secret.</summary>
    public async Task<string> ProgramsTokenAsync(string audience)
    {
        using var client = new HttpClient();
        return await TokenAsync(client, "access_token", ("grant_type", "client_credentials"), ("client_id", ClientId), ("resource", $"urn:{audience}"));
    }

    /// <summary>The id token that a person's sign-in at another client of the provider gives that client.</summary>
    public async Task<string> IdTokenOfAnotherClientAsync(string login)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        const string verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        var back = await ThroughPagesAsync(browser, new Uri(
            $"{Url}/auth?client_id={AnotherClientId}&response_type=code&scope=openid%20profile&nonce=n&state=s&code_challenge_method=S256&code_challenge={Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(verifier)))}&redirect_uri={Uri.EscapeDataString(AnotherRedirect)}"), login);
        var code = System.Web.HttpUtility.ParseQueryString(back.Query)["code"]!;
        return await TokenAsync(
            browser, "id_token", ("grant_type", "authorization_code"), ("client_id", AnotherClientId), ("code", code), ("code_verifier", verifier), ("redirect_uri", AnotherRedirect));
    }

    /// <summary>Through its pages, which ask for the login and for consent, as a person goes; ends where it sends the browser back to.</summary>
    public async Task<Uri> ThroughPagesAsync(HttpClient browser, Uri away, string login)
    {
        var at = away;
        for (var step = 0; step < 10; step++)
        {
            if (!at.ToString().StartsWith(Url, StringComparison.Ordinal))
                return at;
            var answer = await browser.GetAsync(at);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                var asksForLogin = (await answer.Content.ReadAsStringAsync()).Contains("name=\"login\"", StringComparison.Ordinal);
                answer = await browser.PostAsync(at, new FormUrlEncodedContent(asksForLogin
                    ? [new("prompt", "login"), new("login", login), new("password", "x")]
                    : [new("prompt", "consent")]));
            }

            answer.Headers.Location.ShouldNotBeNull($"{at}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            at = new Uri(at, answer.Headers.Location);
        }

        throw new InvalidOperationException($"The provider's pages lead nowhere: {at}");
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<string> TokenAsync(HttpClient client, string kind, params (string Name, string Value)[] form)
    {
        var answer = await client.PostAsync(
            $"{Url}/token", new FormUrlEncodedContent(form.Append(("client_secret", ClientSecret)).Select(field => new KeyValuePair<string, string>(field.Item1, field.Item2))));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty(kind).GetString()!;
    }

    private static string UrlAt(int port) => $"http://127.0.0.1:{port}";

    private static Process Start(TemporaryFolder folder, string command, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder.Path, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

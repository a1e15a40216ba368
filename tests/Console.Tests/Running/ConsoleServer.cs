using System.Net;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Running;

/// <summary>The whole console on a real Kestrel, with the embedded broker and store in a folder of its own; København and Gentofte are its municipalities.</summary>
internal sealed partial class ConsoleServer : IAsyncDisposable
{
    public const string Password = "et-kodeord-til-prøver";
    private readonly TemporaryFolder _folder;
    private readonly bool _ownsFolder;
    private WebApplication _app = null!;

    private ConsoleServer(TemporaryFolder? folder)
    {
        _folder = folder ?? new TemporaryFolder();
        _ownsFolder = folder is null;
    }

    public string Data => _folder.Path;

    public Uri Url { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public Accounts Accounts => Services.GetRequiredService<Accounts>();

    public static Task<ConsoleServer> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, null, settings);

    /// <param name="folder">Another start's data; else a new one.</param>
    /// <param name="compose">Registers and maps what a test brings along.</param>
    public static async Task<ConsoleServer> StartAsync(TemporaryFolder? folder, (Action<WebApplicationBuilder> Add, Action<WebApplication> Map)? compose, params (string Key, string Value)[] settings)
    {
        var server = new ConsoleServer(folder);
        await File.WriteAllTextAsync(Path.Combine(server.Data, "municipalities.yaml"), """
            - code: "0101"
              name: København
              cvr: "64942212"
              vendor: KmdOpus
              stage: Live
              cutover: 2020-11-01
              minorPolicy: GuardianPays
            - code: "0157"
              name: Gentofte
              cvr: "19438414"
              vendor: Prisme
              stage: Live
              cutover: 2020-11-01
              minorPolicy: GuardianPays
            """);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([
            new("CLAIMS_DATA", server.Data), new("CLAIMS_LOG", "file"), new("CLAIMS_BROKER", "embedded"), new("CLAIMS_STORE", "embedded"),
            new("CLAIMS_MUNICIPALITIES", Path.Combine(server.Data, "municipalities.yaml")), new("Console:AdministratorPassword", Password),
        ]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
        builder.AddOperationsConsole();
        // Registered last, it is what everybody gets.
        compose?.Add(builder);
        server._app = builder.Build();
        server._app.MapDefaults();
        server._app.MapOperationsConsole();
        compose?.Map(server._app);
        await server._app.StartAsync();
        server.Url = new Uri(server._app.Urls.First());
        return server;
    }

    /// <summary>An account as an administrator adds it.</summary>
    public async Task AddUserAsync(string userName, Role role, params string[] municipalities) =>
        (await Accounts.AddAsync(
            new Actor("test", Role.Administrator, null), userName, userName, role, municipalities.Length == 0 ? null : municipalities.ToHashSet(StringComparer.Ordinal), Password, "test", CancellationToken.None))
        .ShouldBeTrue();

    /// <summary>A browser without scripts: keeps cookies, follows no redirect.</summary>
    public HttpClient NewClient() => new(new HttpClientHandler { CookieContainer = new CookieContainer(), UseCookies = true, AllowAutoRedirect = false }) { BaseAddress = Url };

    public async Task<HttpClient> SignedInAsync(string userName = "admin", string password = Password)
    {
        var client = NewClient();
        (await SignInAsync(client, userName, password)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return client;
    }

    public static Task<HttpResponseMessage> SignInAsync(HttpClient client, string userName, string password) =>
        PostFormAsync(client, "/console/sign-in", "/console/sign-in", ("user", userName), ("password", password));

    /// <summary>Gets the page, takes its antiforgery token, posts the form.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(HttpClient client, string page, string action, params (string Name, string Value)[] fields)
    {
        var html = await client.GetStringAsync(page);
        var token = Antiforgery().Match(html).Groups["token"].Value;
        token.ShouldNotBeEmpty();
        return await client.PostAsync(action, new FormUrlEncodedContent(fields.Append(("antiforgery", token)).Select(field => new KeyValuePair<string, string>(field.Item1, field.Item2))));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsFolder)
            _folder.Dispose();
    }

    [GeneratedRegex("name=\"antiforgery\" type=\"hidden\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Antiforgery();
}

#!/usr/bin/env bash
# ASP.NET Core 10 (minimal APIs): with a fallback policy, a wrong method or content type is answered as if the caller had no right, not with 405 or 415.
#
# An API refuses by its fallback policy whatever names no policy. Its one endpoint does name one, which lets everybody in who shows a key, and takes JSON. One would expect a caller with the key who sends
# text/plain to be told 415, and one who uses DELETE to be told 405. Both are answered with 403: for these two answers the router picks an endpoint of its own making, which carries none of the metadata of the
# endpoints it was chosen instead of, their policy neither, so that the fallback policy judges it. Without a fallback policy the answers are 415 and 405. Who denies by fallback has to let through what nobody mapped.
#
# Output seen:
#   without a fallback policy: json 200, text 415, delete 405, elsewhere 404
#   with a fallback policy: json 200, text 403, delete 403, elsewhere 403
#   with one for what was mapped: json 200, text 415, delete 405, elsewhere 404
set -euo pipefail
command -v dotnet >/dev/null || { echo "needs dotnet" >&2; exit 2; }
self=$(realpath "${BASH_SOURCE[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
cd "$work"
cat >finding.csproj <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.AspNetCore.TestHost" Version="10.0.15" /></ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Options;

foreach (var kind in (string[])["without a fallback policy", "with a fallback policy", "with one for what was mapped"])
{
    var builder = WebApplication.CreateBuilder();
    builder.WebHost.UseTestServer();
    builder.Logging.ClearProviders();
    builder.Services.AddAuthentication("key").AddScheme<AuthenticationSchemeOptions, Key>("key", null);
    builder.Services.AddAuthorization(options =>
    {
        if (kind == "with a fallback policy")
            options.FallbackPolicy = new AuthorizationPolicyBuilder("key").RequireAssertion(_ => false).Build();
        if (kind == "with one for what was mapped")
            options.FallbackPolicy = new AuthorizationPolicyBuilder("key").RequireAssertion(it => it.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint).Build();
    });
    await using var app = builder.Build();
    app.MapPost("/loans", (Loan loan) => loan).RequireAuthorization();
    await app.StartAsync();
    using var client = app.GetTestClient();
    client.DefaultRequestHeaders.Add("X-Key", "known");
    async Task<int> Post(string type) => (int)(await client.PostAsync("/loans", new StringContent("""{"book":"x"}""", System.Text.Encoding.UTF8, type))).StatusCode;
    Console.WriteLine($"{kind}: json {await Post("application/json")}, text {await Post("text/plain")}, delete {(int)(await client.DeleteAsync("/loans")).StatusCode}, elsewhere {(int)(await client.GetAsync("/nowhere")).StatusCode}");
}

sealed record Loan(string Book);

sealed class Key(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["X-Key"] == "known"
        ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim("name", "reader")], "key")), "key"))
        : AuthenticateResult.NoResult());
}
PROGRAM
dotnet build -v q -nologo >/dev/null
dotnet run --no-build 2>&1 | grep ': json' | tee "$work/seen"
sed -n 's/^#   //p' "$self" >"$work/expected"
diff "$work/expected" "$work/seen" && echo "As stated above."

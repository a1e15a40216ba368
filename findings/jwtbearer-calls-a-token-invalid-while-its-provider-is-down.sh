#!/usr/bin/env bash
# Microsoft.AspNetCore.Authentication.JwtBearer 10.0.15: while the identity provider cannot be reached, every good token is answered with 401 and `invalid_token`, as if it were a forged one.
#
# An API takes JWTs of an OpenID provider, whose keys it fetches by discovery at the first call. The provider is down just then. One would expect the failure to reach the caller as the server's own: an exception, a
# 500 or a 503, which says come again. The handler catches it, goes on with no keys at all, and answers 401 with WWW-Authenticate: Bearer error="invalid_token", an error_description that the token's issuer is invalid; OnAuthenticationFailed
# is given that fault of the token, not the one of the network. A client that goes by the status throws its token away, or stops. Who wants to tell the two apart has to fetch the configuration first.
#
# Output seen:
#   provider down: 401, Bearer error="invalid_token", error_description="The issuer 'http://127.0.0.1:PORT' is invalid", told of: SecurityTokenInvalidIssuerException
#   provider up again: 200
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
  <ItemGroup>
    <PackageReference Include="Microsoft.AspNetCore.Authentication.JwtBearer" Version="10.0.15" />
    <PackageReference Include="Microsoft.AspNetCore.TestHost" Version="10.0.15" />
  </ItemGroup>
</Project>
PROJECT
cat >Program.cs <<'PROGRAM'
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.TestHost;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using var rsa = RSA.Create(2048);
var free = new TcpListener(System.Net.IPAddress.Loopback, 0);
free.Start();
var url = $"http://127.0.0.1:{((System.Net.IPEndPoint)free.LocalEndpoint).Port}";
free.Stop();
var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
{
    Issuer = url, Audience = "library", Expires = DateTime.UtcNow.AddMinutes(10), SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = "one" }, SecurityAlgorithms.RsaSha256),
});

var builder = WebApplication.CreateBuilder();
builder.WebHost.UseTestServer();
builder.Logging.ClearProviders();
var told = "nothing";
builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
{
    (options.Authority, options.Audience, options.RequireHttpsMetadata) = (url, "library", false);
    options.Events = new JwtBearerEvents { OnAuthenticationFailed = failed => { told = failed.Exception.GetType().Name; return Task.CompletedTask; } };
});
builder.Services.AddAuthorization();
await using var api = builder.Build();
api.MapGet("/loans", () => "loans").RequireAuthorization();
await api.StartAsync();
using var client = api.GetTestClient();
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

var down = await client.GetAsync("/loans");
Console.WriteLine($"provider down: {(int)down.StatusCode}, {down.Headers.WwwAuthenticate}, told of: {told}");

var providers = WebApplication.CreateBuilder();
providers.WebHost.UseUrls(url);
providers.Logging.ClearProviders();
await using var provider = providers.Build();
provider.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = url, jwks_uri = $"{url}/keys" }));
provider.MapGet("/keys", () => Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = "one", n = Base64UrlEncoder.Encode(rsa.ExportParameters(false).Modulus), e = Base64UrlEncoder.Encode(rsa.ExportParameters(false).Exponent) } } }));
await provider.StartAsync();
var up = 0;
for (var look = 0; look < 40 && up != 200; look++)
{
    await Task.Delay(500);
    up = (int)(await client.GetAsync("/loans")).StatusCode;
}

Console.WriteLine($"provider up again: {up}");
PROGRAM
dotnet build -v q -nologo >/dev/null
dotnet run --no-build 2>&1 | grep '^provider' | sed 's/127.0.0.1:[0-9]*/127.0.0.1:PORT/' | tee "$work/seen"
sed -n 's/^#   //p' "$self" >"$work/expected"
diff "$work/expected" "$work/seen" && echo "As stated above."

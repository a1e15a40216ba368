using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using ClaimsTransfer.Defaults.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>
/// The token of the command line: whoever may read <c>DATA/console/token</c> on this machine may do everything here. It is made on the first start and stays; removed, it is
/// made anew on the next start.
/// </summary>
public sealed class ApiToken(Installation installation)
{
    private byte[]? _token;

    public string Path { get; } = System.IO.Path.Combine(ConsoleFolder.Of(installation), "token");

    public void Make()
    {
        if (!File.Exists(Path))
        {
            ConsoleFolder.Make(installation);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            // Appears whole: the command line may look while it is written.
            var draft = $"{Path}.{Environment.ProcessId}";
            File.Delete(draft);
            using (var file = new FileStream(draft, options))
                file.Write(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(64, lowercase: true) + "\n"));
            File.Move(draft, Path, overwrite: true);
        }
        _token = SHA256.HashData(Encoding.ASCII.GetBytes(File.ReadAllText(Path).Trim()));
    }

    public bool Is(string given) => _token is not null && CryptographicOperations.FixedTimeEquals(_token, SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}

/// <summary>The console's own folder in the data folder; only its owner reads it.</summary>
internal static class ConsoleFolder
{
    public static string Of(Installation installation) => Path.Combine(installation.Data, "console");

    public static DirectoryInfo Make(Installation installation) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(Of(installation))
        : Directory.CreateDirectory(Of(installation), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}

/// <summary><c>Authorization: Bearer …</c> with the token of the command line; who sits there is named in <c>X-Claims-Who</c>, percent-encoded.</summary>
internal sealed class ApiTokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiToken token)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string TokenScheme = "console-token";
    public const string WhoHeader = "X-Claims-Who";
    private const int LongestName = 100;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Bearer.Of(Request) is not { } given)
            return Task.FromResult(AuthenticateResult.NoResult());
        if (!token.Is(given))
            return Task.FromResult(AuthenticateResult.Fail("The token is not the one of this installation."));
        var who = Uri.UnescapeDataString(Request.Headers[WhoHeader].ToString()).Trim();
        if (who.Length > LongestName || who.Any(char.IsControl))
            return Task.FromResult(AuthenticateResult.Fail($"{WhoHeader} is not a name of at most {LongestName} characters."));
        var name = who.Length == 0 ? "command line" : $"{who} (command line)";
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(Session.Identity(name, name, Role.Administrator, null, TokenScheme)), TokenScheme)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Refusals.WriteAsync(Context, StatusCodes.Status401Unauthorized);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Refusals.WriteAsync(Context, StatusCodes.Status403Forbidden);
}

internal static class Bearer
{
    private const string Prefix = "Bearer ";

    public static string? Of(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } header && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? header[Prefix.Length..].Trim() : null;
}

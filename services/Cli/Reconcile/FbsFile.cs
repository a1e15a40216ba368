using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Defaults.Identifiers;

namespace ClaimsTransfer.Cli.Reconcile;

/// <summary>A file of FBS's open claims, one a line, of one municipality or many.</summary>
public sealed class FbsFile(string path)
{
    public string Path => path;

    public void RequireExists()
    {
        if (!File.Exists(path))
            throw new CommandFailure($"There is no file '{path}'.", """Give FBS's open claims, one a line: {"agency":"DK-710100","feeId":434536,"amountOre":7000}""", ExitCodes.Usage);
    }

    /// <summary>The municipalities whose libraries it names.</summary>
    public async Task<IReadOnlySet<string>> MunicipalitiesAsync(CancellationToken cancellation)
    {
        var codes = new HashSet<string>(StringComparer.Ordinal);
        using var lines = new StreamReader(path, Encoding.UTF8);
        while (await lines.ReadLineAsync(cancellation) is { } line)
        {
            if (MunicipalityOf(line) is { } code)
                codes.Add(code);
        }

        return codes;
    }

    public HttpContent Of(string municipality) => new OneMunicipality(path, municipality);

    /// <summary>Null: the line names no library. It goes to whoever is asked, and is refused there with its number.</summary>
    private static string? MunicipalityOf(string line)
    {
        try
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isAgency = json.ValueTextEquals("agency"u8);
                json.Read();
                if (isAgency)
                    return json.TokenType == JsonTokenType.String && Identifiers.TryIsil(json.GetString(), out var code, out _) ? code : null;
                json.Skip();
            }

            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The file's lines of one municipality. In place of another's stands an empty line, so that the numbers in a refusal are those of the file.</summary>
    private sealed class OneMunicipality : HttpContent
    {
        private readonly string _path;
        private readonly string _municipality;

        public OneMunicipality(string path, string municipality)
        {
            (_path, _municipality) = (path, municipality);
            Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            using var lines = new StreamReader(_path, Encoding.UTF8);
            await using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 64 * 1024, leaveOpen: true) { NewLine = "\n" };
            while (await lines.ReadLineAsync(cancellationToken) is { } line)
                await text.WriteLineAsync(MunicipalityOf(line) is { } code && code != _municipality ? "" : line);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

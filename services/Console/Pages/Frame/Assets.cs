using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>
/// What lies in <c>wwwroot</c>, from inside the assembly. All of it is below one hash of all content, so that a browser may keep a file for ever, and what one file names in
/// another is found beside it.
/// </summary>
public sealed class Assets
{
    private const string Prefix = "wwwroot/";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".woff2"] = "font/woff2",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, Asset> _all;

    public Assets()
    {
        var assembly = typeof(Assets).Assembly;
        var all = new SortedDictionary<string, Asset>(StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            hash.AppendData(content);
            var type = Types.GetValueOrDefault(Path.GetExtension(name)) ?? throw new InvalidOperationException($"{name} is of no type that the console serves.");
            all[name[Prefix.Length..]] = new Asset(type, content, type == Types[".woff2"] ? null : Compressed(content));
        }

        _all = all.ToFrozenDictionary(StringComparer.Ordinal);
        Version = Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    public string Version { get; }

    /// <summary>The address of a file, <c>console.css</c>.</summary>
    public string Url(string path) => _all.ContainsKey(path)
        ? $"{Access.Where.Assets}/{Version}/{path}"
        : throw new InvalidOperationException($"wwwroot has no {path}.");

    internal IResult Answer(string version, string path, HttpContext context)
    {
        if (version != Version || !_all.TryGetValue(path, out var asset))
            return Results.NotFound();
        var headers = context.Response.Headers;
        headers.CacheControl = "public, max-age=31536000, immutable";
        headers.Vary = "Accept-Encoding";
        if (asset.Compressed is not { } compressed || !context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
            return Results.Bytes(asset.Content, asset.Type);
        headers.ContentEncoding = "gzip";
        return Results.Bytes(compressed, asset.Type);
    }

    private static byte[] Compressed(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
            gzip.Write(content);
        return buffer.ToArray();
    }

    private sealed record Asset(string Type, byte[] Content, byte[]? Compressed);
}

using System.Security.Cryptography;
using ClaimsTransfer.Fuzz.Inputs;

namespace ClaimsTransfer.Fuzz.Running;

/// <summary>What failed once and must never again: <c>corpus/DOOR/WHAT-IT-IS.input</c>, given first in every run.</summary>
internal static class Corpus
{
    private static readonly string Left = Path.Combine(Environment.GetEnvironmentVariable("TESTS_DATA") ?? Path.GetTempPath(), "fuzz-failed");

    public static IEnumerable<(string Name, Input Input)> Of(string door)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "corpus", door);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.input").Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), Input.Read(File.ReadAllBytes(path))))
            : [];
    }

    /// <summary>Where a failed input can be taken from into the corpus.</summary>
    public static string Leave(string door, Input input)
    {
        var bytes = input.Write();
        var path = Path.Combine(Left, door, $"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]}.input");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}

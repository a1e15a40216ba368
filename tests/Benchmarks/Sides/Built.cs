namespace ClaimsTransfer.Benchmarks.Sides;

/// <summary>A folder of built programs: ours, or those of an earlier commit.</summary>
internal static class Built
{
    private const string Programs = "tests/Benchmarks/bin/Release/net10.0";

    public static string Ours => AppContext.BaseDirectory;

    /// <param name="tree">A checkout in which the benchmark was built.</param>
    public static string Of(string tree)
    {
        var folder = Path.GetFullPath(Path.Combine(tree, Programs));
        return File.Exists(ProgramIn(folder, "Ingest"))
            ? folder
            : throw new InvalidOperationException($"{tree} holds no built benchmark: {Programs} is missing. Build it there with 'dotnet build tests/Benchmarks -c Release'.");
    }

    /// <param name="program">Its project's name, <c>Ingest</c>.</param>
    public static string ProgramIn(string folder, string program) => Path.Combine(folder, $"ClaimsTransfer.{program}.dll");
}

using System.Text;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.Benchmarks;

/// <summary>Some of the real municipalities, all live and on the benchmark's own debtor system.</summary>
internal static class BenchMunicipalities
{
    public static IReadOnlyList<Municipality> Choose(int count)
    {
        var all = MunicipalityFile.Load(Path.Combine(AppContext.BaseDirectory, "municipalities.yaml")).OrThrow().All;
        return count <= all.Count ? [.. all.Take(count)] : throw new InvalidOperationException($"There are {all.Count} municipalities, and --municipalities asks for {count}.");
    }

    /// <returns>The path of the file.</returns>
    public static string Write(string folder, IEnumerable<Municipality> municipalities)
    {
        var text = new StringBuilder();
        foreach (var municipality in municipalities)
        {
            text.Append($"- {{ code: \"{municipality.Code}\", name: {municipality.Name}, cvr: \"{municipality.Cvr}\", vendor: {nameof(Vendor.OesIndsigt)}, ")
                .AppendLine($"stage: {nameof(Stage.Live)}, cutover: 2020-01-01, minorPolicy: {nameof(MinorPolicy.GuardianPays)} }}");
        }
        var path = Path.Combine(folder, "municipalities.yaml");
        File.WriteAllText(path, text.ToString());
        return path;
    }
}

using System.Collections.Frozen;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>What <c>municipalities.yaml</c> says at one moment.</summary>
public sealed class Municipalities(IReadOnlyCollection<Municipality> all) : IMunicipalities
{
    private const string FileName = "municipalities.yaml";
    private readonly FrozenDictionary<string, Municipality> _byCode = all.ToFrozenDictionary(m => m.Code, StringComparer.Ordinal);

    public IReadOnlyCollection<Municipality> All => all;

    /// <summary>The file in force: the setting's; else the one that was applied, in the data folder; else the one that lies beside the program.</summary>
    public static string PathOf(Installation installation) =>
        AppliedPathOf(installation) is var applied && (installation.Municipalities.Length > 0 || File.Exists(applied)) ? applied : Path.Combine(AppContext.BaseDirectory, FileName);

    /// <summary>Where a changed file is applied. The one beside the program is never touched: the next version of the program brings its own.</summary>
    public static string AppliedPathOf(Installation installation) =>
        installation.Municipalities.Length > 0 ? installation.Municipalities : Path.Combine(installation.Data, FileName);

    /// <summary>Reads the installation's file; whatever is wrong with it stops the start, all of it named.</summary>
    public static Municipalities Load(Installation installation) => MunicipalityFile.Load(PathOf(installation), allowPlain: installation.AllowPlainHttp).OrThrow();

    public Municipality? Find(string code) => _byCode.GetValueOrDefault(code);
}

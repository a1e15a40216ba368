using System.Collections.Frozen;
using ClaimsTransfer.Defaults.Hosting;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>What <c>municipalities.yaml</c> said when this process started.</summary>
public sealed class Municipalities(IReadOnlyCollection<Municipality> all) : IMunicipalities
{
    private readonly FrozenDictionary<string, Municipality> _byCode = all.ToFrozenDictionary(m => m.Code, StringComparer.Ordinal);

    public IReadOnlyCollection<Municipality> All => all;

    /// <summary>The file of the installation: the setting, else the one that lies beside the program.</summary>
    public static string PathOf(Installation installation) =>
        installation.Municipalities.Length > 0 ? installation.Municipalities : Path.Combine(AppContext.BaseDirectory, "municipalities.yaml");

    /// <summary>Reads the installation's file; whatever is wrong with it stops the start, all of it named.</summary>
    public static Municipalities Load(Installation installation) => MunicipalityFile.Load(PathOf(installation)).OrThrow();

    public Municipality? Find(string code) => _byCode.GetValueOrDefault(code);
}

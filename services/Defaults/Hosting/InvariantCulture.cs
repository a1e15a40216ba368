using System.Globalization;
using System.Runtime.CompilerServices;

namespace ClaimsTransfer.Defaults.Hosting;

/// <summary>
/// Numbers and dates look the same whatever language the machine speaks. .NET's invariant mode would do that, but Microsoft.Data.SqlClient refuses to run in it.
/// </summary>
public static class InvariantCulture
{
    // Every program of ours and every vendor's connector loads this assembly: none can forget to ask for it.
#pragma warning disable CA2255 // Meant for programs, not for libraries; this one is what the programs stand on.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void UseAtStart() => Use();

    public static void Use()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
    }
}

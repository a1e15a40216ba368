using System.Text.Json;

namespace ClaimsTransfer.Cli.Running;

/// <summary>One running service process.</summary>
/// <param name="Pid">Of the process itself; the same for every service when they share one.</param>
public sealed record ServiceEndpoint(string Name, string Url, int Pid, string Instance);

/// <summary>What runs on a data folder and where: <c>DATA/endpoints.json</c>, written anew whenever it changes.</summary>
/// <param name="Broker">AMQP URL, or <c>embedded</c>.</param>
/// <param name="Store">The store's URL, or <c>embedded</c>.</param>
public sealed record Endpoints(string Broker, string Store, string? Console, string? Sandbox, IReadOnlyList<ServiceEndpoint> Services)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string PathIn(string data) => Path.Combine(data, "endpoints.json");

    public static Endpoints? TryRead(string data) =>
        File.Exists(PathIn(data)) ? JsonSerializer.Deserialize<Endpoints>(File.ReadAllBytes(PathIn(data)), Json) : null;

    /// <summary>Readers see the old file or the new one, never half of one. The broker's and store's URLs carry passwords: for the owner only.</summary>
    public void Write(string data)
    {
        Directory.CreateDirectory(data);
        var next = PathIn(data) + ".next";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(next, options))
            JsonSerializer.Serialize(file, this, Json);
        File.Move(next, PathIn(data), overwrite: true);
    }

    public static void Remove(string data) => File.Delete(PathIn(data));
}

using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>
/// Changes the municipalities of a running installation: shown first, then applied. Every service notices the new file within seconds. What was replaced
/// stays beside it as <c>municipalities.yaml.YYYYMMDD-HHMMSS</c> (UTC).
/// </summary>
public sealed class MunicipalityChange(Installation installation, MunicipalitiesInForce inForce, TimeProvider time, IGoLiveGate? gate = null)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The file as it is now, to start from.</summary>
    public MunicipalityFile Current => MunicipalityFile.Load(Municipalities.PathOf(installation), allowPlain: installation.AllowPlainHttp);

    /// <summary>What would change, and all that is wrong. Changes nothing.</summary>
    public MunicipalityPreview Preview(string newYaml)
    {
        var current = Current;
        var (diff, faults) = Compare(current, newYaml);
        return new MunicipalityPreview(current.Token, diff, faults);
    }

    /// <param name="token">The preview's: if the file is another by now, nothing is applied.</param>
    public async Task<MunicipalityApplied> ApplyAsync(string newYaml, string token, CancellationToken cancellation)
    {
        try
        {
            await using var alone = await LockAsync(cancellation);
            var applied = Apply(newYaml, token);
            // So that whoever applied sees it at once; the others look for themselves.
            if (applied.Outcome == ApplyOutcome.Applied)
                await inForce.LookAsync(cancellation);
            return applied;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new MunicipalityApplied(ApplyOutcome.NotWritable, token)
            {
                Problem = $"{Municipalities.AppliedPathOf(installation)} cannot be replaced: {failure.Message} Where the file is mounted read-only, change it where it comes from.",
            };
        }
    }

    private MunicipalityApplied Apply(string newYaml, string token)
    {
        var current = Current;
        var (diff, faults) = Compare(current, newYaml);
        if (diff is null)
            return new MunicipalityApplied(ApplyOutcome.Faulty, current.Token) { Faults = faults };
        if (token != current.Token)
            return new MunicipalityApplied(ApplyOutcome.Stale, current.Token) { Diff = diff, Problem = "Somebody has changed the municipalities since the preview. Look at what would change now." };
        if (diff.Refusals is [_, ..] refusals)
            return new MunicipalityApplied(ApplyOutcome.Refused, current.Token) { Diff = diff, Problem = string.Join(' ', refusals) };
        if (current.Text == newYaml)
            return new MunicipalityApplied(ApplyOutcome.Unchanged, current.Token) { Diff = diff };

        var target = Municipalities.AppliedPathOf(installation);
        var kept = Keep(current, target);
        Replace(target, newYaml);
        return new MunicipalityApplied(ApplyOutcome.Applied, MunicipalityFile.TokenOf(newYaml)) { Diff = diff, Kept = kept };
    }

    /// <summary>With the file as it is; where somebody has broken that by hand, with what is in force.</summary>
    private (MunicipalityDiff? Diff, IReadOnlyList<MunicipalityFault> Faults) Compare(MunicipalityFile current, string newYaml)
    {
        var changed = MunicipalityFile.Parse(newYaml, "municipalities.yaml", installation.AllowPlainHttp);
        return changed.Faults.Count > 0 ? (null, changed.Faults) : (MunicipalityDiff.Between(current.Faults.Count > 0 ? inForce.All : current.Entries, changed.Entries, gate), []);
    }

    /// <summary>One at a time among all processes: the token is compared and the file replaced without anybody between.</summary>
    private async Task<FileStream> LockAsync(CancellationToken cancellation)
    {
        var target = Path.GetFullPath(Municipalities.AppliedPathOf(installation));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var path = $"{target}.lock";
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && time.GetElapsedTime(began) < LongestWait)
            {
                await Task.Delay(Pause, time, cancellation);
            }
            catch (IOException taken) when (File.Exists(path))
            {
                throw new TransientException($"Somebody else has been applying a change for {LongestWait.TotalSeconds:0} s ({path}). Try again.", taken);
            }
        }
    }

    private string Keep(MunicipalityFile current, string target)
    {
        var name = $"{target}.{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        // Two changes in a second are two files.
        var free = name;
        for (var number = 2; File.Exists(free); number++)
            free = $"{name}-{number}";
        File.Copy(current.Name, free);
        return free;
    }

    /// <summary>Appears whole or not at all, whenever the power goes.</summary>
    private static void Replace(string target, string text)
    {
        var draft = $"{target}.new";
        using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        if (!OperatingSystem.IsWindows() && File.Exists(target))
            File.SetUnixFileMode(draft, File.GetUnixFileMode(target));
        File.Move(draft, target, overwrite: true);
    }
}

/// <param name="Token">Names the file that was compared with; applying takes it.</param>
/// <param name="Diff">Null: the new file has faults.</param>
public sealed record MunicipalityPreview(string Token, MunicipalityDiff? Diff, IReadOnlyList<MunicipalityFault> Faults);

[JsonConverter(typeof(CamelCaseEnum<ApplyOutcome>))]
public enum ApplyOutcome
{
    Applied,

    /// <summary>The file says this already, to the letter.</summary>
    Unchanged,

    Faulty,

    /// <summary>Something in it must not change so.</summary>
    Refused,

    /// <summary>Another change came between.</summary>
    Stale,

    NotWritable,
}

/// <param name="Token">Of the file as it is afterwards.</param>
public sealed record MunicipalityApplied(ApplyOutcome Outcome, string Token)
{
    public MunicipalityDiff? Diff { get; init; }

    public IReadOnlyList<MunicipalityFault> Faults { get; init; } = [];

    /// <summary>Why not, for a person.</summary>
    public string? Problem { get; init; }

    /// <summary>Where the replaced file lies.</summary>
    public string? Kept { get; init; }
}

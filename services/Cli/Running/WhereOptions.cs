using System.CommandLine;

namespace ClaimsTransfer.Cli.Running;

/// <summary>Which running system a command talks to.</summary>
public sealed class WhereOptions
{
    private readonly Option<string?> _data = new("--data") { Description = "The data folder of the running system; the last run's when absent.", Recursive = true, HelpName = "DIR" };
    private readonly Option<string?> _url = new("--url") { Description = "The address of a system that runs in one process, instead of --data.", Recursive = true, HelpName = "URL" };

    public void AddTo(Command root)
    {
        root.Add(_data);
        root.Add(_url);
    }

    /// <summary>A system given by its address has no data folder that is known, unless that is given too.</summary>
    public bool KnowsData(ParseResult parsed) => string.IsNullOrEmpty(parsed.GetValue(_url)) || !string.IsNullOrEmpty(parsed.GetValue(_data));

    public string Data(ParseResult parsed) => DataFolder.Resolve(parsed.GetValue(_data));

    public RunningSystem Find(ParseResult parsed) =>
        parsed.GetValue(_url) is { Length: > 0 } url ? RunningSystem.At(url, KnowsData(parsed) ? Settings.Of(Data(parsed)) : Settings.OfTheEnvironment()) : RunningSystem.In(Data(parsed));
}

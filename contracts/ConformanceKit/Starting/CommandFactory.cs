using ClaimsTransfer.ConformanceKit.DebtorSystems;
using ClaimsTransfer.ConformanceKit.Proving;

namespace ClaimsTransfer.ConformanceKit.Starting;

/// <summary>A connector that is started by a command line, or runs already; before the kit's stand-in, or the vendor's own test system.</summary>
/// <param name="command">Null: it runs already.</param>
/// <param name="query">The vendor's test system; null: the stand-in.</param>
public sealed class CommandFactory(string? command, Uri? query, string version, TimeProvider time) : IConnectorFactory
{
    private readonly IReadOnlyList<string> _command = command is null ? [] : Words(command);

    public async Task<IDebtorSystem> OpenDebtorSystemAsync(string municipality, CancellationToken cancellation) =>
        query is null ? await StandInDebtorSystem.StartAsync(municipality, time, cancellation) : await QueriedDebtorSystem.OpenAsync(query, cancellation);

    public Task<IRunningConnector> StartAsync(ConnectorStart start, CancellationToken cancellation) =>
        Task.FromResult<IRunningConnector>(_command.Count == 0 ? new RunningElsewhere(version) : ProcessConnector.Start(_command, version, start));

    /// <summary>Words between spaces; what stands between quotes is one.</summary>
    internal static IReadOnlyList<string> Words(string text)
    {
        List<string> words = [];
        var word = new System.Text.StringBuilder();
        char? quote = null;
        var begun = false;
        foreach (var letter in text)
        {
            if (quote is not null && letter == quote)
                quote = null;
            else if (quote is null && letter is '"' or '\'')
                (quote, begun) = (letter, true);
            else if (quote is null && char.IsWhiteSpace(letter))
                End();
            else
                (begun, _) = (true, word.Append(letter));
        }

        if (quote is not null)
            throw new ConformanceUsageException($"--start '{text}' has a {quote} that is not closed.");
        End();
        return words.Count > 0 ? words : throw new ConformanceUsageException("--start is empty; --start \"node connector.js\" is a good one.");

        void End()
        {
            if (begun)
                words.Add(word.ToString());
            (begun, _) = (false, word.Clear());
        }
    }
}

using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.Defaults.Municipalities;

namespace ClaimsTransfer.OperationsConsole.Municipalities;

/// <summary>
/// A municipality goes live when its vendor's connector has been proved: <c>Console:Conformance</c> is a folder with a result of the conformance kit for each vendor
/// (<c>KmdOpus.json</c>). Without the setting nobody is asked.
/// </summary>
public sealed class ConformanceGate(ConsoleOptions options, TimeProvider time) : IGoLiveGate
{
    private const int MostReasons = 3;

    public string? Against(Municipality municipality)
    {
        if (options.Conformance.Length == 0)
            return null;
        var file = Path.Combine(options.Conformance, $"{municipality.Vendor}.json");
        if (!File.Exists(file))
            return $"{municipality.Name} cannot go live: there is no result of the conformance kit for {municipality.Vendor} at {file}. Make one: claims conform --connector {municipality.Vendor} --json {municipality.Vendor}.json";
        IReadOnlyList<string> against;
        try
        {
            against = ResultGate.Against(ResultGate.Read(file), new GateTerms(options.ConformanceKeys, Connector: null), time.GetUtcNow());
        }
        catch (ConformanceUsageException fault)
        {
            against = [fault.Message];
        }

        return against.Count == 0 ? null
            : $"{municipality.Name} cannot go live: the connector to {municipality.Vendor} is not proved. {string.Join(' ', against.Take(MostReasons))}{(against.Count > MostReasons ? $" And {against.Count - MostReasons} more." : "")} All of it: claims conform verify {file}";
    }
}

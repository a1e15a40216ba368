using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Telemetry;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Telemetry;

public sealed class When_the_figures_are_listed
{
    [Test]
    public void the_table_has_each_of_them_with_its_kind()
    {
        var made = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name is ClaimMetrics.MeterName or MessagingTelemetry.Name)
                    made[instrument.Name] = KindOf(instrument);
            },
        };
        listener.Start();
        RuntimeHelpers.RunClassConstructor(typeof(ClaimMetrics).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(MessagingTelemetry).TypeHandle);

        var listed = Regex.Matches(File.ReadAllText(Readme()), @"^\| `(?<name>(claims|messaging)\.[a-z_.]+)` \| (?<kind>\w+) \|", RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
            .ToDictionary(row => row.Groups["name"].Value, row => row.Groups["kind"].Value);

        new SortedDictionary<string, string>(listed, StringComparer.Ordinal).ShouldBe(made);
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Counter<long> => "counter",
        Histogram<double> => "histogram",
        _ => "gauge",
    };

    private static string Readme([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "services", "Defaults", "Telemetry", "README.md");
}

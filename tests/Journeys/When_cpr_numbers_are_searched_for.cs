using System.Text.Json;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>
/// After a run of the whole system, with every log, every trace and a stop by <c>kill -9</c> that leaves queues and files as they were, everything on disk is searched for
/// the CPR numbers and the birth dates that were sent, and for what others than its owner may read. It ends the shared system, and so comes after those that look at it.
/// </summary>
[TestFixture("embedded")]
[TestFixture("servers")]
[Parallelizable(ParallelScope.Self)]
public sealed class When_cpr_numbers_are_searched_for(string how)
{
    /// <summary>From here on a day may as well be a claim's or a cut-over.</summary>
    private const int FirstClaims = 2018;

    private readonly string _folder = Folders.New($"cpr-{how}");
    private HashSet<string> _sent = null!;
    private HashSet<string> _born = null!;
    private string _data = null!;

    [OneTimeSetUp]
    public async Task Travel()
    {
        var shared = await SharedSystem.ForAsync(how);
        _data = shared.Data;
        var sample = Sample.Journey(_folder, 1_500, seed: 13);
        _sent = [.. sample.CprNumbers(), SharedSystem.Cpr];
        _born = [.. sample.Lines.Select(line => line.Claim?.BornOn).OfType<DateOnly>().Where(day => day.Year < FirstClaims).Select(day => $"{day:yyyy-MM-dd}")];
        var before = (await Wait.ForReportAsync(shared.System, "nothing else is on its way", report => report.Total.InFlight == 0, TimeSpan.FromMinutes(1), shared.Run)).Total;
        await shared.PostAsync("sandbox", "/sandbox/faults", new StringContent("down=0751,drop-reply=0.05,reject=0.05"));
        await shared.PostAsync("sandbox", "/sandbox/money", new StringContent("pay=0.4,part=0.2,over=0.05,reverse=0.05,writeoff=0.05,collect=0.05,duplicate=0.1"));
        await shared.ClaimsAsync(0, "import", sample.File, "--allow-refused");
        await Wait.ForReportAsync(shared.System, "all but one municipality's claims have arrived, and money has come back",
            report => report.Total.Accepted == before.Accepted + 1_500 && report.Total.CoveredOre > before.CoveredOre && report.Total.ReversedOre > before.ReversedOre
                && report.Municipalities.All(entry => entry.Key == "0751" || entry.Value.InFlight == 0) && report.Municipalities["0751"].InFlight > 0,
            TimeSpan.FromMinutes(4), shared.Run);
        await Wait.ForAsync("spans are written", () => Task.FromResult(Traces().Any()), TimeSpan.FromSeconds(30), shared.Run);
        await SharedSystem.KillAsync(how);
    }

    [Test]
    public void many_were_sent() => _sent.Count.ShouldBeGreaterThan(1_000);

    [Test]
    public void none_is_in_any_file() => Search(FirstIn).ShouldBeEmpty();

    [Test]
    public void no_birth_date_is_in_any_file()
    {
        _born.Count.ShouldBeGreaterThan(500);
        Search(FirstBirthDateIn).ShouldBeEmpty();
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void others_may_read_nothing()
    {
        if (how != "embedded")
            Assert.Ignore("Servers under accounts of their own go through the folder.");
        // What other journeys put there by hand they put as anybody would: files for the Prisme stand-in, and another municipalities.yaml.
        Directory.EnumerateFileSystemEntries(_data, "*", SearchOption.AllDirectories).Prepend(_data)
            .Where(path => Path.GetExtension(path) != ".bet" && !Path.GetFileName(path).StartsWith("municipalities.yaml", StringComparison.Ordinal))
            .Where(OwnersAlone.IsOpen).ShouldBeEmpty();
    }

    [Test]
    public void the_search_would_find_one()
    {
        var file = Path.Combine(_folder, "planted");
        File.WriteAllText(file, $"…{_sent.First()}…");
        FirstIn(file).ShouldNotBeNull();
        File.WriteAllText(file, $"…{_born.First()}…");
        FirstBirthDateIn(file).ShouldNotBeNull();
        File.WriteAllText(file, "12345678901234567890");
        FirstIn(file).ShouldBeNull();
    }

    [Test]
    public void one_trace_goes_through_every_hop()
    {
        var hops = Traces().SelectMany(File.ReadLines).Select(line => JsonDocument.Parse(line).RootElement)
            .GroupBy(span => span.GetProperty("trace").GetString()!)
            .Select(trace => trace.Select(span => span.GetProperty("source").GetString()!).ToHashSet(StringComparer.Ordinal)).ToList();
        hops.ShouldContain(sources => sources.Contains("ClaimsTransfer.Ingest") && sources.Contains("ClaimsTransfer.Routing") && sources.Any(source => source.StartsWith("ClaimsTransfer.Connector", StringComparison.Ordinal)));
    }

    private IEnumerable<string> Traces() => Directory.Exists(Path.Combine(_data, "traces")) ? Directory.EnumerateFiles(Path.Combine(_data, "traces")) : [];

    private List<string> Search(Func<string, long?> first)
    {
        var searched = 0;
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(_data, "*", SearchOption.AllDirectories))
        {
            try
            {
                if (first(file) is { } place)
                    found.Add($"{Path.GetRelativePath(_data, file)} at {place}");
                searched++;
            }
            catch (FileNotFoundException)
            {
                // A server that still runs has thrown it away since it was listed: nothing is left to find in it.
            }
        }
        searched.ShouldBeGreaterThan(8);
        return found;
    }

    /// <summary>Where a day as JSON writes it is one on which somebody was born.</summary>
    private long? FirstBirthDateIn(string file)
    {
        const int Length = 10;
        using var content = new BufferedStream(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), 1 << 20);
        var last = new char[Length];
        var lookup = _born.GetAlternateLookup<ReadOnlySpan<char>>();
        var place = 0L;
        for (int next; (next = content.ReadByte()) >= 0; place++)
        {
            Array.Copy(last, 1, last, 0, Length - 1);
            last[^1] = (char)next;
            if (last[4] == '-' && last[7] == '-' && lookup.Contains(last))
                return place - Length + 1;
        }
        return null;
    }

    /// <summary>Where a run of exactly ten digits, or one with a hyphen as people write it, is a number that was sent; as UTF-8, which is ASCII here.</summary>
    private long? FirstIn(string file)
    {
        using var content = new BufferedStream(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), 1 << 20);
        Span<char> digits = stackalloc char[10];
        var (run, place) = (0, 0L);
        var lookup = _sent.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int next; (next = content.ReadByte()) >= 0; place++)
        {
            if (next is >= '0' and <= '9')
            {
                if (run < 10)
                    digits[run] = (char)next;
                run++;
                continue;
            }
            if (run == 6 && next == '-')
                continue;
            if (run == 10 && lookup.Contains(digits))
                return place - 10;
            run = 0;
        }
        return run == 10 && lookup.Contains(digits) ? place - 10 : null;
    }
}

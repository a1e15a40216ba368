using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.ConnectorSdk.Hosting;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

/// <summary>Whoever writes a connector for the first time: each mistake is told at the start, by what is wrong, where it stands and what would be right.</summary>
public sealed class When_a_connector_is_set_up_wrongly
{
    private const string Served = """- { code: "0101", name: København, cvr: "64942212", vendor: KmdOpus, stage: Live, cutover: 2020-11-01, minorPolicy: HoldForPerson }""";
    private static readonly TimeSpan Good = TimeSpan.FromSeconds(30);
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("Acme")]
    [TestCase("kmdopus")]
    [TestCase("0")]
    [TestCase("")]
    public void a_vendor_that_does_not_exist_is_told_with_those_that_do(string vendor) =>
        Should.Throw<ArgumentException>(() => Builder().AddConnector<ForgetfulDebtorSystem>(vendor)).Message
            .ShouldSatisfyAllConditions(
                text => text.ShouldContain($"AddConnector<ForgetfulDebtorSystem>(\"{vendor}\")"),
                text => text.ShouldContain("KmdOpus, Prisme, OesIndsigt"),
                text => text.ShouldContain("builder.AddConnector<ForgetfulDebtorSystem>(\"KmdOpus\")"));

    [Test]
    public void a_vendor_that_is_added_twice_is_told()
    {
        var builder = Builder();
        builder.AddConnector<ForgetfulDebtorSystem>("KmdOpus");

        Should.Throw<ArgumentException>(() => builder.AddConnector<ListingDebtorSystem>("KmdOpus")).Message.ShouldContain("a connector was added for KmdOpus before");
    }

    [Test]
    public async Task mapping_a_connector_that_was_not_added_says_how_it_is_added()
    {
        await using var app = Builder().Build();

        Should.Throw<InvalidOperationException>(() => app.MapConnector("Prisme")).Message.ShouldContain("builder.AddConnector<MyConnector>(\"Prisme\")");
    }

    [Test]
    public void every_setting_that_is_wrong_is_told_at_once_where_it_was_given()
    {
        var builder = Builder(
            ("Connectors:CallTimeout", "00:02:00"), ("Connectors:KmdOpus:Instances", "0"), ("Connectors:GiveUpAfter", "a day"), ("Connectors:MaxInHand", "many"),
            ("Connectors:KmdOpus:RetryAfter", "00:01:00"), ("Connectors:CallTimout", "00:00:10"));

        var told = Should.Throw<SettingsException>(() => builder.AddConnector<ForgetfulDebtorSystem>("KmdOpus")).Message;

        told.ShouldContain("Connectors:CallTimeout is 00:02:00 and must be more than nothing and below one minute");
        told.ShouldContain("a good one is 00:00:30");
        told.ShouldContain("Connectors:KmdOpus:Instances is 0 and must be 1 or more");
        told.ShouldContain("Connectors:GiveUpAfter is 'a day', which is no time");
        told.ShouldContain("Connectors:MaxInHand is 'many', which is no whole number; a good one is 5000");
        told.ShouldContain("Connectors:LongestPause is 00:00:30 and must be at least RetryAfter (00:01:00)");
        told.ShouldContain("Connectors:CallTimout is no setting of connectors. Known: AskAfter");
        told.ShouldContain("Connectors__CallTimeout=00:00:30");
    }

    [Test]
    public void a_vendors_own_settings_are_left_to_it() =>
        Should.NotThrow(() => Builder(("Connectors:KmdOpus:CallbackUrl", "https://connector.example.dk"), ("Connectors:KmdOpus:CallTimeout", "00:00:10"), ("Connectors:GiveUpAfter", "02:00:00"))
            .AddConnector<ForgetfulDebtorSystem>("KmdOpus"));

    [Test]
    public async Task every_capability_that_cannot_be_is_told_at_once()
    {
        Incapable.Says = new ConnectorCapabilities(
            "Prisme", BatchSize: 0, ReadInterval: TimeSpan.Zero, new OpeningHours(new TimeOnly(8, 0), new TimeOnly(8, 0), Weekends: true), Linger: TimeSpan.FromMinutes(5));

        var told = await RefusedAsync();

        told.ShouldContain("Incapable.Capabilities cannot be used");
        told.ShouldContain("Vendor is \"Prisme\", and the connector was added by AddConnector(\"KmdOpus\")");
        told.ShouldContain("BatchSize is 0");
        told.ShouldContain("ReadInterval is 00:00:00");
        told.ShouldContain("null where the debtor system pushes");
        told.ShouldContain("OpeningHours are from 08:00 to 08:00, which is never");
        told.ShouldContain("Linger is 00:05:00");
        told.ShouldContain("Good: new ConnectorCapabilities(\"KmdOpus\", BatchSize: 100, ReadInterval: TimeSpan.FromSeconds(30))");
    }

    [Test]
    public async Task capabilities_that_are_not_there_are_told()
    {
        Incapable.Says = null!;

        (await RefusedAsync()).ShouldContain("Incapable.Capabilities is null");
    }

    [TestCase(1, null)]
    [TestCase(1, 1)]
    public async Task what_can_be_is_taken(int batchSize, int? readSeconds)
    {
        Incapable.Says = new ConnectorCapabilities("KmdOpus", batchSize, readSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, new OpeningHours(new TimeOnly(22, 0), new TimeOnly(6, 0), false));
        await using var app = Builder().Composed<Incapable>().Build();

        Should.NotThrow(() => app.MapConnector("KmdOpus"));
    }

    [Test]
    public async Task a_vendor_that_no_municipality_has_is_told_in_the_log() =>
        (await LogOfStartAsync(Served.Replace("KmdOpus", "Prisme", StringComparison.Ordinal))).ShouldContain(line =>
            line.Contains("KmdOpus serves no municipality: no municipality in municipalities.yaml has 'vendor: KmdOpus'", StringComparison.Ordinal) && line.Contains("CLAIMS_MUNICIPALITIES", StringComparison.Ordinal));

    [Test]
    public async Task a_vendor_whose_municipalities_are_all_planned_is_told_in_the_log() =>
        (await LogOfStartAsync(Served.Replace("Live", "Planned", StringComparison.Ordinal))).ShouldContain(line =>
            line.Contains("all of its municipalities have 'stage: Planned' (0101); with Test or Live their instructions are taken", StringComparison.Ordinal));

    [Test]
    public async Task a_municipality_without_an_endpoint_is_told_in_the_log() =>
        (await LogOfStartAsync(Served)).ShouldContain(line => line.Contains("KmdOpus: municipality 0101 has no endpoint, so its instructions wait", StringComparison.Ordinal));

    [Test]
    public async Task where_nothing_is_wrong_nothing_is_told() =>
        (await LogOfStartAsync(Served.Replace(" }", ", endpoint: \"https://debtor.invalid\" }", StringComparison.Ordinal))).ShouldNotContain(line => line.StartsWith("Warning ClaimsTransfer.ConnectorSdk", StringComparison.Ordinal));

    private WebApplicationBuilder Builder(params IReadOnlyList<(string Key, string Value)> settings)
    {
        var municipalities = Path.Combine(_folder.Path, "municipalities.yaml");
        if (!File.Exists(municipalities))
            File.WriteAllText(municipalities, Served);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Claims:Data"] = _folder.Path;
        builder.Configuration["Claims:Municipalities"] = municipalities;
        builder.Configuration["Claims:Log"] = "file";
        foreach (var (key, value) in settings)
            builder.Configuration[key] = value;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder;
    }

    private async Task<string> RefusedAsync()
    {
        await using var app = Builder().Composed<Incapable>().Build();
        return Should.Throw<InvalidOperationException>(() => app.MapConnector("KmdOpus")).Message;
    }

    private async Task<IReadOnlyList<string>> LogOfStartAsync(string municipalities)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "municipalities.yaml"), municipalities);
        Incapable.Says = new ConnectorCapabilities("KmdOpus", 1, Good);
        var lines = new Heard();
        var builder = Builder().Composed<Incapable>();
        builder.Services.AddSingleton<ILoggerProvider>(lines);
        await using var app = builder.Build();
        app.MapConnector("KmdOpus");
        await app.StartAsync();
        await app.StopAsync();
        return lines.All;
    }

    /// <summary>Says of itself what the test has it say.</summary>
    private sealed class Incapable : IConnector
    {
        public static ConnectorCapabilities Says { get; set; } = null!;

        public ConnectorCapabilities Capabilities => Says;

        public Task<IReadOnlyList<Submitted>> SubmitAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<Submitted>>([.. instructions.Select(_ => new Submitted.Accepted(null, null))]);

        public Task<IReadOnlyList<Found>> FindAsync(DebtorSystem system, IReadOnlyList<Instruction> instructions, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<Found>>([.. instructions.Select(_ => new Found.NotThere())]);

        public Task<ReadBack> ReadAsync(DebtorSystem system, string? cursor, CancellationToken cancellation) => Task.FromResult(new ReadBack([], cursor));
    }

    private sealed class Heard : ILoggerProvider
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public ILogger CreateLogger(string categoryName) => new Ear(categoryName, _lines);

        public void Dispose()
        {
            // Nothing is held.
        }

        private sealed class Ear(string category, List<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (!IsEnabled(logLevel))
                    return;
                lock (lines)
                    lines.Add($"{logLevel} {category} {formatter(state, exception)}");
            }
        }
    }
}

/// <summary>A step of a composition, so that a test reads as one.</summary>
internal static class Composing
{
    public static WebApplicationBuilder Composed<TConnector>(this WebApplicationBuilder builder)
        where TConnector : class, IConnector
    {
        builder.AddConnector<TConnector>("KmdOpus");
        return builder;
    }
}

using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using Microsoft.Extensions.Configuration;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

/// <summary>What cannot be read is told of without its password, whatever it is that cannot be read.</summary>
[TestFixture]
public sealed class When_an_address_holds_a_password
{
    private const string Marker = "Hemmeligt-1905";

    /// <summary>What people write: a forgotten scheme, signs of a URL within the password, one colon too many.</summary>
    private static readonly string[] Written =
    [
        $"SCHEME://claims:{Marker}@", $"SCHEME:/claims:{Marker}@host.example/x", $"SCHEME:claims:{Marker}@host.example", $"SCHEME//claims:{Marker}@host.example",
        $"SCHEME://claims:a/{Marker}@host.example/x", $"SCHEME://claims:12/{Marker}@host.example/x", $"SCHEME://claims:12#{Marker}@host.example/x",
        $"SCHEME://claims:12?{Marker}@host.example/x", $"SCHEME://claims:a:{Marker}@host.example/x", $"SCHEME://claims:{Marker}@host.example:port/x",
        $"SCHEME://claims:a@{Marker}@host.example/x", $"SCHEME://{Marker}@host.example:99999999/x", $"claims:{Marker}@host.example", $"{Marker}", $"ftp://claims:{Marker}@host.example/",
        $"SCHEME://host.example/x?password={Marker}&nonsense", $"SCHEME://claims:x@host.example/x?password=a&{Marker}", $"Server=db.example;Password={Marker}",
        $"sqlserver:Server=db.example;Pasword={Marker}", $"sqlserver:Server=db.example;Password=a;{Marker}=b", $"sqlserver:Server=db.example;Password=\"{Marker}",
        $"sqlserver:Server=db.example;Encrypt={Marker}", $"sqlserver:{Marker}",
    ];

    private static readonly (string Variable, string Scheme)[] Settings =
    [
        ("CLAIMS_BROKER", "amqp"), ("CLAIMS_BROKER", "amqps"), ("CLAIMS_BROKER_MANAGEMENT", "https"), ("CLAIMS_BROKER_MANAGEMENT", "http"), ("CLAIMS_STORE", "postgres"),
        ("CLAIMS_STORE", "sqlserver"), ("CLAIMS_SANDBOX", "http"),
    ];

    private static IEnumerable<TestCaseData> Malformed() =>
        from setting in Settings
        from written in Written
        select new TestCaseData(setting.Variable, written.Replace("SCHEME", setting.Scheme, StringComparison.Ordinal));

    /// <summary>A password of PostgreSQL's may have a colon in it.</summary>
    private static IEnumerable<string> OfStores() =>
        from scheme in (string[])["postgres", "sqlserver"]
        from written in Written
        where !(scheme == "postgres" && written.StartsWith("SCHEME://claims:a:", StringComparison.Ordinal))
        select written.Replace("SCHEME", scheme, StringComparison.Ordinal);

    [TestCaseSource(nameof(Malformed))]
    public void it_is_in_no_text_of_what_is_wrong_with_a_setting(string variable, string value)
    {
        try
        {
            Read((variable, value)).ToString().ShouldNotContain(Marker);
        }
        catch (SettingsException wrong)
        {
            wrong.ToString().ShouldNotContain(Marker);
            wrong.Message.ShouldContain(variable);
        }
    }

    [TestCaseSource(nameof(Malformed))]
    public void it_is_not_shown(string variable, string value) => Installation.Redacted(value).ShouldNotContain(Marker);

    [TestCaseSource(nameof(OfStores))]
    public void it_is_not_said_by_a_store_that_cannot_be_opened(string value) =>
        Should.Throw<ArgumentException>(() => new Stores(new Installation { Store = value })).ToString().ShouldNotContain(Marker);

    [TestCase("amqps://rabbitmq.example:5671/claims", "amqps://rabbitmq.example:5671/claims")]
    [TestCase("amqps://claims:x@rabbitmq.example:5671/claims", "amqps://claims:…@rabbitmq.example:5671/claims")]
    [TestCase("https://x@rabbitmq.example/", "https://…@rabbitmq.example/")]
    [TestCase("embeded", "embeded")]
    public void What_is_no_secret_is_shown(string value, string shown) => Installation.Redacted(value).ShouldBe(shown);

    private static Installation Read(params (string Variable, string Value)[] given) => InstallationSettings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(given.Select(setting => KeyValuePair.Create(setting.Variable, (string?)setting.Value))).Build());
}

using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Journeys.Running;
using Microsoft.Extensions.Configuration;
using Shouldly;

namespace ClaimsTransfer.Journeys.Settings;

[TestFixture]
public sealed class When_the_settings_are_wrong
{
    [TestCase("CLAIMS_BROKER", "rabbit", "amqps://")]
    [TestCase("CLAIMS_BROKER", "amqp://rabbitmq.example:5672/claims", "amqps://rabbitmq.example:5671/claims")]
    [TestCase("CLAIMS_BROKER", "amqps://rabbitmq.example:5671/claims", "Claims:BrokerCertificate=/etc/claims/tls/ingest.pem")]
    [TestCase("CLAIMS_TRANSPORT", "rabbit", "MassTransit")]
    [TestCase("CLAIMS_BROKER_MANAGEMENT", "http://rabbitmq.example:15672/", "https://rabbitmq.example:15671")]
    [TestCase("CLAIMS_BROKER_CA", "/not/there.pem", "/etc/claims/tls/ca.pem")]
    [TestCase("CLAIMS_BROKER_CERTIFICATE", "/not/there.pem", "/etc/claims/tls/ingest.pem")]
    [TestCase("CLAIMS_BROKER_KEY", "/not/there.key", "/etc/claims/tls/ingest.key")]
    [TestCase("CLAIMS_ALLOW_PLAIN_BROKER", "perhaps", "false")]
    [TestCase("CLAIMS_STORE", "mysql://x", "postgres://")]
    [TestCase("CLAIMS_SANDBOX", "somewhere", "http://127.0.0.1:5080")]
    [TestCase("CLAIMS_LOG", "nowhere", "file")]
    [TestCase("CLAIMS_TRACES", "yes", "file")]
    [TestCase("CLAIMS_INSTANCE", "a b", "2")]
    [TestCase("CLAIMS_SHUTDOWN_TIMEOUT", "soon", "00:00:25")]
    [TestCase("CLAIMS_MUNICIPALITIES", "/not/there.yaml", "municipalities.yaml")]
    [TestCase("CLAIMS_MASTER_KEY_FILE", "/not/there", "/run/secrets")]
    public void the_message_names_variable_value_and_a_good_one(string variable, string value, string good)
    {
        var message = Should.Throw<SettingsException>(() => Read((variable, value))).Message;
        message.ShouldContain(variable);
        message.ShouldContain(value);
        message.ShouldContain(good);
    }

    [Test]
    public void all_faults_are_named_at_once() =>
        Should.Throw<SettingsException>(() => Read(("CLAIMS_BROKER", "x"), ("CLAIMS_LOG", "y"))).Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("CLAIMS_BROKER"), message => message.ShouldContain("CLAIMS_LOG"));

    [Test]
    public void TLS_that_would_have_no_effect_is_named()
    {
        var there = Path.Combine(Repository.Root, "README.md");

        Should.Throw<SettingsException>(() => Read(("CLAIMS_BROKER", "amqp://127.0.0.1"), ("CLAIMS_BROKER_CA", there))).Message.ShouldContain("without effect, because Claims:Broker is without TLS");
        Should.Throw<SettingsException>(() => Read(("CLAIMS_BROKER", "amqps://a:b@127.0.0.1"), ("CLAIMS_BROKER_KEY", there))).Message.ShouldContain("a key without its certificate");
        Should.Throw<SettingsException>(() => Read(("CLAIMS_BROKER", "amqps://127.0.0.1"), ("CLAIMS_BROKER_CERTIFICATE", there), ("CLAIMS_BROKER_MANAGEMENT", "https://127.0.0.1:15671"))).Message
            .ShouldContain("takes no certificates for a login");
    }

    [Test]
    public void a_broker_without_TLS_is_for_this_machine_unless_it_is_allowed()
    {
        Read(("CLAIMS_BROKER", "amqp://127.0.0.1:5672")).Broker.ShouldBe("amqp://127.0.0.1:5672");
        Read(("CLAIMS_BROKER", "amqp://localhost")).Broker.ShouldBe("amqp://localhost");
        Read(("CLAIMS_BROKER", "amqp://rabbitmq.example"), ("CLAIMS_ALLOW_PLAIN_BROKER", "true")).AllowPlainBroker.ShouldBeTrue();
        Read(("CLAIMS_BROKER", "amqps://a:b@rabbitmq.example")).Broker.ShouldBe("amqps://a:b@rabbitmq.example");
    }

    [Test]
    public void a_key_that_nobody_reads_is_named() => Should.Throw<SettingsException>(() => Read(("Claims:Brokr", "embedded"))).Message.ShouldContain("Claims:Brokr");

    [TestCase("mysql://claims:topsecret@db")]
    [TestCase("mysql://db/claims?password=topsecret")]
    [TestCase("Server=db;User ID=claims;Password=topsecret")]
    [TestCase("sqlsrv:Server=db;User ID=claims;Password=topsecret")]
    public void a_secret_is_not_repeated(string store) => Should.Throw<SettingsException>(() => Read(("CLAIMS_MASTER_KEY", "hemmeligt"), ("CLAIMS_STORE", store))).Message
        .ShouldSatisfyAllConditions(message => message.ShouldNotContain("hemmeligt"), message => message.ShouldNotContain("topsecret"), message => message.ShouldContain("CLAIMS_STORE"));

    [Test]
    public void the_environment_wins_over_the_file() =>
        Read(("Claims:Data", "from-file"), ("CLAIMS_DATA", "from-environment")).Data.ShouldBe("from-environment");

    private static Installation Read(params (string Key, string Value)[] values) =>
        InstallationSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create<string, string?>(v.Key, v.Value))).Build());
}

using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Storage;
using Npgsql;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Hosting;

/// <summary>What crosses a network is secured, and who answers has been asked for its certificate.</summary>
[TestFixture]
public sealed class When_the_other_side_is_on_another_machine
{
    [TestCase("postgres://claims:x@db.example/claims?sslmode=Disable")]
    [TestCase("postgres://claims:x@db.example/claims?sslmode=Prefer")]
    [TestCase("postgres://claims:x@db.example/claims?sslmode=Require")]
    [TestCase("postgres://claims:x@db.example/claims?ssl+mode=VerifyCA")]
    [TestCase("postgres://claims:x@127.0.0.1/claims?host=db.example&sslmode=Require")]
    [TestCase("postgres://claims:x@127.0.0.1/claims?host=127.0.0.1,db.example&sslmode=Require")]
    [TestCase("sqlserver:Server=db.example;Database=claims;Encrypt=False")]
    [TestCase("sqlserver:Server=db.example;Database=claims;TrustServerCertificate=True")]
    [TestCase("sqlserver:Server=tcp:10.0.0.4,1433;Database=claims;Encrypt=Optional")]
    [TestCase("sqlserver:Server=db.example\\LOCAL;Database=claims;Trust Server Certificate=yes")]
    public void A_store_whose_certificate_would_not_be_checked_is_refused(string store) => Stores.ProblemOf(new Installation { Store = store }).ShouldNotBeNull();

    [TestCase("postgres://claims:x@db.example/claims?sslmode=Prefer")]
    [TestCase("sqlserver:Server=db.example;Database=claims;TrustServerCertificate=True")]
    public void It_may_be_allowed(string store) => Stores.ProblemOf(new Installation { Store = store, AllowPlainStore = true }).ShouldBeNull();

    [TestCase("sqlserver:Server=db.example;Database=claims")]
    [TestCase("sqlserver:Server=tcp:127.0.0.1,1433;Database=claims;TrustServerCertificate=True")]
    [TestCase("sqlserver:Server=localhost;Database=claims;TrustServerCertificate=True")]
    [TestCase("postgres://claims:x@localhost/claims?sslmode=Disable")]
    [TestCase("postgres://claims:x@127.0.0.1/claims?host=/var/run/postgresql")]
    public void Here_and_where_it_is_checked_nothing_is_wrong(string store) => Stores.ProblemOf(new Installation { Store = store }).ShouldBeNull();

    [Test]
    public void PostgreSQL_shows_a_certificate_of_the_CA_that_is_named()
    {
        var settings = PostgresStore.Settings(new Installation { Store = "postgres://claims:x@db.example/claims", StoreCa = "/etc/claims/tls/store-ca.pem" });

        settings.SslMode.ShouldBe(SslMode.VerifyFull);
        settings.RootCertificate.ShouldBe("/etc/claims/tls/store-ca.pem");
        PostgresStore.Settings(new Installation { Store = "postgres://claims:x@127.0.0.1/claims" }).SslMode.ShouldBe(SslMode.Prefer);
    }

    [TestCase("http://opus.example.dk/debitor", "without TLS")]
    [TestCase("https://claims:Hemmeligt-1905@opus.example.dk/debitor", "password")]
    public void A_debtor_system_without_TLS_or_with_a_password_in_its_address_is_refused_with_line_and_key(string endpoint, string why)
    {
        var fault = Read(endpoint).Faults.ShouldHaveSingleItem();

        fault.ToString().ShouldContain(why);
        fault.ToString().ShouldNotContain("Hemmeligt");
        (fault.Line, fault.Key).ShouldBe((8, "endpoint"));
    }

    [TestCase("http://127.0.0.1:5080/debitor")]
    [TestCase("http://localhost/debitor")]
    [TestCase("https://opus.example.dk/debitor")]
    public void One_on_this_machine_or_by_TLS_is_not(string endpoint) => Read(endpoint).Faults.ShouldBeEmpty();

    [Test]
    public void One_without_TLS_may_be_allowed() => Read("http://opus.example.dk/debitor", allowPlain: true).Faults.ShouldBeEmpty();

    private static MunicipalityFile Read(string endpoint, bool allowPlain = false) => MunicipalityFile.Parse(
        $"""
        - code: "0101"
          name: København
          cvr: "64942212"
          vendor: KmdOpus
          stage: Live
          cutover: 2020-11-01
          minorPolicy: GuardianPays
          endpoint: {endpoint}
        """, "municipalities.yaml", allowPlain);
}

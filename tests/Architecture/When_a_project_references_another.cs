using System.Text.RegularExpressions;
using Shouldly;

namespace ClaimsTransfer.Architecture;

/// <summary>Services know each other only through the wire. Whoever adds a reference that breaks this couples two deployments.</summary>
public sealed partial class When_a_project_references_another
{
    private const string Defaults = "services/Defaults";
    private const string Standalone = "services/Standalone";
    private const string Messages = "contracts/Messages";
    private const string MassTransit = "contracts/MassTransit";
    private const string ConnectorSdk = "contracts/ConnectorSdk";
    private const string ConformanceKit = "contracts/ConformanceKit";
    private const string LocalServers = "services/LocalServers";
    private const string Carrier = "services/Defaults/Messaging/RabbitMq/MassTransit/";

    [Test]
    public void there_are_projects_to_look_at()
    {
        Project.Services.Count.ShouldBeGreaterThan(8);
        Project.Services.Single(project => project.Folder == "services/Ingest").References.ShouldBe([Messages, Defaults], ignoreOrder: true);
    }

    [TestCaseSource(typeof(Project), nameof(Project.Services))]
    public void a_service_sees_only_contracts_and_defaults(Project project)
    {
        if (project.Folder == Standalone)
            return;
        project.References.Where(reference => reference != Defaults && !reference.StartsWith("contracts/", StringComparison.Ordinal))
            .ShouldBeEmpty($"{project.Folder} may reference contracts/ and {Defaults} only; Standalone alone composes services");
    }

    [Test]
    public void standalone_composes_services_and_nothing_else() =>
        Project.Services.Single(project => project.Folder == Standalone).References
            .Where(reference => !reference.StartsWith("services/", StringComparison.Ordinal) && !reference.StartsWith("contracts/", StringComparison.Ordinal))
            .ShouldBeEmpty();

    [Test]
    public void the_messages_depend_on_nothing()
    {
        var messages = Project.All.Single(project => project.Folder == Messages);

        messages.References.ShouldBeEmpty();
        messages.Packages.ShouldBeEmpty("a publisher who takes the messages takes nothing else with them");
    }

    [Test]
    public void the_connector_sdk_stands_on_messages_and_defaults() =>
        Project.All.Single(project => project.Folder == ConnectorSdk).References.ShouldBe([Messages, Defaults], ignoreOrder: true);

    [Test]
    public void the_defaults_stand_on_the_messages_alone() =>
        Project.All.Single(project => project.Folder == Defaults).References.ShouldBe([Messages]);

    [Test]
    public void what_starts_servers_from_packages_is_part_of_no_service_and_no_connector()
    {
        Project.All.Single(project => project.Folder == LocalServers).References.ShouldBeEmpty();
        Project.All.Where(project => !project.IsIn("tests") && project.References.Contains(LocalServers)).Select(project => project.Folder)
            .ShouldBe([ConformanceKit, Standalone], ignoreOrder: true);
    }

    [Test]
    public void a_connector_needs_the_sdk_and_nothing_else()
    {
        var connectors = Project.Services.Where(project => project.IsIn("services/Connectors")).ToList();

        connectors.Count.ShouldBeGreaterThanOrEqualTo(3);
        connectors.ShouldAllBe(project => project.References.SequenceEqual(new[] { ConnectorSdk }));
    }

    [Test]
    public void nothing_that_is_shipped_references_a_test() =>
        Project.All.Where(project => !project.IsIn("tests"))
            .Where(project => project.References.Any(reference => reference.StartsWith("tests/", StringComparison.Ordinal)))
            .ShouldBeEmpty();

    [Test]
    public void every_reference_leads_to_a_project() =>
        Project.All.SelectMany(project => project.References).Except(Project.All.Select(project => project.Folder)).ShouldBeEmpty();

    [Test]
    public void a_publisher_on_MassTransit_takes_the_messages_and_MassTransit()
    {
        var publisher = Project.All.Single(project => project.Folder == MassTransit);

        publisher.References.ShouldBe([Messages]);
        publisher.Packages.ShouldBe(["MassTransit.RabbitMQ"]);
    }

    [Test]
    public void MassTransit_carries_messages_in_one_place()
    {
        var users = Sources("services").Concat(Sources("contracts")).Where(file => UsingMassTransit().IsMatch(Repository.Read(file))).ToList();

        users.ShouldContain(file => file.StartsWith(Carrier, StringComparison.Ordinal));
        users.Where(file => !file.StartsWith(Carrier, StringComparison.Ordinal) && !file.StartsWith($"{MassTransit}/", StringComparison.Ordinal))
            .ShouldBeEmpty($"what stands on a transport sees ITransport alone; MassTransit stays in {Carrier}");
    }

    [Test]
    public void MassTransit_is_never_hosted_so_that_it_tells_nobody_of_its_use() =>
        Sources("services").Where(file => Repository.Read(file).Contains("AddMassTransit(", StringComparison.Ordinal)).ShouldBeEmpty(
            "AddMassTransit reports to MassTransit's makers that it is used; a bus is made by hand");

    [TestCase("contracts/Messages")]
    [TestCase("contracts/ConnectorSdk")]
    [TestCase("services/Routing")]
    [TestCase("services/Payments")]
    public void what_is_simulated_draws_no_time_and_no_ids_of_its_own(string folder) =>
        Project.All.Single(project => project.Folder == folder).Property("PureCore").ShouldBe(
            "true", "the banned-symbols analyzer keeps the clock, new ids and randomness out of it");

    [Test]
    public void versions_are_named_in_one_place() =>
        Project.All.Where(project => Repository.Read(project.Path).Contains(" Version=\"", StringComparison.Ordinal))
            .ShouldBeEmpty("package versions stand in deploy/build/Packages.props");

    private static IEnumerable<string> Sources(string folder) => Repository.FilesUnder(folder, "*.cs");

    [GeneratedRegex(@"^using (static |\w+ = )?(global::)?MassTransit[.;]", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UsingMassTransit();
}

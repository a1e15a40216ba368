using System.Reflection;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Ingest;
using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.OesIndsigt;
using ClaimsTransfer.Ingest.Senders;
using ClaimsTransfer.OperationsConsole;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.Payments;
using ClaimsTransfer.Payments.Reconciliation;
using ClaimsTransfer.Prisme;
using ClaimsTransfer.Routing;
using Shouldly;

namespace ClaimsTransfer.Journeys.Settings;

[TestFixture]
public sealed class When_a_setting_is_bound
{
    private static readonly (string Section, Type Options)[] Bound =
    [
        ("Claims", typeof(Installation)), ("Ingest", typeof(IngestOptions)), ("Ingest:Oidc", typeof(SenderOidcOptions)), ("Routing", typeof(RoutingOptions)), ("Payments", typeof(PaymentsOptions)),
        ("Payments", typeof(ReconciliationOptions)), ("Connectors", typeof(ConnectorOptions)),
        ("Connectors:Prisme", typeof(PrismeOptions)), ("Connectors:OesIndsigt", typeof(IndsigtOptions)),
        ("Console", typeof(ConsoleOptions)), ("Console:Oidc", typeof(OidcOptions)),
    ];

    private static readonly string List = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "SETTINGS.md"));

    [Test]
    public void it_stands_in_the_one_list_of_settings()
    {
        var missing = Bound.SelectMany(bound => Settable(bound.Options).Select(property => $"`{bound.Section}:{property.Name}`")).Where(key => !List.Contains($"| {key} |", StringComparison.Ordinal));
        missing.ShouldBeEmpty();
    }

    [Test]
    public void the_list_names_no_setting_that_is_not_there()
    {
        var known = Bound.SelectMany(bound => Settable(bound.Options).Select(property => $"{bound.Section}:{property.Name}"))
            .Concat(["Connectors:KmdOpus:CallbackListen", "Connectors:KmdOpus:CallbackUrl", "Sandbox:Credentials", "Sandbox:Faults", "Sandbox:Money", "Sandbox:Seed", "Sandbox:PrismeFolder"]).ToHashSet(StringComparer.Ordinal);
        var listed = List.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]).ToList();
        listed.Count.ShouldBeGreaterThan(40);
        listed.Where(key => !known.Contains(key)).ShouldBeEmpty();
    }

    [Test]
    public void every_options_type_of_the_services_is_known_here()
    {
        var types = Bound.Select(bound => bound.Options.Assembly).Append(typeof(KmdOpus.KmdOpusExtensions).Assembly).Append(typeof(Sandbox.SandboxExtensions).Assembly).Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsPublic: true, IsClass: true } && type.Name.EndsWith("Options", StringComparison.Ordinal) && type.Namespace is { } name && !name.EndsWith(".Fbs", StringComparison.Ordinal) && !name.EndsWith(".Local", StringComparison.Ordinal));
        types.Except(Bound.Select(bound => bound.Options)).ShouldBeEmpty();
    }

    [Test]
    public void each_of_the_shared_settings_has_its_environment_variable_in_the_list()
    {
        foreach (var (key, variable) in InstallationSettings.Variables)
            List.ShouldContain($"| `Claims:{key}` | `{variable}` |");
    }

    private static IEnumerable<PropertyInfo> Settable(Type options) =>
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);
}

using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Municipalities;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Municipalities;

public sealed class When_the_municipality_file_changes_while_a_service_runs : MunicipalitiesFixture
{
    private static readonly string Odense = Aarhus.Replace("0751", "0461", StringComparison.Ordinal).Replace("Aarhus", "Odense", StringComparison.Ordinal).Replace("55133018", "35209115", StringComparison.Ordinal);

    [Test]
    public async Task The_next_look_sees_it()
    {
        await File.WriteAllTextAsync(Given, Yaml(Copenhagen, Odense));
        InForce.Find("0461").ShouldBeNull();

        await InForce.LookAsync(default);

        InForce.Find("0461").ShouldNotBeNull().Name.ShouldBe("Odense");
        InForce.Find("0751").ShouldBeNull();
        InForce.All.Select(municipality => municipality.Code).ShouldBe(["0101", "0461"]);
        InForce.Version.ShouldBe(2);
        await InForce.LookAsync(default);
        InForce.Version.ShouldBe(2);
    }

    [Test]
    public async Task A_new_municipality_is_prepared_before_it_is_in_force()
    {
        await File.WriteAllTextAsync(Given, Yaml(Copenhagen, Odense));
        PreparationFails = new TransientException("The broker is away.");
        await InForce.LookAsync(default);
        InForce.Find("0461").ShouldBeNull();

        PreparationFails = null;
        await InForce.LookAsync(default);

        Prepared.ShouldBe(["0101", "0461"]);
        InForce.Find("0461").ShouldNotBeNull();
    }

    [Test]
    public async Task A_faulty_file_leaves_the_last_good_one_in_force_and_is_said_once()
    {
        await File.WriteAllTextAsync(Given, Yaml(Copenhagen, Odense.Replace("Planned", "Soon", StringComparison.Ordinal)));
        await InForce.LookAsync(default);
        await InForce.LookAsync(default);

        InForce.All.Select(municipality => municipality.Code).ShouldBe(["0101", "0751"]);
        Lines.All.Count(line => line.Contains("stage: \"Soon\"", StringComparison.Ordinal)).ShouldBe(1);

        await File.WriteAllTextAsync(Given, Yaml(Copenhagen, Odense));
        await InForce.LookAsync(default);
        InForce.Find("0461").ShouldNotBeNull();
    }

    [Test]
    public async Task A_file_that_is_gone_is_said_once_and_may_come_back()
    {
        File.Delete(Given);
        await InForce.LookAsync(default);
        await InForce.LookAsync(default);

        InForce.Find("0101").ShouldNotBeNull();
        Lines.All.Count(line => line.Contains("cannot be read", StringComparison.Ordinal)).ShouldBe(1);

        await File.WriteAllTextAsync(Given, Yaml(Copenhagen, Odense));
        await InForce.LookAsync(default);
        InForce.Find("0461").ShouldNotBeNull();
    }

    [Test]
    public async Task What_changed_stands_in_the_log()
    {
        await File.WriteAllTextAsync(Given, Yaml(Copenhagen.Replace("Live", "Paused", StringComparison.Ordinal), Aarhus));
        await InForce.LookAsync(default);

        Lines.All.ShouldContain("0101 København has changed: stage Live → Paused");
    }
}

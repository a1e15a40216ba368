using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Tests.Failures;
using ClaimsTransfer.OperationsConsole.Tests.Running;
using ClaimsTransfer.OperationsConsole.Workflows;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Workflows;

[TestFixture]
public sealed class When_the_workflows_are_read
{
    private ServicesBeside _beside = null!;
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _beside = await ServicesBeside.StartAsync();
        _console = await ConsoleInBrowser.StartAsync(("Console:Services:All", _beside.Url));
        await _console.SignInAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _console.DisposeAsync();
        await _beside.DisposeAsync();
    }

    [Test]
    public async Task they_are_usable_by_everyone() => await _console.ShouldBeUsableAsync(await _console.OpenAsync("/console/workflows"), "workflows");

    [Test]
    public async Task every_state_every_operation_and_every_cause_of_the_system_is_written_about()
    {
        var page = await _console.OpenAsync("/console/workflows");
        var saga = Routing.Definition.SagaDefinition.Worked;
        saga.Statuses.Count.ShouldBe(Enum.GetValues<Routing.Saga.ClaimStatus>().Length);
        (await ValuesAsync(page, "status")).ShouldBe(saga.Statuses.Select(status => status.Name.ToString()));
        (await ValuesAsync(page, "operation")).ShouldBe(saga.Operations.Select(operation => operation.Name));
        (await ValuesAsync(page, "cause")).ShouldBe(Causes.All.Select(cause => cause.Key));
        (await page.Locator(".diagram-box").CountAsync()).ShouldBe(saga.Statuses.Count);
        (await page.InnerTextAsync("main")).ShouldNotContain("beskrivelsen følger");
        foreach (var language in new[] { TextCatalogue.Danish, TextCatalogue.English })
        {
            var texts = new TextCatalogue().In(language);
            foreach (var status in saga.Statuses)
            {
                texts.ShouldContainKey($"workflows.status.{status.Name}");
                texts.ShouldContainKey($"outcome.{status.Name}");
            }
            foreach (var operation in saga.Operations)
                texts.ShouldContainKey($"workflows.operation.{operation.Name}.does");
            foreach (var role in Enum.GetValues<WorkflowRole>())
                texts.ShouldContainKey($"workflows.{role}.step.3");
        }
    }

    [Test]
    public async Task without_routing_the_rest_is_shown()
    {
        _beside.IsAway = true;
        try
        {
            var page = await _console.OpenAsync("/console/workflows");
            (await page.InnerTextAsync("main")).ShouldContain("Diagrammet og tilstandene kan ikke vises nu");
            (await page.InnerTextAsync("main")).ShouldContain("Biblioteksmedarbejder");
        }
        finally
        {
            _beside.IsAway = false;
        }
    }

    private static async Task<string[]> ValuesAsync(Microsoft.Playwright.IPage page, string name) =>
        await page.EvaluateAsync<string[]>("name => [...document.querySelectorAll(`[data-${name}]`)].map(row => row.dataset[name])", name);
}

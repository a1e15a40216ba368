using ClaimsTransfer.OperationsConsole.Tests.Running;
using Microsoft.Playwright;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Gallery;

[TestFixture]
public sealed class When_a_page_is_put_together
{
    private ConsoleInBrowser _console = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _console = await GalleryPages.StartAsync();
        await _console.SignInAsync();
    }

    [OneTimeTearDown]
    public async Task Stop() => await _console.DisposeAsync();

    [Test]
    public async Task every_block_is_usable_by_everyone()
    {
        var page = await _console.OpenAsync("/console/gallery");
        await _console.ShouldBeUsableAsync(page, "gallery");
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");
        await ConsoleInBrowser.ShouldBeAccessibleAsync(page);
    }

    [Test]
    public async Task an_icon_is_drawn_from_the_sprite()
    {
        var page = await _console.OpenAsync("/console/gallery");
        var drawn = await page.EvaluateAsync<double>("document.querySelector('.status-tag use').getBBox().width");
        drawn.ShouldBeGreaterThan(0);
    }

    [Test]
    public async Task a_live_region_is_refreshed_and_what_has_the_focus_keeps_it()
    {
        var page = await _console.OpenAsync("/console/gallery");
        await page.FocusAsync("#here");
        var first = page.Locator("[data-live] p");
        await Assertions.Expect(first).Not.ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^0 "));
        var seen = await first.TextContentAsync();
        await Assertions.Expect(first).Not.ToHaveTextAsync(seen!);
        (await page.EvaluateAsync<string>("document.activeElement.id")).ShouldBe("here");
        _console.Complaints.ShouldBeEmpty();
    }

    [Test]
    public async Task a_form_without_a_reason_is_not_sent()
    {
        var page = await _console.OpenAsync("/console/gallery");
        await page.ClickAsync("text=Afspil 12 beskeder");
        (await page.EvaluateAsync<bool>("document.querySelector('#confirm-why').validity.valueMissing")).ShouldBeTrue();
    }
}

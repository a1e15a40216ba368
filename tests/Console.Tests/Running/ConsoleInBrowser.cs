using ClaimsTransfer.OperationsConsole.Access;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Running;

/// <summary>
/// The whole console and a real Chromium: <c>await using var console = await ConsoleInBrowser.StartAsync();</c>, then <c>console.OpenAsync("/console/users")</c> and
/// <c>console.ShouldBeUsableAsync(page, "users")</c>.
/// </summary>
internal sealed class ConsoleInBrowser : IAsyncDisposable
{
    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> Chromium = new(LaunchAsync);
    private readonly IBrowser _browser;
    private readonly List<string> _complaints = [];
    private IBrowserContext _context = null!;

    private ConsoleInBrowser(ConsoleServer server, IBrowser browser) => (Server, _browser) = (server, browser);

    public ConsoleServer Server { get; }

    /// <summary>What the browser complained about: scripts' errors, refused by the content security policy, what could not be loaded.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<ConsoleInBrowser> StartAsync(params (string Key, string Value)[] settings) => await StartAsync(await ConsoleServer.StartAsync(settings));

    public static async Task<ConsoleInBrowser> StartAsync(ConsoleServer server)
    {
        var console = new ConsoleInBrowser(server, (await Chromium.Value).Browser);
        await console.NewContextAsync(scripts: true);
        return console;
    }

    /// <summary>Ends the browser that all fixtures share; what one of them did in it, none of the others sees.</summary>
    public static async Task CloseAsync()
    {
        if (!Chromium.IsValueCreated)
            return;
        var (playwright, browser) = await Chromium.Value;
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    /// <summary>A browser that was never here; nobody is signed in.</summary>
    public async Task NewContextAsync(bool scripts)
    {
        if (_context is not null)
            await _context.DisposeAsync();
        _context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Server.Url.ToString(), JavaScriptEnabled = scripts, ViewportSize = new ViewportSize { Width = 1280, Height = 900 }, Locale = "da-DK", ReducedMotion = ReducedMotion.Reduce,
        });
        _context.SetDefaultTimeout(60_000);
    }

    /// <summary>Signs in through the form, as a person does.</summary>
    public async Task SignInAsync(string userName = "admin", string password = ConsoleServer.Password)
    {
        var page = await OpenAsync("/console/sign-in");
        await page.FillAsync("#user", userName);
        await page.FillAsync("#password", password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        await page.CloseAsync();
    }

    /// <summary>Adds the account and signs in with it.</summary>
    public async Task SignInAsAsync(string userName, Role role, params string[] municipalities)
    {
        await Server.AddUserAsync(userName, role, municipalities);
        await SignInAsync(userName);
    }

    public async Task<IPage> OpenAsync(string path)
    {
        var page = await _context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _complaints.Add($"{path}: {message.Text}");
        };
        page.PageError += (_, error) => _complaints.Add($"{path}: {error}");
        await page.GotoAsync(path);
        return page;
    }

    /// <summary>
    /// What every page must stand: axe-core finds nothing (WCAG 2.1 A and AA), the browser has no complaint, every link and button is reached by keyboard and shows it, no
    /// table hides a column at 1,280 px, and nothing sticks out on a phone of 360 px. Screenshots go to <c>TESTS_DATA/screenshots</c>.
    /// </summary>
    public async Task ShouldBeUsableAsync(IPage page, string name)
    {
        await ShouldBeAccessibleAsync(page);
        await ShouldBeReachedByKeyboardAsync(page);
        await ScreenshotAsync(page, $"{name}-1280");
        (await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('table')].filter(t => t.parentElement.scrollWidth > t.parentElement.clientWidth).map(t => t.outerHTML.slice(0, 160))"))
            .ShouldBeEmpty($"a table on {page.Url} hides its last column at 1,280 pixels");
        await page.SetViewportSizeAsync(360, 740);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360, $"{page.Url} is wider than a phone");
        await ShouldBeAccessibleAsync(page);
        await ScreenshotAsync(page, $"{name}-360");
        await page.SetViewportSizeAsync(1280, 900);
        _complaints.ShouldBeEmpty();
    }

    public static async Task ShouldBeAccessibleAsync(IPage page)
    {
        var found = await page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = [.. Rules] } });
        found.Passes.Length.ShouldBeGreaterThan(5, "axe looked at nothing");
        found.Violations.Select(violation =>
            $"{violation.Id} ({violation.Impact}): {violation.Help}\n  {string.Join("\n  ", violation.Nodes.Select(node => node.Html))}").ShouldBeEmpty($"axe-core on {page.Url}");
    }

    /// <summary>Tab goes through everything that can be used, in turn, and each place is seen.</summary>
    public static async Task ShouldBeReachedByKeyboardAsync(IPage page)
    {
        const string usable = """
            () => {
              const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
                .filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.disabled);
              all.forEach((e, n) => { e.dataset.reach = n; });
              document.activeElement?.blur();
              window.getSelection().removeAllRanges();
              return all.length;
            }
            """;
        var count = await page.EvaluateAsync<int>(usable);
        count.ShouldBeGreaterThan(0);
        await page.EvaluateAsync("document.body.setAttribute('tabindex', '-1'); document.body.focus(); document.body.removeAttribute('tabindex')");
        // Noted in the page after each press, so that a press needs one question. A date has several places in one element, of which the last shows itself.
        await page.EvaluateAsync("""
            () => {
              window.reached = {};
              document.addEventListener('keyup', () => {
                const e = document.activeElement;
                if (e?.dataset.reach === undefined) return;
                const style = getComputedStyle(e);
                window.reached[e.dataset.reach] ||= style.outlineStyle !== 'none' || style.boxShadow !== 'none';
              });
            }
            """);
        for (var press = 0; press < count + 20; press++)
            await page.Keyboard.PressAsync("Tab");
        var reached = await page.EvaluateAsync<Dictionary<string, bool>>("window.reached");
        var unseen = await NamesAsync(reached.Where(place => !place.Value).Select(place => place.Key));
        unseen.ShouldBeEmpty($"the focus does not show on {page.Url}");

        var names = await NamesAsync(Enumerable.Range(0, count).Select(n => $"{n}").Where(n => !reached.ContainsKey(n)));
        // What a live region replaced meanwhile is gone. Of radio buttons with one name only one is in the row.
        names.Where(html => !html.Contains("type=\"radio\"", StringComparison.Ordinal)).ShouldBeEmpty($"not reached by Tab on {page.Url}");

        Task<string[]> NamesAsync(IEnumerable<string> places) => page.EvaluateAsync<string[]>(
            "places => places.map(n => document.querySelector(`[data-reach=\"${n}\"]`)?.outerHTML.slice(0, 160)).filter(html => html)", places.ToList());
    }

    public static async Task ScreenshotAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("TESTS_DATA") is { Length: > 0 } data)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(data, "screenshots", $"{name}.png"), FullPage = true });
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        await Server.DisposeAsync();
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> LaunchAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium-headless-shell", Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        }));
    }
}

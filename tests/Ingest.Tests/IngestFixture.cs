using ClaimsTransfer.Support;

namespace ClaimsTransfer.Ingest.Tests;

/// <summary>Each test has a world of its own, on one kind of store.</summary>
public abstract class IngestFixture(Engine engine)
{
    protected Engine Engine => engine;

    private protected World World { get; private set; } = null!;

    [SetUp]
    public async Task OpenAsync() => World = await World.OpenAsync(engine);

    [TearDown]
    public async Task CloseAsync()
    {
        if (World is not null)
            await World.DisposeAsync();
    }
}

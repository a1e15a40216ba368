namespace ClaimsTransfer.Support;

/// <summary>A server that tests use.</summary>
/// <param name="Address">As the product's settings have it: <c>amqp://…</c>, <c>postgres://…</c>, <c>sqlserver:…</c>.</param>
/// <param name="Management">Of RabbitMQ: its HTTP API, with user and password; null where there is none.</param>
/// <param name="Ours">Whether it was started for us, and goes when we end it; what is made on another's server is removed there.</param>
public sealed record TestServer(string Address, string? Management = null, bool Ours = false) : IAsyncDisposable
{
    public Func<Task> End { get; init; } = () => Task.CompletedTask;

    public async ValueTask DisposeAsync() => await End();
}

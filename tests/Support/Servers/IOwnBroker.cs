namespace ClaimsTransfer.Support;

/// <summary>A RabbitMQ that nobody else uses: tests may stop, kill, block and reconfigure it. Through all of that it keeps its address.</summary>
public interface IOwnBroker : IAsyncDisposable
{
    string Uri { get; }

    /// <summary>In good order.</summary>
    Task StopAsync();

    /// <summary>As a power cut would.</summary>
    Task KillAsync();

    /// <summary>After a stop or a kill, with what is durable.</summary>
    Task RestartAsync();

    /// <summary><c>rabbitmqctl</c>; fails the test that asks for what it refuses.</summary>
    Task ControlAsync(params string[] arguments);
}

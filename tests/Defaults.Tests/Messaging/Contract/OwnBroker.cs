using ClaimsTransfer.Support;

namespace ClaimsTransfer.Defaults.Tests.Messaging.Contract;

/// <summary>The broker that the tests may stop, kill, block and give users to.</summary>
internal static class OwnBroker
{
    public static async Task<string> UriAsync() => (await RabbitMqServer.OwnAsync()).Uri;

    /// <summary>Blocks whoever publishes, until the returned is disposed.</summary>
    public static async Task<IAsyncDisposable> BlockedAsync()
    {
        await ControlAsync("set_vm_memory_high_watermark", "absolute", "1");
        return new Undo(() => ControlAsync("set_vm_memory_high_watermark", "0.4"));
    }

    /// <summary>
    /// Waits no longer than that for what a consumer has in hand, until the returned is disposed: then it closes the channel, or from 4.3 on cancels the consumer. It looks once a second.
    /// </summary>
    public static async Task<IAsyncDisposable> WaitingForConsumersAsync(TimeSpan patience)
    {
        await ControlAsync("eval", $"application:set_env(rabbit, consumer_timeout, {(long)patience.TotalMilliseconds}), application:set_env(rabbit, channel_tick_interval, 1000).");
        return new Undo(() => ControlAsync("eval", "application:set_env(rabbit, consumer_timeout, 1800000), application:set_env(rabbit, channel_tick_interval, 60000)."));
    }

    /// <summary>Refuses bodies beyond so many bytes on every channel that is opened until the returned is disposed.</summary>
    public static async Task<IAsyncDisposable> TakingAtMostAsync(int bytes)
    {
        await ControlAsync("eval", $"application:set_env(rabbit, max_message_size, {bytes}).");
        return new Undo(() => ControlAsync("eval", "application:set_env(rabbit, max_message_size, 134217728)."));
    }

    /// <summary>A user who may publish to exchanges of this prefix, read all, and make nothing.</summary>
    /// <returns>His address.</returns>
    public static async Task<string> NarrowUserAsync(string prefix)
    {
        var user = $"{prefix}-user";
        await ControlAsync("eval",
            $"rabbit_auth_backend_internal:add_user(<<\"{user}\">>, <<\"secret\">>, <<\"tests\">>), "
            + $"rabbit_auth_backend_internal:set_permissions(<<\"{user}\">>, <<\"/\">>, <<\"^$\">>, <<\"^{prefix}\">>, <<\".*\">>, <<\"tests\">>).");
        return new UriBuilder(await UriAsync()) { UserName = user, Password = "secret" }.Uri.AbsoluteUri;
    }

    private static async Task ControlAsync(params string[] arguments) => await (await RabbitMqServer.OwnAsync()).ControlAsync(arguments);

    private sealed class Undo(Func<Task> undo) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await undo();
    }
}

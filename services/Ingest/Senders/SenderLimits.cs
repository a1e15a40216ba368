using System.Globalization;
using System.Threading.RateLimiting;
using ClaimsTransfer.Ingest.SubmitClaims;

namespace ClaimsTransfer.Ingest.Senders;

/// <summary>How much each sender may send, on this instance. Each has limits of its own: none is held back by another.</summary>
internal sealed class SenderLimits(IngestOptions options) : IEndpointFilter, IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly int _kibibytes = (int)(options.BytesPerMinute / 1024);

    private readonly PartitionedRateLimiter<string> _requests = PartitionedRateLimiter.Create<string, string>(
        sender => RateLimitPartition.GetSlidingWindowLimiter(sender, _ => PerMinute(options.RequestsPerMinute, queue: 0)));

    private readonly PartitionedRateLimiter<string> _bytes = PartitionedRateLimiter.Create<string, string>(
        sender => RateLimitPartition.GetSlidingWindowLimiter(sender, _ => PerMinute((int)(options.BytesPerMinute / 1024), queue: int.MaxValue)));

    private readonly PartitionedRateLimiter<string> _imports = PartitionedRateLimiter.Create<string, string>(
        sender => RateLimitPartition.GetConcurrencyLimiter(sender, _ => new ConcurrencyLimiterOptions { PermitLimit = options.ImportsAtOnce }));

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var sender = Sender.Of(context.HttpContext.User);
        if (sender.IsOurs)
            return await next(context);
        using var lease = _requests.AttemptAcquire(sender.Name);
        if (lease.IsAcquired)
            return await next(context);
        await RefuseAsync(context.HttpContext, lease, $"{sender.Name} sends more than {options.RequestsPerMinute} requests a minute; nothing was taken. Send again later.");
        return Results.Empty;
    }

    /// <summary>Of a body that has been read and not been handled yet.</summary>
    /// <returns>True: the request is answered with 429.</returns>
    public async Task<bool> IsTooMuchAsync(HttpContext context, Sender sender, long bytes)
    {
        if (sender.IsOurs)
            return false;
        using var lease = _bytes.AttemptAcquire(sender.Name, Kibibytes(bytes));
        if (lease.IsAcquired)
            return false;
        await RefuseAsync(context, lease, $"{sender.Name} sends more than {options.BytesPerMinute} bytes a minute; nothing of this was taken. Send again later.");
        return true;
    }

    /// <summary>Of a stream: whoever is too fast is read more slowly.</summary>
    public async Task WaitAsync(Sender sender, long bytes, CancellationToken cancellation)
    {
        if (sender.IsOurs)
            return;
        using var lease = await _bytes.AcquireAsync(sender.Name, Kibibytes(bytes), cancellation);
    }

    /// <returns>Null: so many are under way that the request is answered with 429. Otherwise it is disposed of at the stream's end.</returns>
    public async Task<IDisposable?> TryBeginImportAsync(HttpContext context, Sender sender)
    {
        var lease = _imports.AttemptAcquire(sender.Name, sender.IsOurs ? 0 : 1);
        if (lease.IsAcquired || sender.IsOurs)
            return lease;
        await RefuseAsync(context, lease, $"{sender.Name} has {options.ImportsAtOnce} streams under way; nothing of this one was taken. Send it when one has ended.");
        lease.Dispose();
        return null;
    }

    public void Dispose()
    {
        _requests.Dispose();
        _bytes.Dispose();
        _imports.Dispose();
    }

    private int Kibibytes(long bytes) => (int)Math.Clamp((bytes + 1023) / 1024, 1, _kibibytes);

    private static SlidingWindowRateLimiterOptions PerMinute(int permits, int queue) => new()
    {
        PermitLimit = permits, Window = Window, SegmentsPerWindow = 12, QueueLimit = queue,
    };

    private static Task RefuseAsync(HttpContext context, RateLimitLease lease, string reason)
    {
        // Of what is under way nobody knows how long it takes.
        var pause = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(5);
        context.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(pause.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return PostClaims.RefuseAsync(context, StatusCodes.Status429TooManyRequests, reason);
    }
}

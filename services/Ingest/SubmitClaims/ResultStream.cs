using System.IO.Pipelines;

namespace ClaimsTransfer.Ingest.SubmitClaims;

/// <summary>
/// Sends results while the request is still being read. Many clients do not read before they have sent everything: results they do not take yet go to a
/// temporary file, and behind what was sent when the request is at its end. So nobody waits for the other for ever, and memory stays small.
/// </summary>
internal sealed class ResultStream(PipeWriter response) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private Task<FlushResult>? _flush;
    private FileStream? _spool;

    public async Task WriteAsync(ReadOnlyMemory<byte> results, CancellationToken cancellation)
    {
        if (_spool is null && _flush is { IsCompleted: false } && await Task.WhenAny(_flush, Task.Delay(Patience, cancellation)) != _flush)
        {
            _spool = new FileStream(
                Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024,
                FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        }
        if (_spool is not null)
        {
            await _spool.WriteAsync(results, cancellation);
            return;
        }
        if (_flush is not null)
            await _flush;
        _flush = response.WriteAsync(results, cancellation).AsTask();
    }

    /// <summary>The request has been read: whoever sent it reads now.</summary>
    public async Task CompleteAsync(CancellationToken cancellation)
    {
        if (_flush is not null)
            await _flush;
        if (_spool is null)
            return;
        _spool.Position = 0;
        await _spool.CopyToAsync(response, cancellation);
        await response.FlushAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_spool is not null)
            await _spool.DisposeAsync();
    }
}

using System.Buffers;

namespace ClaimsTransfer.Defaults.Reading;

/// <summary>Reads bytes of others up to a limit. What was packed counts by what it unpacks to.</summary>
public static class BoundedBody
{
    private const int Part = 64 * 1024;

    /// <returns>All of it, from its beginning.</returns>
    /// <exception cref="BeyondBoundException">There is more than <paramref name="mostBytes"/>; no more than that was held.</exception>
    public static async Task<MemoryStream> ReadAsync(Stream from, long mostBytes, CancellationToken cancellation)
    {
        var held = new MemoryStream();
        await CopyAsync(from, held, mostBytes, cancellation);
        held.Position = 0;
        return held;
    }

    /// <inheritdoc cref="ReadAsync(Stream, long, CancellationToken)"/>
    public static async Task<MemoryStream> ReadAsync(HttpContent content, long mostBytes, CancellationToken cancellation)
    {
        await using var body = await content.ReadAsStreamAsync(cancellation);
        return await ReadAsync(body, mostBytes, cancellation);
    }

    /// <exception cref="BeyondBoundException">There is more than <paramref name="mostBytes"/>; so much at most was copied.</exception>
    public static async Task CopyAsync(Stream from, Stream to, long mostBytes, CancellationToken cancellation)
    {
        var part = ArrayPool<byte>.Shared.Rent(Part);
        try
        {
            for (var rest = mostBytes; await from.ReadAsync(part, cancellation) is > 0 and var read; rest -= read)
            {
                if (read > rest)
                    throw BeyondBoundException.Of(mostBytes);
                await to.WriteAsync(part.AsMemory(0, read), cancellation);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part, clearArray: true);
        }
    }
}

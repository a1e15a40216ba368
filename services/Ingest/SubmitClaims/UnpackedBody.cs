using System.IO.Pipelines;

namespace ClaimsTransfer.Ingest.SubmitClaims;

/// <summary>A request's body, unpacked by what its Content-Encoding says.</summary>
internal static class UnpackedBody
{
    /// <exception cref="InvalidDataException">It is not packed as it says. Brotli would throw otherwise.</exception>
    public static async ValueTask<ReadResult> ReadUnpackedAsync(this PipeReader body, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(cancellation);
        }
        catch (InvalidOperationException broken) when (broken is not ObjectDisposedException)
        {
            throw new InvalidDataException("The body could not be unpacked.", broken);
        }
    }
}

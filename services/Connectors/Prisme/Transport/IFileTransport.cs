namespace ClaimsTransfer.Prisme.Transport;

/// <summary>
/// A municipality's folders at its Prisme: <c>ind</c> takes our files, <c>ud</c> holds Prisme's, <c>arkiv</c> the ones we have taken in. Prisme creates
/// them, and takes <c>ind</c> away while it receives nothing.
/// </summary>
public interface IFileTransport
{
    /// <summary>Puts a file into <c>ind</c> in one step: under a temporary name first, then renamed, so that nobody reads half of it.</summary>
    Task<Handover> DeliverAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>
    /// Moves files that were taken in from <c>ud</c> to <c>arkiv</c> (those not there any more are passed over), then lists <c>ud</c>, oldest name first.
    /// Throws <see cref="IOException"/> where the folder cannot be read.
    /// </summary>
    Task<IReadOnlyList<string>> TidyAndListAsync(IReadOnlyList<string> takenIn, CancellationToken cancellation);

    /// <summary>Fetches files from <c>ud</c>; one that is gone meanwhile is left out, and those that would be too much at once.</summary>
    Task<IReadOnlyList<FetchedFile>> FetchAsync(IReadOnlyList<string> names, CancellationToken cancellation);

    /// <summary>Copies one file of <c>ud</c> to a file here, which holds more than memory does; throws <see cref="IOException"/> where all of it did not come.</summary>
    Task CopyAsync(string name, string path, CancellationToken cancellation);
}

/// <param name="Content">Null: it is larger than a file may be that is held whole (<see cref="Defaults.Reading.Bound.FileBytes"/>), and was not fetched.</param>
public sealed record FetchedFile(string Name, byte[]? Content);

/// <summary>How a file's delivery ended.</summary>
public abstract record Handover
{
    public sealed record Delivered : Handover;

    /// <summary>Certainly not: the file never got its final name.</summary>
    public sealed record NotDelivered(string Reason) : Handover;

    /// <summary>The connection ended while the file was being given its final name.</summary>
    public sealed record Uncertain(string Reason) : Handover;
}

internal static class Folders
{
    public const string In = "ind";
    public const string Out = "ud";
    public const string Archive = "arkiv";

    /// <summary>A file with this ending is being written; both sides pass it over.</summary>
    public const string Temporary = ".tmp";
}

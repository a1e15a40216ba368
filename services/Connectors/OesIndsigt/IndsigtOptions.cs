using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.OesIndsigt;

/// <summary>Settings of the ØS Indsigt connector, section <c>Connectors:OesIndsigt</c>.</summary>
public sealed record IndsigtOptions
{
    public const string Section = "Connectors:OesIndsigt";

    /// <summary>Instructions in one call at most.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>How often the feeds are read.</summary>
    public TimeSpan ReadInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Receipts, entries or accounts asked for in one call.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>How long an answer is waited for; after that it is not known whether the call took effect.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public void Validate()
    {
        if (BatchSize is < 1 or > 500)
            throw new PermanentException($"{Section}:BatchSize is {BatchSize}; it must be 1 to 500, for example 200.");
        if (PageSize is < 1 or > 500)
            throw new PermanentException($"{Section}:PageSize is {PageSize}; it must be 1 to 500, for example 500.");
        if (ReadInterval <= TimeSpan.Zero || ReplyTimeout <= TimeSpan.Zero)
            throw new PermanentException($"{Section}:ReadInterval and ReplyTimeout must be positive, for example 00:00:20.");
    }
}

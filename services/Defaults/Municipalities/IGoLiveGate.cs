namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>Asked before a municipality's claims go to its vendor's production system for the first time: going live again after a pause asks nobody.</summary>
public interface IGoLiveGate
{
    /// <summary>Why it must not go live yet; null: it may.</summary>
    string? Against(Municipality municipality);
}

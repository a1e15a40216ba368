using System.Text;

namespace ClaimsTransfer.Sandbox.Fbs;

/// <summary>What a line is, to whoever counts.</summary>
public enum SampleCategory { Claim, Change, Duplicate, Malformed }

/// <summary>One line of NDJSON without its line end; raw bytes, because some malformed ones are not even UTF-8.</summary>
/// <param name="Exchange">Where it goes over AMQP; null for a fault that only a file can have.</param>
/// <param name="Claim">Of a claim's first line: how the claim will stand when all lines have arrived.</param>
/// <param name="MalformedKind">Which kind of malformed line, <c>cpr-without-date</c>.</param>
public sealed record SampleLine(
    SampleCategory Category, string? Exchange, Guid? MessageId, ReadOnlyMemory<byte> Utf8, SampleClaim? Claim = null, string? MalformedKind = null)
{
    public string Text => Encoding.UTF8.GetString(Utf8.Span);
}

/// <summary>A claim as it stands when all of its lines have arrived.</summary>
/// <param name="AmountOre">After adjustments; of a cancelled claim the amount it had.</param>
/// <param name="BornOn">The borrower's birthday; null for an organisation.</param>
/// <param name="HasGuardian">From the start or by a later change of liable party.</param>
public sealed record SampleClaim(
    string Municipality, string Agency, long FeeId, long AmountOre, DateOnly CreatedOn, DateOnly? BornOn, bool HasGuardian, bool IsCancelled, int Versions)
{
    /// <summary>The borrower's age in whole years on the claim's creation date.</summary>
    public int? Age => BornOn is not { } born ? null
        : CreatedOn.Year - born.Year - ((CreatedOn.Month, CreatedOn.Day).CompareTo((born.Month, born.Day)) < 0 ? 1 : 0);
}

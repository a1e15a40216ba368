using System.Globalization;

namespace ClaimsTransfer.Defaults.Asking;

/// <summary>Where a page ends and the next begins: a moment, and among rows of one moment an id.</summary>
public sealed record Place(long At, Guid Id)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}.{Id:N}");

    /// <summary>Null: from the beginning; false: not what an earlier page gave.</summary>
    public static bool TryParse(string? text, out Place? place)
    {
        place = null;
        if (string.IsNullOrEmpty(text))
            return true;
        if (text.Split('.') is not [var at, var id] || !long.TryParse(at, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var moment) || !Guid.TryParseExact(id, "N", out var row))
            return false;
        place = new Place(moment, row);
        return true;
    }
}

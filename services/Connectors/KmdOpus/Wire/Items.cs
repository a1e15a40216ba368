using System.Xml;
using System.Xml.Linq;
using ClaimsTransfer.Defaults.Reading;

namespace ClaimsTransfer.KmdOpus.Wire;

/// <summary>
/// Reads a document of many answers or receipts: one item that does not fit the profile must not take its neighbours with it. Anything else that does not fit, and every document
/// that brings money, is refused whole.
/// </summary>
public static class Items
{
    private static readonly Dictionary<XName, XName> Lists = new()
    {
        [Profile.Debtor + "DebitorRegistreringSvar"] = Profile.Debtor + "Svar",
        [Profile.Debtor + "DebitorForespoergselSvar"] = Profile.Debtor + "Svar",
        [Profile.Debtor + "Forretningskvitteringer"] = Profile.Debtor + "Forretningskvittering",
    };

    /// <returns>
    /// The document with the items that fit, and what is wrong with the others, by the registration they name; one that names none is only left out. Or what is wrong with the whole.
    /// What is said never repeats a value.
    /// </returns>
    public static (XElement? Envelope, IReadOnlyDictionary<Guid, string> Misfits, XmlFault? Error) Read(MemoryStream utf8)
    {
        var (whole, error) = ProfileXml.Read(utf8);
        if (whole is not null || WellFormed(utf8) is not { } envelope || ListOf(envelope) is not { } list)
            return (whole, new Dictionary<Guid, string>(), error);

        var misfits = new Dictionary<Guid, string>();
        foreach (var item in list.Elements().ToList())
        {
            if (ProfileXml.Check(ProfileXml.Write(Profile.Envelope(null, new XElement(list.Name, item)))) is not { } misfit)
                continue;
            if (IdOf(item) is { } id)
                misfits[id] = $"{item.Name.LocalName}: {misfit}";
            item.Remove();
        }

        // What is left must fit as it stands; a list that was never empty may be so now.
        return list.HasElements && ProfileXml.Check(ProfileXml.Write(envelope)) is { } rest ? (null, new Dictionary<Guid, string>(), rest) : (envelope, misfits, null);
    }

    /// <summary>What a document that was refused is about, as far as it is XML: its content's name, and the id of the first entry it brings.</summary>
    public static (string? Content, string? EntryId) About(MemoryStream utf8)
    {
        var content = WellFormed(utf8)?.Elements(Profile.Soap + "Body").FirstOrDefault()?.Elements().FirstOrDefault();
        var entryId = content?.Descendants(Profile.Debtor + "PosteringId").FirstOrDefault()?.Value.Trim();
        return (content?.Name.LocalName, entryId is { Length: > 0 and <= 100 } ? entryId : null);
    }

    private static XElement? WellFormed(MemoryStream utf8)
    {
        try
        {
            return BoundedXml.Load(utf8, Bound.AnswerBytes);
        }
        catch (XmlException)
        {
            // What is wrong with it has been said by the reading against the schema.
            return null;
        }
    }

    private static XElement? ListOf(XElement envelope) =>
        envelope.Name == Profile.Soap + "Envelope" && envelope.Elements(Profile.Soap + "Body").ToList() is [var body] && body.Elements().ToList() is [var list]
        && Lists.TryGetValue(list.Name, out var item) && list.HasElements && list.Elements().All(child => child.Name == item)
            ? list
            : null;

    private static Guid? IdOf(XElement item)
    {
        var named = item.Elements().Where(child => child.Name == Profile.Debtor + "RegistreringId" || child.Name == Profile.Receipts + "RegistreringId").ToList();
        return named is [var only] && Guid.TryParse(only.Value, out var id) ? id : null;
    }
}

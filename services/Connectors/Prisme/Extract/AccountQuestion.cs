using System.Globalization;
using ClaimsTransfer.Prisme.Format;

namespace ClaimsTransfer.Prisme.Extract;

/// <summary>A <c>.udtraek</c> file asks for the claims that Prisme holds; Prisme answers with a <c>.saldo</c> file of the same name.</summary>
internal sealed record AccountQuestion(string Id, string Name, string AnswerName, byte[] Content)
{
    public const string Extension = ".udtraek";
    public const string AnswerExtension = ".saldo";

    public static AccountQuestion Of(string municipality, DateTimeOffset askedAt)
    {
        var id = IdOf(askedAt);
        return new AccountQuestion(id, $"{municipality}_{id}{Extension}", AnswerNameOf(municipality, askedAt), TaggedFile.Write(
        [
            new("U00", (1, "PRISME-UDTRAEK"), (2, "1"), (3, municipality), (4, id)),
            new("U99", (1, "0")),
        ]));
    }

    /// <summary>Names of answers are in the order of their questions.</summary>
    public static string AnswerNameOf(string municipality, DateTimeOffset askedAt) => $"{municipality}_{IdOf(askedAt)}{AnswerExtension}";

    private static string IdOf(DateTimeOffset askedAt) => askedAt.UtcDateTime.ToString("yyyyMMddHHmmssfffffff", CultureInfo.InvariantCulture);
}

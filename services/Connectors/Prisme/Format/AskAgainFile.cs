namespace ClaimsTransfer.Prisme.Format;

/// <summary>A <c>.genbestil</c> file asks Prisme to write a payment file again, under a new name and with the same id. Asking twice is asking once.</summary>
public sealed record AskAgainFile(string Name, byte[] Content)
{
    public const string Extension = ".genbestil";

    public static AskAgainFile Of(string municipality, string fileId, PaymentReading.Refused refused) => new($"{municipality}_{fileId}{Extension}", TaggedFile.Write(
    [
        new("G00", (1, "PRISME-GENBESTIL"), (2, "1"), (3, municipality), (4, fileId), (5, refused.Code), (6, refused.Text)),
        new("G99", (1, "1")),
    ]));
}

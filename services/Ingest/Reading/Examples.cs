namespace ClaimsTransfer.Ingest.Reading;

/// <summary>A good value for each field, shown beside the fault. None of the numbers is anybody's.</summary>
internal static class Examples
{
    public const string Body = """{"messageId":"0f8fad5b-d9cb-469f-a165-70867728950e","occurredAt":"2026-11-22T06:54:00Z","agency":"DK-710100","feeId":434536,"version":1,…}""";
    public const string MessageId = "0f8fad5b-d9cb-469f-a165-70867728950e";
    public const string OccurredAt = "2026-11-22T06:54:00Z";
    public const string Agency = "DK-710100";
    public const string Branch = "DK-710111";
    public const string FeeId = "434536";
    public const string AmountOre = "7000";
    public const string CreatedOn = "2026-10-22";
    public const string DueOn = "2026-11-22";
    public const string Reason = "Gebyr (for sent)";
    public const string PatronId = "271828";
    public const string Cpr = "DDMMYYSSSS, ten digits whose first six are a date";
    public const string Cvr = "64942212";
    public const string Name = "Fornavn Efternavn";
    public const string Party = """{ "cpr": "DDMMYYSSSS", "name": "Fornavn Efternavn" }""";
    public const string Materials = """[ { "itemNumber": "…", "faust": "48724566", "group": "standard", "title": "…" } ]""";
}

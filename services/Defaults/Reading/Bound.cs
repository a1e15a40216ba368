namespace ClaimsTransfer.Defaults.Reading;

/// <summary>
/// How much of what others send is ever held, and how deep it may go. <c>deploy/BOUNDS.md</c> lists every one with what happens beyond it; a test compares the two and tries each at
/// its limit and one beyond.
/// </summary>
public static class Bound
{
    /// <summary>One message from the broker. Ingest takes less: what FBS sends has a limit of its own, stated in <c>contracts/wire</c>.</summary>
    public const int MessageBytes = 4 * 1024 * 1024;

    /// <summary>
    /// Messages of one queue that a process holds at a time: sixteen of the largest, and one always, however large. A hundred thousand ordinary ones have that
    /// size.
    /// </summary>
    public const int HeldBytes = 16 * MessageBytes;

    /// <summary>One answer to a call, unpacked: of a debtor system, FBS, the broker's management or a service of ours.</summary>
    public const int AnswerBytes = 20_000_000;

    /// <summary>One request to a service, where its endpoint does not say otherwise: forms, commands, a municipality file to preview.</summary>
    public const int RequestBytes = 8 * 1024 * 1024;

    /// <summary>What a debtor system pushes in one call, unpacked.</summary>
    public const int PushBytes = 10_000_000;

    /// <summary>One receipt or payment file, which is held whole while it is read; of several, no further one is fetched once they are together so large.</summary>
    public const int FileBytes = 20_000_000;

    /// <summary>One list of a debtor system's claims, which lies on the disk while it is read.</summary>
    public const long ListBytes = 4_000_000_000;

    /// <summary>Characters of one line of a list that is read line by line.</summary>
    public const int LineCharacters = 64 * 1024;

    /// <summary>Levels of JSON, as System.Text.Json has them where nothing else is said. Where fewer are enough, a reader says so itself.</summary>
    public const int JsonLevels = 64;

    /// <summary>Levels of XML: the profile has ten, and what is built from a document is walked by recursion, which a deeper one would end together with the process.</summary>
    public const int XmlLevels = 64;

    /// <summary>Attributes of one element.</summary>
    public const int XmlAttributes = 64;

    /// <summary>One municipality file, or one proof of a connector.</summary>
    public const int SettingsBytes = 4 * 1024 * 1024;
}

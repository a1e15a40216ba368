using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Defaults.Municipalities;

/// <summary>What can be wrong in <c>municipalities.yaml</c>; each continues a key and its value.</summary>
public static class MunicipalityNotes
{
    public static readonly Note Missing = Note.Of("municipality.missing");
    public static readonly Note NoValueOfIts = Note.Of("municipality.noValueOfIts");
    public static readonly Note NoKey = Note.Of("municipality.noKey");
    public static readonly Note NotOneValue = Note.Of("municipality.notOneValue");
    public static readonly Note NotADay = Note.Of("municipality.notADay");
    public static readonly Note NotAList = Note.Of("municipality.notAList");
    public static readonly Note NotAnEntry = Note.Of("municipality.notAnEntry");
    public static readonly Note None = Note.Of("municipality.none");
    public static readonly Note NotACode = Note.Of("municipality.notACode");
    public static readonly Note NotAName = Note.Of("municipality.notAName");
    public static readonly Note NotACvr = Note.Of("municipality.notACvr");
    public static readonly Note NotAnAddress = Note.Of("municipality.notAnAddress");
    public static readonly Note HoldsAPassword = Note.Of("municipality.holdsAPassword");
    public static readonly Note NotByTls = Note.Of("municipality.notByTls");
    public static readonly Note NotLiveForTests = Note.Of("municipality.notLiveForTests");

    public static Note StandsAlready(int line) => Note.Of("municipality.standsAlready", ("line", line));

    public static Note NotANumber(long least, long most) => Note.Of("municipality.notANumber", ("least", least), ("most", most));

    /// <param name="reason">As the system says it.</param>
    public static Note CannotBeRead(string reason) => Note.Of("municipality.cannotBeRead", ("reason", reason));

    /// <param name="reason">As the reader of YAML says it.</param>
    public static Note NotYaml(string reason) => Note.Of("municipality.notYaml", ("reason", reason));
}

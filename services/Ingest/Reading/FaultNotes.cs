using ClaimsTransfer.Defaults.Notes;

namespace ClaimsTransfer.Ingest.Reading;

/// <summary>
/// What can be wrong with a message. The sender is told the English text of it, and people theirs. Its texts are in <see cref="NoteTexts"/>; a test
/// fails on one without both languages.
/// </summary>
public static class FaultNotes
{
    public static readonly Note Missing = Note.Of("fault.missing");
    public static readonly Note Empty = Note.Of("fault.empty");
    public static readonly Note ControlCharacters = Note.Of("fault.controlCharacters");
    public static readonly Note OutsideInteger = Note.Of("fault.outsideInteger");
    public static readonly Note NoDate = Note.Of("fault.noDate");
    public static readonly Note NoMoment = Note.Of("fault.noMoment");
    public static readonly Note NotOurTime = Note.Of("fault.notOurTime");
    public static readonly Note NoUuid = Note.Of("fault.noUuid");
    public static readonly Note EmptyUuid = Note.Of("fault.emptyUuid");
    public static readonly Note NoAgency = Note.Of("fault.noAgency");
    public static readonly Note NoBranch = Note.Of("fault.noBranch");
    public static readonly Note BesideCpr = Note.Of("fault.besideCpr");
    public static readonly Note NoNumber = Note.Of("fault.noNumber");
    public static readonly Note GuardianIsPerson = Note.Of("fault.guardianIsPerson");
    public static readonly Note BesideOrganisation = Note.Of("fault.besideOrganisation");
    public static readonly Note OwnGuardian = Note.Of("fault.ownGuardian");
    public static readonly Note NoDayOfBirth = Note.Of("fault.noDayOfBirth");
    public static readonly Note NoCvr = Note.Of("fault.noCvr");
    public static readonly Note PatronIsCpr = Note.Of("fault.patronIsCpr");
    public static readonly Note CreatedAhead = Note.Of("fault.createdAhead");

    /// <summary>The body.</summary>
    public static readonly Note Compressed = Note.Of("fault.compressed");
    public static readonly Note Utf16 = Note.Of("fault.utf16");
    public static readonly Note NotUtf8 = Note.Of("fault.notUtf8");
    public static readonly Note HalfCharacter = Note.Of("fault.halfCharacter");
    public static readonly Note Repeated = Note.Of("fault.repeated");
    public static readonly Note TooMuchAtOnce = Note.Of("fault.tooMuchAtOnce");

    /// <summary>Of a list of fees.</summary>
    public static readonly Note NoKroner = Note.Of("fault.noKroner");
    public static readonly Note MoreDecimals = Note.Of("fault.moreDecimals");
    public static readonly Note NotAboveZero = Note.Of("fault.notAboveZero");
    public static readonly Note NoDayOfPayment = Note.Of("fault.noDayOfPayment");
    public static readonly Note TwiceInList = Note.Of("fault.twiceInList");

    /// <summary>Of what is on record.</summary>
    public static readonly Note IdTaken = Note.Of("fault.idTaken");
    public static readonly Note OtherDebtor = Note.Of("fault.otherDebtor");
    public static readonly Note ClaimCancelled = Note.Of("fault.claimCancelled");

    /// <param name="given">What stands there, as <see cref="Fields.KindOf"/> calls it.</param>
    public static Note NotText(string given) => Note.Of("fault.notText", ("given", given));

    public static Note NotNumber(string meaning, string given) => Note.Of("fault.notNumber", ("meaning", meaning), ("given", given));

    public static Note NotObject(string given) => Note.Of("fault.notObject", ("given", given));

    public static Note NotOneObject(string given) => Note.Of("fault.notOneObject", ("given", given));

    public static Note NotArray(string given) => Note.Of("fault.notArray", ("given", given));

    public static Note NotKroner(string given) => Note.Of("fault.notKroner", ("given", given));

    public static Note TooLong(int length, int most) => Note.Of("fault.tooLong", ("length", length), ("most", most));

    public static Note NotOneOf(string allowed) => Note.Of("fault.notOneOf", ("allowed", allowed));

    public static Note NotWhole(string meaning) => Note.Of("fault.notWhole", ("meaning", meaning));

    public static Note AtLeast(long least, string meaning) => Note.Of("fault.atLeast", ("least", least), ("meaning", meaning));

    public static Note AtMost(long most, string meaning) => Note.Of("fault.atMost", ("most", most), ("meaning", meaning));

    public static Note AtMostKroner(long most) => Note.Of("fault.atMostKroner", ("most", most));

    public static Note UnknownMunicipality(string municipality) => Note.Of("fault.unknownMunicipality", ("municipality", municipality));

    public static Note WrongLength(int length, int digits) => Note.Of("fault.wrongLength", ("length", length), ("digits", digits));

    public static Note NotDigits(int digits) => Note.Of("fault.notDigits", ("digits", digits));

    public static Note LiesBefore(string other) => Note.Of("fault.liesBefore", ("other", other));

    public static Note TooMany(int count, int most) => Note.Of("fault.tooMany", ("count", count), ("most", most));

    public static Note LargerThan(int bytes) => Note.Of("fault.largerThan", ("bytes", bytes));

    public static Note NestedDeeper(int levels) => Note.Of("fault.nestedDeeper", ("levels", levels));

    public static Note NoNumbersInJson(long line, long position) =>
        Note.Of("fault.noNumbersInJson", ("line", line), ("position", position));

    public static Note NoJson(long line, long position) => Note.Of("fault.noJson", ("line", line), ("position", position));

    public static Note NotTheFees(int most) => Note.Of("fault.notTheFees", ("most", most));

    public static Note NotTheMaterials(int most) => Note.Of("fault.notTheMaterials", ("most", most));

    public static Note VersionTaken(int? version, string name, Guid? messageId) =>
        Note.Of("fault.versionTaken", ("version", version), ("name", name), ("messageId", messageId));

    public static Note NotItsAgency(string sender, string agency) => Note.Of("fault.notItsAgency", ("sender", sender), ("agency", agency));

    public static Note AmountOfMessage(long amountOre) => Note.Of("fault.amountOfMessage", ("amountOre", amountOre));
}

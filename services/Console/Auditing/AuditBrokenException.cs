using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Asking;

namespace ClaimsTransfer.OperationsConsole.Auditing;

/// <summary>The audit log was changed past the console: nothing is done that could not be put on record. The notes say what does not fit, and what to do.</summary>
public sealed class AuditBrokenException(Note fault) : NotedException([fault, AuditNotes.NothingIsDone]);

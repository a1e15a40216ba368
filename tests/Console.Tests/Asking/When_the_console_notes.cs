using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Asking;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.Claims;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Editing;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Asking;

public sealed class When_the_console_notes
{
    [TestCase(typeof(ServiceNotes))]
    [TestCase(typeof(ReplayNotes))]
    [TestCase(typeof(CorrectionNotes))]
    [TestCase(typeof(OperationNotes))]
    [TestCase(typeof(FilterNotes))]
    [TestCase(typeof(AuditNotes))]
    public void every_note_has_its_words_and_every_text_its_note(Type notes) => NoteCodes.FaultsOf(notes).ShouldBeEmpty();

    [Test]
    public void every_outcome_that_the_audit_log_has_in_a_word_has_its_text()
    {
        string[] outcomes = [.. Enum.GetNames<ApplyOutcome>(), .. Enum.GetNames<ReplayStatus>(), "asked for", "refused", "kept", "shown", "done"];

        foreach (var language in new[] { TextCatalogue.Danish, TextCatalogue.English })
            outcomes.Where(outcome => !new TextCatalogue().In(language).ContainsKey($"audit.outcome.{outcome}")).ShouldBeEmpty();
    }

    [Test]
    public void every_state_that_a_note_names_has_its_word() => NoteCodes.FaultsOf(
    [
        .. Enum.GetNames<ReplayStatus>().Select(status => ReplayNotes.Cannot("start", status)),
        .. new[] { "start", "approve", "pause", "resume", "cancel" }.Select(action => ReplayNotes.Cannot(action, "Ready")),
        .. Enum.GetNames<LetterStatus>().Select(CorrectionNotes.DoesNotWait),
    ]).ShouldBeEmpty();
}

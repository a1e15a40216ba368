using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.Reconciliation.Running;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Asking;

public sealed class When_payments_notes
{
    [TestCase(typeof(PaymentNotes))]
    [TestCase(typeof(WorklistNotes))]
    [TestCase(typeof(ReconciliationNotes))]
    public void Every_note_has_its_words_and_every_text_its_note(Type notes) => NoteCodes.FaultsOf(notes).ShouldBeEmpty();
}

using ClaimsTransfer.Payments.Ledger;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Payments.Tests.Asking;

public sealed class When_payments_notes
{
    [Test]
    public void Every_note_has_its_words_and_every_text_its_note() => NoteCodes.FaultsOf(typeof(PaymentNotes)).ShouldBeEmpty();
}

using ClaimsTransfer.ConnectorSdk.Asking;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

public sealed class When_a_connector_notes
{
    [Test]
    public void Every_note_has_its_words_and_every_text_its_note() => NoteCodes.FaultsOf(typeof(ConnectorNotes)).ShouldBeEmpty();
}

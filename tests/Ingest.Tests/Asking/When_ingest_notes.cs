using ClaimsTransfer.Ingest.Preview;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Asking;

public sealed class When_ingest_notes
{
    [Test]
    public void Every_note_has_its_words_and_every_text_its_note() => NoteCodes.FaultsOf(typeof(IngestNotes)).ShouldBeEmpty();
}

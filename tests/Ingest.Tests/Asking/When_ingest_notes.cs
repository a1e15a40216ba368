using ClaimsTransfer.Ingest.Preview;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Asking;

public sealed class When_ingest_notes
{
    [TestCase(typeof(IngestNotes))]
    [TestCase(typeof(FaultNotes))]
    public void Every_note_has_its_words_and_every_text_its_note(Type notes) => NoteCodes.FaultsOf(notes).ShouldBeEmpty();
}

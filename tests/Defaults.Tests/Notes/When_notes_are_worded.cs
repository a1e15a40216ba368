using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Notes;

public sealed class When_notes_are_worded
{
    private static readonly NoteTexts Danish = new(NoteTexts.Danish, ore => $"{ore / 100},00 kr.");
    private static readonly NoteTexts English = new(NoteTexts.English, ore => $"{ore / 100}.00 kr.");

    [Test]
    public void Every_code_and_every_word_has_a_text_in_both_languages_with_the_same_fields()
    {
        var (danish, english) = (NoteTexts.In(NoteTexts.Danish), NoteTexts.In(NoteTexts.English));

        danish.Keys.Order().ShouldBe(english.Keys.Order());
        danish.Where(text => string.IsNullOrWhiteSpace(text.Value) || string.IsNullOrWhiteSpace(english[text.Key])).ShouldBeEmpty();
        danish.Where(text => Parts(text.Value) != Parts(english[text.Key])).Select(text => text.Key).ShouldBeEmpty();
    }

    [Test]
    public void A_text_has_fields_words_amounts_and_parts_that_may_be_left_out()
    {
        Danish.Say([Note.Of("claim.acknowledged", ("instruction", "Register"), ("receipt", "KV-77")), Note.Of("claim.covered", ("amountOre", 5000L))])
            .ShouldBe("registrering kvitteret, kvittering KV-77; betalt 50,00 kr.");
        English.Say(Note.Of("claim.acknowledged", ("instruction", "Register"), ("receipt", null))).ShouldBe("registration acknowledged");
        Danish.Say(Note.Of("claim.rejected", ("instruction", "Adjust"), ("code", "D017"), ("text", "Se [bilag] {1}"))).ShouldBe("regulering afvist: D017 »Se [bilag] {1}«");
    }

    [Test]
    public void What_a_newer_service_says_is_shown_as_it_came() => Danish.Say(Note.Of("claim.newer", ("version", 2))).ShouldBe("claim.newer version=2");

    [Test]
    public void Nothing_that_is_known_is_shown_raw()
    {
        foreach (var note in NoteCodes.InCatalogue)
        {
            foreach (var said in new[] { Danish.Say(note), English.Say(note) })
            {
                said.ShouldNotContain("{");
                said.ShouldNotContain(note.Code);
            }
        }
    }

    [Test]
    public void They_are_kept_in_one_column_and_read_as_they_were()
    {
        Note[] notes = [Note.Of("claim.received"), Note.Of("claim.amount", ("amountOre", 7000L)), Note.Quote("Æ \"[{\" ; ]")];

        Note.Read(Note.Write(notes)).ShouldBe(notes);
        Note.Read(Note.Write([])).ShouldBeEmpty();
        Note.Read(null).ShouldBeEmpty();
    }

    [TestCase("claim received; registration sent")]
    [TestCase("[library]: Release (why)")]
    [TestCase("[]: Release (why)")]
    [TestCase("[{ nothing of ours")]
    public void What_an_older_version_kept_in_prose_is_shown_as_it_was_written(string kept)
    {
        Danish.Say(Note.Read(kept)).ShouldBe(kept);
        English.Say(Note.Read(kept)).ShouldBe(kept);
    }

    private static string Parts(string text) => string.Join(' ', Regex.Matches(text, @"\{[A-Za-z]+\}|\[|\]").Select(match => match.Value).Distinct().Order(StringComparer.Ordinal));
}

using ClaimsTransfer.Defaults.Identifiers;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Identifiers;

/// <summary>The one list of what is taken for a CPR number in free text, and what is not. All numbers are made up.</summary>
public sealed class When_a_CPR_number_is_looked_for_in_text
{
    [TestCase("0101011234")]
    [TestCase("010101-1234")]
    [TestCase("010101 1234")]
    [TestCase("01 01 01 - 1234")]
    [TestCase("010101/1234")]
    [TestCase("01.01.01-1234")]
    [TestCase("6101011234", Description = "a replacement number: 60 is added to the day")]
    [TestCase("2902005234", Description = "29 February of a leap year")]
    public void A_number_that_begins_with_a_day_is_one(string number)
    {
        foreach (var text in (string[])[number, $"cpr {number}.", $"id{number}x", $"cpr-{number}", $"({number}, {number})", $"\n{number}\t",
            $"reference DK-710100 {number}", $"DK-715500-434536 {number}", $"DK-715500-434536-{number}", $"DK-715500-{number}", $"434536-{number}", $"gebyr {number}-1", $"1999 {number}", $"4/{number}/2"])
        {
            CprNumbers.AreIn(text).ShouldBeTrue(text);
            CprNumbers.Replace(text, _ => "*").ShouldBe(text.Replace(number, "*", StringComparison.Ordinal));
        }
    }

    [Test]
    public void Digits_of_another_alphabet_are_digits() => CprNumbers.Replace("١٠٠١٠١١٢٣٤", found => new string('#', found.Length)).ShouldBe("##########");

    [TestCase("DK-710100-434536", Description = "our reference")]
    [TestCase("dk-710100-4345")]
    [TestCase("DK-710100-4311011234", Description = "ten digits that begin with no day")]
    [TestCase("DK-710100-434536-2001")]
    [TestCase("betalt 30.11.2026 DK-715500-434536 2026")]
    [TestCase("faktura 2026/800001")]
    [TestCase("ordre 1000004711-20261130")]
    [TestCase("3201011234", Description = "no day 32")]
    [TestCase("0113011234", Description = "no month 13")]
    [TestCase("3002011234", Description = "no 30 February")]
    [TestCase("123456789012347", Description = "a payment slip")]
    [TestCase("010170123401017", Description = "a payment slip that looks like one in its middle")]
    [TestCase("0101-0101701234", Description = "the debtor system's reference")]
    [TestCase("0155-0101011234-2")]
    [TestCase("101011234", Description = "nine digits")]
    [TestCase("20261122065400", Description = "a moment")]
    [TestCase("2026-11-22T06:54:00.0101011Z")]
    [TestCase("22-11-2026 06:54")]
    [TestCase("0f8fad5b-0101-4011-8101-010101123456")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-0101011234567890-01")]
    public void Other_numbers_are_left_readable(string text)
    {
        CprNumbers.AreIn(text).ShouldBeFalse();
        CprNumbers.Replace(text, _ => "*").ShouldBe(text);
    }
}

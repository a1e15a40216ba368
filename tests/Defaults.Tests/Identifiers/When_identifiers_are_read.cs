using Shouldly;
using static ClaimsTransfer.Defaults.Identifiers.Identifiers;

namespace ClaimsTransfer.Defaults.Tests.Identifiers;

public sealed class When_identifiers_are_read
{
    // The seventh digit and the year decide the century; each border once on either side.
    [TestCase("0101010000", "1901-01-01")]
    [TestCase("3112993999", "1999-12-31")]
    [TestCase("0101364000", "2036-01-01")]
    [TestCase("0101374000", "1937-01-01")]
    [TestCase("0101005000", "2000-01-01")]
    [TestCase("0101575000", "2057-01-01")]
    [TestCase("0101585000", "1858-01-01")]
    [TestCase("0101578999", "2057-01-01")]
    [TestCase("0101588999", "1858-01-01")]
    [TestCase("0101369999", "2036-01-01")]
    [TestCase("0101379999", "1937-01-01")]
    [TestCase("2902004000", "2000-02-29")]
    [TestCase("2902000000", "", Description = "1900 was no leap year")]
    [TestCase("6101010000", "1901-01-01", Description = "a replacement number has 60 added to its day")]
    [TestCase("9112993999", "1999-12-31")]
    [TestCase("9212993999", "")]
    [TestCase("6001010000", "")]
    [TestCase("0001010000", "")]
    [TestCase("3202010000", "")]
    [TestCase("3104010000", "")]
    [TestCase("0113010000", "")]
    [TestCase("0100010000", "")]
    public void A_cpr_tells_the_birth_date(string cpr, string bornOn)
    {
        var isGood = TryCpr(cpr, out var date, out var fault);

        isGood.ShouldBe(bornOn.Length > 0);
        (isGood ? date.ToString("yyyy-MM-dd") : "").ShouldBe(bornOn);
        (fault.Length == 0).ShouldBe(isGood);
        fault.ShouldNotContain(cpr);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("010101123")]
    [TestCase("01010112345")]
    [TestCase("010101-1234")]
    [TestCase("01010112a4")]
    [TestCase("٠١٠١٠١١٢٣٤")]
    [TestCase(" 0101011234")]
    public void A_cpr_is_ten_plain_digits(string? cpr)
    {
        TryCpr(cpr, out _, out var fault).ShouldBeFalse();
        fault.ShouldNotBeEmpty();
    }

    [Test]
    public void A_cpr_is_never_judged_by_modulus_11()
    {
        for (var serial = 0; serial <= 9_999; serial++)
            TryCpr($"010107{serial:0000}", out _, out _).ShouldBeTrue();
    }

    [TestCase("64942212", true)]
    [TestCase("11259979", true)]
    [TestCase("64942213", false)]
    [TestCase("64942221", false)]
    [TestCase("00000000", false)]
    [TestCase("6494221", false)]
    [TestCase("6494221x", false)]
    [TestCase(null, false)]
    public void A_cvr_has_a_check_digit(string? cvr, bool isGood)
    {
        TryCvr(cvr, out var fault).ShouldBe(isGood);
        (fault.Length == 0).ShouldBe(isGood);
    }

    [TestCase("DK-710100", "0101")]
    [TestCase("DK-710111", "0101")]
    [TestCase("DK-775100", "0751")]
    [TestCase("DK-71010", "")]
    [TestCase("DK-7101000", "")]
    [TestCase("DK-810100", "")]
    [TestCase("dk-710100", "")]
    [TestCase("DK-71010x", "")]
    [TestCase("SE-710100", "")]
    [TestCase(null, "")]
    public void An_isil_names_the_municipality(string? isil, string municipality)
    {
        TryIsil(isil, out var code, out var fault).ShouldBe(municipality.Length > 0);
        code.ShouldBe(municipality);
        (fault.Length == 0).ShouldBe(municipality.Length > 0);
    }

    [Test]
    public void The_examples_that_messages_give_are_good()
    {
        TryCpr(CprExample, out _, out _).ShouldBeTrue();
        TryCvr(CvrExample, out _).ShouldBeTrue();
        TryIsil(IsilExample, out _, out _).ShouldBeTrue();
    }

    [Test]
    public void Somebody_born_on_29_february_is_a_year_older_on_1_march()
    {
        var leapDay = new DateOnly(2008, 2, 29);
        AgeOn(new DateOnly(2023, 2, 28), leapDay).ShouldBe(14);
        AgeOn(new DateOnly(2023, 3, 1), leapDay).ShouldBe(15);
        AgeOn(new DateOnly(2024, 2, 29), leapDay).ShouldBe(16);
    }
}

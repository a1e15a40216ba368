using ClaimsTransfer.Defaults.Identifiers;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Identifiers;

public sealed class When_payment_slips_are_read
{
    [TestCase("00000000000001", '8')]
    [TestCase("00000000000002", '6')]
    [TestCase("12345678901234", '7')]
    [TestCase("00000000000000", '0')]
    [TestCase("00000000000005", '9', Description = "5 counts 10 − 9 = 1")]
    [TestCase("00000000000010", '9', Description = "the second from the right counts once")]
    public void The_fifteenth_digit_checks_the_fourteen_before_it(string body, char check)
    {
        PaymentSlips.WithCheckDigit(body).ShouldBe(body + check);
        PaymentSlips.TryRead(body + check, out var slip, out var fault).ShouldBeTrue(fault);
        slip.ShouldBe(body + check);
    }

    [TestCase("+71<123456789012347+81234567<")]
    [TestCase("+71<123456789012347+80000000<")]
    public void The_whole_line_gives_the_fifteen_digits(string line)
    {
        PaymentSlips.TryRead(line, out var slip, out var fault).ShouldBeTrue(fault);

        slip.ShouldBe("123456789012347");
        fault.ShouldBeEmpty();
    }

    [TestCase("12345 67890 12347")]
    [TestCase(" 123456789012347\r\n")]
    [TestCase("+71< 123456789012347 +81234567<\n")]
    public void Blanks_and_line_breaks_are_where_somebody_grouped_it(string written)
    {
        PaymentSlips.TryRead(written, out var slip, out var fault).ShouldBeTrue(fault);
        slip.ShouldBe("123456789012347");
    }

    [TestCase("1234567890128", "001234567890128", Description = "kept as a number")]
    [TestCase("12345678901234", "123456789012347", Description = "its check digit is missing; with a zero before it, it is no slip's number either")]
    public void What_lost_zeros_or_its_check_digit_may_have_been_a_slip(string written, params string[] guesses) =>
        PaymentSlips.Guesses(written).ShouldBe(guesses);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("123456789012347", Description = "whole, and right")]
    [TestCase("123456789012340", Description = "whole, and wrong: nothing is missing")]
    [TestCase("1234567890123x")]
    public void Nothing_is_guessed_of_anything_else(string? written) => PaymentSlips.Guesses(written).ShouldBeEmpty();

    [TestCase(null)]
    [TestCase("")]
    [TestCase("12345678901234")]
    [TestCase("1234567890123470")]
    [TestCase("12345678901234x")]
    [TestCase("١٢٣٤٥٦٧٨٩٠١٢٣٤٧")]
    [TestCase(" 23456789012347")]
    [TestCase("+71<123456789012348+81234567<", Description = "a wrong check digit within the line")]
    [TestCase("+71<123456789012347+71234567<", Description = "a creditor's number begins with 8")]
    [TestCase("+71<123456789012347+8123456x<")]
    [TestCase("+71<123456789012347+81234567")]
    [TestCase("+75<1234567890123476+81234567<", Description = "+75 has 16 digits")]
    [TestCase("+75<123456789012347+81234567<")]
    [TestCase("+71<12345678901234+812345678<")]
    [TestCase("+")]
    public void Anything_else_is_a_fault_that_does_not_repeat_it(string? text)
    {
        PaymentSlips.TryRead(text, out var slip, out var fault).ShouldBeFalse();

        slip.ShouldBeEmpty();
        fault.ShouldNotBeEmpty();
        if (text?.Length > 1)
            fault.ShouldNotContain(text);
    }

    [Test]
    public void Every_single_wrong_digit_is_noticed()
    {
        var slip = PaymentSlips.WithCheckDigit("98765432109876");
        for (var place = 0; place < slip.Length; place++)
        {
            for (var digit = '0'; digit <= '9'; digit++)
            {
                var typed = slip.ToCharArray();
                typed[place] = digit;
                PaymentSlips.TryRead(new string(typed), out _, out _).ShouldBe(digit == slip[place]);
            }
        }
    }

    [TestCase("1234567890123")]
    [TestCase("123456789012345")]
    [TestCase("1234567890123a")]
    public void A_body_has_fourteen_digits(string body) => Should.Throw<ArgumentException>(() => PaymentSlips.WithCheckDigit(body));

    [Test]
    public void The_example_is_good() => PaymentSlips.TryRead(PaymentSlips.Example, out _, out _).ShouldBeTrue();
}

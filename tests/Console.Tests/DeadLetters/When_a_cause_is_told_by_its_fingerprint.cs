using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.DeadLetters;

public sealed class When_a_cause_is_told_by_its_fingerprint
{
    private const string Type = "System.InvalidOperationException";

    [TestCase("Claim 434536 is not there.", "Claim 7 is not there.")]
    [TestCase("Claim 0f8fad5b-d9cb-469f-a165-70867728950e is not there.", "Claim 12345678-1234-5abc-8def-012345678901 is not there.", Description = "the second is masked in part: it looks like a CPR number")]
    [TestCase("Claim 0f8fad5bd9cb469fa16570867728950e is not there.", "Claim aabbccddeeff00112233445566778899 is not there.")]
    [TestCase("No debtor 'Anna Ærø'.", "No debtor 'Bo'.")]
    [TestCase("At 2026-11-22T10:00:00Z it ended.", "At 2026-11-23T11:12:13.456Z it ended.")]
    [TestCase("It says 010101-1234 and 0101011234.", "It says 31 and 4.")]
    [TestCase("Number 12345678901234 is odd.", "Number 1 is odd.", Description = "ten of its digits are masked")]
    public void values_make_no_difference(string one, string other) => Of(one).ShouldBe(Of(other));

    [Test]
    public void a_long_value_does_not_move_where_the_text_is_cut()
    {
        var tail = string.Concat(Enumerable.Repeat("and more of the same words ", 20));
        Of($"No debtor '{new string('x', 5)}' {tail}").ShouldBe(Of($"No debtor '{new string('y', 150)}' {tail}"));
    }

    [Test]
    public void lines_numbers_of_closures_and_the_rest_of_the_stack_make_no_difference()
    {
        Of("No.", "at System.Text.Json.X()", "at ClaimsTransfer.Routing.Saga.Steps.Take(Int32 n) in /a/Steps.cs:line 12")
            .ShouldBe(Of("No.", "at ClaimsTransfer.Routing.Saga.Steps.Take(Int64 n) in /b/Steps.cs:line 99", "at ClaimsTransfer.Other.Thing()"));
        Of("No.", "at ClaimsTransfer.Routing.Steps.<>c__DisplayClass3_0.<<Take>b__0>d.MoveNext() in X.cs:line 1")
            .ShouldBe(Of("No.", "at ClaimsTransfer.Routing.Steps.<>c__DisplayClass4_1.<<Take>b__2>d.MoveNext() in X.cs:line 2"));
        Of("No.", "at ClaimsTransfer.Routing.Steps.<Take>d__12.MoveNext()").ShouldBe(Of("No.", "at ClaimsTransfer.Routing.Steps.<Take>d__13.MoveNext()"));
        Of("No.", "at ClaimsTransfer.Routing.Steps.Take[T](T x)").ShouldNotBe(Of("No."));
    }

    [Test]
    public void another_type_text_or_method_is_another_cause()
    {
        var one = Of("No.", "at ClaimsTransfer.A.B()");
        new[] { Fingerprint.Of("Y", "No.\nat ClaimsTransfer.A.B()"), Of("Yes.", "at ClaimsTransfer.A.B()"), Of("No.", "at ClaimsTransfer.A.C()") }.ShouldAllBe(other => other != one);
    }

    private static string Of(string text, params string[] stack) => Fingerprint.Of(Type, PersonalData.Mask(string.Join("\n   ", [text, .. stack]), FaultNote.TextLimit));
}

using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_a_claim_is_shown_by_command
{
    private static readonly object Known = new { municipality = "0101", claim = (object?)null, messages = Array.Empty<object>(), letters = Array.Empty<object>() };

    [TestCase("dk-710100", "434536")]
    [TestCase("DK-710100", "434536")]
    public async Task its_library_may_be_typed_in_any_case(params string[] arguments)
    {
        await using var console = await ConsoleStandIn.StartAsync();
        console.Answers("GET /claims/DK-710100/434536", Known);

        (await console.ClaimsAsync(["show", .. arguments])).ShouldEndWith(0).Output.ShouldContain("DK-710100 434536");
    }

    [Test]
    public async Task what_names_it_leads_to_it()
    {
        await using var console = await ConsoleStandIn.StartAsync();
        console.Answers("GET /claims", new { claims = new[] { Found(434536) } }).Answers("GET /claims/DK-710100/434536", Known);

        (await console.ClaimsAsync("show", "+71< 123456789012347 +81234567<")).ShouldEndWith(0).Output.ShouldContain("DK-710100 434536");
    }

    [Test]
    public async Task several_of_the_name_are_listed_to_choose_from_and_none_is_said()
    {
        await using var console = await ConsoleStandIn.StartAsync();
        console.Answers("GET /claims", new { claims = new[] { Found(434536), Found(434537) } });
        var said = (await console.ClaimsAsync("show", "271828")).ShouldEndWith(1).Output;
        said.ShouldContain("DK-710100 434537");
        said.ShouldContain("claims show DK-710100 434536");

        console.Answers("GET /claims", new { claims = Array.Empty<object>() });
        (await console.ClaimsAsync("show", "OPUS-1")).ShouldEndWith(1).Errors.ShouldContain("No claim is found by 'OPUS-1'");
    }

    private static object Found(long feeId) => new { agency = "DK-710100", feeId, status = "Transferred", amountOre = 7000, debtorReference = "OPUS-77" };
}

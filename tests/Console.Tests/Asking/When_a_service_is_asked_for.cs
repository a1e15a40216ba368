using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Asking;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.Asking;

public sealed class When_a_service_is_asked_for
{
    [Test]
    public void its_own_address_goes_before_the_one_of_all()
    {
        var urls = new ServiceUrls(new ConsoleOptions
        {
            Services = new Dictionary<string, string> { ["all"] = "http://127.0.0.1:1", ["Routing"] = "http://127.0.0.1:2/" },
        });

        urls.Of("Routing").ShouldBe(new Uri("http://127.0.0.1:2/"));
        urls.Of(Vendor.Prisme).ShouldBe(new Uri("http://127.0.0.1:1/"));
        new ServiceUrls(new ConsoleOptions()).Of("Routing").ShouldBeNull();
    }

    [TestCase("Printer", "http://127.0.0.1:1", "no service")]
    [TestCase("Routing", "somewhere", "http://127.0.0.1:5081")]
    public void a_wrong_setting_says_what_a_good_one_is(string service, string url, string says) =>
        new ConsoleOptions { Services = new Dictionary<string, string> { [service] = url } }.Faults().ShouldHaveSingleItem().ShouldContain(says);
}

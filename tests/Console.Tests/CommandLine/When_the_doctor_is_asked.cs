using System.Net;
using Shouldly;

namespace ClaimsTransfer.OperationsConsole.Tests.CommandLine;

[TestFixture]
public sealed class When_the_doctor_is_asked
{
    [Test]
    public async Task what_needs_a_person_is_said_with_whose_it_is_and_since_when()
    {
        await using var console = await ConsoleStandIn.StartAsync();
        console.Answers("GET /overview", new
        {
            needs = new object[]
            {
                new { kind = "HeldClaims", count = 3, what = "claims are held", href = "/console/claims", municipalities = new[] { "0101", "0751" } },
                new
                {
                    kind = "RefusedDocuments", count = 1, what = "file or push with payments is refused whole", href = "/console/municipalities/0155", municipalities = new[] { "0155" }, since = "2026-11-24T08:00:00Z",
                    documents = new[]
                    {
                        new { municipality = "0155", document = new { name = "0155_1_dag1.bet", fault = "wrongEntry", line = 3, field = "02", since = "2026-11-24T08:00:00Z", times = 2 } },
                    },
                },
            },
        });

        var said = (await console.ClaimsAsync("doctor")).Output;

        said.ShouldContain("needs you  3 claims are held (0101, 0751)");
        said.ShouldContain("needs you  1 file or push with payments is refused whole (0155), since 2026-11-24 08:00 UTC");
        said.ShouldContain("0155 0155_1_dag1.bet: wrongEntry, line 3, field 02, 2 times since 2026-11-24 08:00 UTC");
    }

    [Test]
    public async Task a_console_that_cannot_say_it_is_told_of_and_so_is_the_rest()
    {
        await using var console = await ConsoleStandIn.StartAsync();
        console.Refuses("GET /overview", HttpStatusCode.InternalServerError, "It failed.");

        var said = (await console.ClaimsAsync("doctor")).ShouldEndWith(1).Output;

        said.ShouldContain("not so  what waits for a person");
        said.ShouldContain("store");
    }
}

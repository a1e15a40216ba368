using ClaimsTransfer.Cli.Running;
using ClaimsTransfer.Journeys.Running;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>Ctrl-C in a terminal, or a kill by whatever watches over it: the run ends in order and says what it leaves.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
public sealed class When_a_run_is_stopped
{
    [TestCase("Ctrl-C")]
    [TestCase("kill")]
    public async Task it_ends_in_order_and_says_where_it_goes_on(string how)
    {
        var data = Folders.New($"stopped-by-{how}");
        await using var run = Command.Run("--no-samples", "--data", data);
        using (await Wait.ForSystemAsync(data, run))
        {
            if (how == "kill")
                run.Terminate();
            else
                run.Interrupt();
        }

        (await run.EndAsync(TimeSpan.FromMinutes(1))).ShouldBe(ExitCodes.Done, run.Said);
        run.Said.ShouldContain("(all services)");
        run.Said.ShouldContain($"--data {data} goes on there");
        Endpoints.TryRead(data).ShouldBeNull();
    }
}

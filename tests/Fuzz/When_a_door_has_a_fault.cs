using System.Text;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using Shouldly;

namespace ClaimsTransfer.Fuzz;

/// <summary>A fuzzer that finds nothing must be known to find something.</summary>
public sealed class When_a_door_has_a_fault
{
    private const int Enough = 2_000;

    [Test]
    public async Task An_exception_is_found_and_told_by_the_smallest_input_that_shows_it()
    {
        var report = await RunAsync(body => body.Contains("\\ud83d", StringComparison.Ordinal) ? throw new InvalidOperationException("half a surrogate") : new Answer(true, ""));

        var fault = report.Faults.ShouldHaveSingleItem();
        fault.ShouldStartWith("flawed, seed 1, input ");
        fault.ShouldContain("InvalidOperationException: half a surrogate");
        fault.ShouldContain("The smallest input that shows it: \n\\ud83d\n");
        fault.ShouldContain("tests/Fuzz/corpus/flawed/");
    }

    [Test]
    public async Task A_refusal_without_a_reason_is_found() =>
        (await RunAsync(body => new Answer(!body.Contains("null", StringComparison.Ordinal), " "))).Faults.ShouldHaveSingleItem().ShouldContain("refused without a reason");

    [Test]
    public async Task A_CPR_number_that_is_said_again_is_found() =>
        (await RunAsync(body => new Answer(false, $"{body} is no fee"))).Faults.ShouldHaveSingleItem().ShouldContain("a CPR number is said again");

    [Test]
    public async Task What_never_answers_is_found() =>
        (await RunAsync(async body =>
        {
            await Task.Delay(body.Contains("-0", StringComparison.Ordinal) ? Timeout.InfiniteTimeSpan : TimeSpan.Zero);
            return new Answer(true, "");
        }, TimeSpan.FromMilliseconds(300))).Faults.ShouldHaveSingleItem().ShouldContain("no answer in time");

    [Test]
    public async Task What_is_kept_of_each_input_is_seen_as_growth()
    {
        var kept = new List<byte[]>();
        (await RunAsync(_ =>
        {
            kept.Add(new byte[50_000]);
            return new Answer(true, "");
        })).GrownBytes.ShouldBeGreaterThan(70_000_000);
        kept.ShouldNotBeEmpty();
    }

    [Test]
    public void The_same_seed_makes_the_same_inputs_and_another_makes_others()
    {
        foreach (var name in AllDoors.Names.Except(["conformance-results"]))
        {
            var door = AllDoors.Named(name);
            var inputs = Enumerable.Range(0, 50).Select(seed => Convert.ToHexString(door.Next(new Seeded(seed)).Write())).ToList();

            Enumerable.Range(0, 50).Select(seed => Convert.ToHexString(door.Next(new Seeded(seed)).Write())).ShouldBe(inputs, name);
            inputs.Distinct().Count().ShouldBeGreaterThan(30, name);
        }
    }

    [Test]
    public void An_input_is_the_same_when_it_is_read_again()
    {
        var input = new Input([0, 10, 13, 255, 32], new Dictionary<string, string> { ["a"] = "b: c\n%\ud83d\0æ", ["path"] = "/x?y=1" });

        var again = Input.Read(input.Write());

        again.Body.ShouldBe(input.Body);
        again.Properties.ShouldBe(input.Properties, ignoreOrder: true);
    }

    private static Task<FuzzReport> RunAsync(Func<string, Answer> answer) => RunAsync(body => Task.FromResult(answer(body)), null);

    private static async Task<FuzzReport> RunAsync(Func<string, Task<Answer>> answer, TimeSpan? patience)
    {
        await using var door = new FlawedDoor(answer);
        return await new FuzzRun(door, seed: 1, patience).RunAsync(Enough);
    }

    private sealed class FlawedDoor(Func<string, Task<Answer>> answer) : Door("flawed", Form.Json)
    {
        public override IReadOnlyList<Input> Examples { get; } = [new("""{"feeId":434536,"reason":"Gebyr","borrower":{"cpr":"0101145678"}}""")];

        public override Task<Answer> TakeAsync(Input input) => answer(Encoding.UTF8.GetString(input.Body));
    }
}

using System.Text.RegularExpressions;
using ClaimsTransfer.ConnectorSdk.Limits;
using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Overview;
using ClaimsTransfer.OperationsConsole.Replaying;
using ClaimsTransfer.Payments.Matching;
using ClaimsTransfer.Payments.ToFbs;
using ClaimsTransfer.Routing.Saga;
using Shouldly;

namespace ClaimsTransfer.Journeys.Waits;

/// <summary>The table of what waits has every state that something can be in, and every need that the overview knows.</summary>
public sealed partial class When_what_waits_is_listed
{
    private static readonly Type[] Kinds = [typeof(ClaimStatus), typeof(OrderState), typeof(UnmatchedState), typeof(LaneState), typeof(LetterStatus), typeof(ReplayStatus)];
    private static readonly string Table = File.ReadAllText(Path.Combine(Repository.Root, "services/Console/WAITS.md"));

    [TestCaseSource(nameof(Kinds))]
    public void each_state_has_one_row(Type kind)
    {
        foreach (var state in Enum.GetNames(kind))
            Rows().Count(row => row[0] == $"`{kind.Name}.{state}`").ShouldBe(1, $"{kind.Name}.{state} in services/Console/WAITS.md");
    }

    [Test]
    public void no_row_is_of_a_state_that_is_gone()
    {
        var known = Kinds.SelectMany(kind => Enum.GetNames(kind).Select(state => $"`{kind.Name}.{state}`")).ToHashSet();
        Rows().Select(row => row[0]).Where(first => first.StartsWith('`')).ShouldAllBe(first => known.Contains(first));
    }

    [Test]
    public void every_need_is_whose_something_becomes_and_no_other_is_named()
    {
        var named = Rows().SelectMany(row => Word().Matches(row[^1]).Select(word => word.Groups[1].Value)).Where(word => !word.Contains(':') && char.IsUpper(word[0])).ToHashSet();
        named.ShouldBe(Enum.GetNames<NeedKind>(), ignoreOrder: true);
    }

    private static IEnumerable<string[]> Rows() => Table.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Trim('|', ' ').Split(" | "));

    [GeneratedRegex("`([A-Za-z:]+)`")]
    private static partial Regex Word();
}

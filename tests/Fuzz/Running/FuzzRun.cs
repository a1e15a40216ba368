using System.Diagnostics;
using System.Globalization;
using System.Text;
using ClaimsTransfer.Fuzz.Inputs;

namespace ClaimsTransfer.Fuzz.Running;

/// <summary>What a run came to.</summary>
/// <param name="Faults">One of each kind, with the smallest input that shows it.</param>
internal sealed record FuzzReport(string Door, int Inputs, int Taken, TimeSpan Took, long GrownBytes, IReadOnlyList<string> Faults)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Door}: {Inputs} inputs, {Taken} taken, {Inputs - Taken} refused, {Faults.Count} faults; {Took.TotalSeconds:0.0} s, memory grew by {GrownBytes / 1_000_000.0:0.0} MB");
}

/// <summary>Gives a door the inputs of its corpus, then as many new ones as are asked for, and holds each answer against what every door owes.</summary>
/// <param name="patience">How long an answer may take; null: five seconds.</param>
internal sealed class FuzzRun(Door door, int seed, TimeSpan? patience = null)
{
    /// <summary>A machine may be busy: what does not end in its time is given once more, and so much longer, before it is called a hang.</summary>
    private const int LongerOnce = 6;

    private readonly TimeSpan first = patience ?? TimeSpan.FromSeconds(5);
    private const int FaultsAtMost = 8;
    private readonly Dictionary<string, string> faults = new(StringComparer.Ordinal);
    private bool hangs;
    private int given;
    private int taken;

    public async Task<FuzzReport> RunAsync(int count)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var (name, input) in Corpus.Of(door.Name))
            await GiveAsync(input, $"corpus/{door.Name}/{name}");
        long before = 0;
        for (var index = 0; index < count && faults.Count < FaultsAtMost && !hangs; index++)
        {
            if (index == count / 4)
                before = GC.GetTotalMemory(forceFullCollection: true);
            // Each by a seed of its own, so that one can be made again without those before it.
            await GiveAsync(door.Next(new Seeded(HashCode(seed, index))), $"seed {seed}, input {index}");
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        if (faults.Count == 0)
            await door.CheckBooksAsync(given, taken);
        return new FuzzReport(door.Name, given, taken, Stopwatch.GetElapsedTime(began), grown, [.. faults.Values]);
    }

    private async Task GiveAsync(Input input, string where)
    {
        given++;
        var (answer, fault) = await TryAsync(input, first);
        taken += answer is { IsTaken: true } ? 1 : 0;
        if (fault is null || faults.ContainsKey(fault.Kind))
            return;
        // What hangs goes on in the background: what came after it would be blamed for that.
        hangs = fault.IsHang;
        var smallest = fault.IsHang ? input : await SmallestAsync(input, fault.Kind);
        faults[fault.Kind] = Told(smallest, where, fault);
    }

    private async Task<(Answer? Answer, Fault? Fault)> TryAsync(Input input, TimeSpan limit)
    {
        var work = Task.Run(() => door.TakeAsync(input));
        try
        {
            var answer = await work.WaitAsync(limit);
            return (answer, FaultOf(answer));
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            return limit > first ? (null, new Fault("no answer in time", $"nothing within {limit.TotalSeconds} s", IsHang: true)) : await TryAsync(input, first * LongerOnce);
        }
        catch (Exception thrown)
        {
            var frame = thrown.ToString().Split('\n').FirstOrDefault(line => line.Contains("at ClaimsTransfer.", StringComparison.Ordinal) && !line.Contains(".Fuzz.", StringComparison.Ordinal)) ?? "";
            return (null, new Fault($"{thrown.GetType().Name}{frame.Split(" in ")[0]}", thrown.ToString()));
        }
    }

    private Fault? FaultOf(Answer answer)
    {
        if (!answer.IsTaken && string.IsNullOrWhiteSpace(answer.Said))
            return new Fault("refused without a reason", "");
        if (door.IsOfPersons && Seeded.CprNumbers.FirstOrDefault(number => answer.Said.Contains(number, StringComparison.Ordinal)) is not null)
            return new Fault("a CPR number is said again", answer.Said);
        return door.LeakInLog() is { } leak ? new Fault("a CPR number is logged", leak) : null;
    }

    /// <summary>Takes away what the fault does not need: halves of the body, then smaller pieces, then what goes with it.</summary>
    private async Task<Input> SmallestAsync(Input input, string kind)
    {
        var tries = 400;
        for (var piece = Math.Max(1, input.Body.Length / 2); piece > 0 && tries > 0; piece /= 2)
        {
            for (var at = 0; at < input.Body.Length && tries > 0;)
            {
                var without = input with { Body = [.. input.Body[..at], .. input.Body[Math.Min(input.Body.Length, at + piece)..]] };
                tries--;
                if (await IsSameAsync(without, kind))
                    input = without;
                else
                    at += piece;
            }
        }

        foreach (var property in input.Properties.Keys.Where(name => name is not ("path" or "call")).ToList())
        {
            if (input.With(property, null) is var without && await IsSameAsync(without, kind))
                input = without;
        }

        return input;
    }

    private async Task<bool> IsSameAsync(Input input, string kind)
    {
        given++;
        var (answer, fault) = await TryAsync(input, first);
        taken += answer is { IsTaken: true } ? 1 : 0;
        return fault?.Kind == kind;
    }

    private string Told(Input smallest, string where, Fault fault)
    {
        var path = Corpus.Leave(door.Name, smallest);
        var shown = Encoding.UTF8.GetString(smallest.Write());
        return $"{door.Name}, {where}: {fault.Kind}\n{(fault.Detail.Length > 3_000 ? fault.Detail[..3_000] : fault.Detail)}\nThe smallest input that shows it: {(shown.Length > 1_000 ? shown[..1_000] : shown)}\n" +
            $"To have it given in every run: cp {path} tests/Fuzz/corpus/{door.Name}/WHAT-IT-IS.input";
    }

    private static int HashCode(int seed, int index) => unchecked((seed * 1_000_003) ^ (index * 7_919));

    private sealed record Fault(string Kind, string Detail, bool IsHang = false);
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ClaimsTransfer.Sandbox.Faults;

/// <summary>What happens to one call at a debtor system.</summary>
/// <param name="Down">The municipality's system answers nothing now.</param>
/// <param name="Unavailable">It says it takes nothing now; nothing is done.</param>
/// <param name="DropReply">It does what it is told, and the reply is lost.</param>
/// <param name="Slow">It takes so long before it does anything.</param>
public readonly record struct CallFault(bool Down, bool Unavailable, bool DropReply, TimeSpan Slow);

/// <summary>
/// Decides which call, claim and receipt a fault hits: by a hash of the seed and what is hit, so that a run repeats whatever its timing.
/// The plan is replaced while calls run; each call sees one plan.
/// </summary>
public sealed class FaultControl(FaultPlan initial, int seed = 1)
{
    // Only calls that were hit are counted: the others are decided alike each time, and no memory grows with the claims.
    private readonly ConcurrentDictionary<string, int> attempts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> calls = new(StringComparer.Ordinal);
    private volatile FaultPlan plan = initial;

    public FaultPlan Plan
    {
        get => plan;
        set => plan = value;
    }

    /// <summary>How many calls, questions and files have arrived for each municipality since the start, whatever became of them.</summary>
    public IReadOnlyDictionary<string, long> Calls => calls;

    /// <summary>The fault of one attempt of a call. <paramref name="call"/> names what is called for and stays the same through every attempt.</summary>
    public CallFault OfCall(string municipality, string call)
    {
        var now = plan;
        calls.AddOrUpdate(municipality, 1, static (_, count) => count + 1);
        if (now.Down.Contains(municipality))
            return new CallFault(Down: true, Unavailable: false, DropReply: false, now.Slow);
        var attempt = attempts.GetValueOrDefault(call);
        var unavailable = Hits(now.Unavailable, "unavailable", call, attempt);
        var drop = !unavailable && Hits(now.DropReply, "drop-reply", call, attempt);
        if (unavailable || drop)
            attempts.AddOrUpdate(call, 1, static (_, count) => count + 1);
        return new CallFault(Down: false, unavailable, drop, now.Slow);
    }

    /// <summary>Whether this attempt to tell of entries breaks off; each draws its lot anew.</summary>
    /// <param name="what">What is told, the same through every attempt.</param>
    public bool CutsOff(string what)
    {
        var cuts = Hits(plan.CutFile, "cut-file", what, attempts.GetValueOrDefault(what));
        if (cuts)
            attempts.AddOrUpdate(what, 1, static (_, count) => count + 1);
        return cuts;
    }

    /// <summary>Whether the claim's registration is one of those refused.</summary>
    public bool Rejects(string municipality, string reference) => Hits(plan.Reject, "reject", $"{municipality}/{reference}", 0);

    /// <summary>Whether all that is said about the claim is nonsense.</summary>
    public bool Poisons(string municipality, string reference) => Hits(plan.Poison, "poison", $"{municipality}/{reference}", 0);

    /// <summary>Whether what arrives for a poisoned claim is carried out all the same: nobody can tell by the answer.</summary>
    public bool BooksPoisoned(string municipality, string reference) => Hits(0.5, "poison-books", $"{municipality}/{reference}", 0);

    /// <summary>Which of two sorts of nonsense an instruction is answered with.</summary>
    public bool IsWildNonsense(Guid instructionId) => Hits(0.5, "poison-sort", instructionId.ToString(), 0);

    /// <summary>Whether the receipt of this instruction is sent twice.</summary>
    public bool DoublesReceipt(Guid instructionId) => Hits(plan.DuplicateReceipt, "duplicate-receipt", instructionId.ToString(), 0);

    /// <summary>Whether a fault with this share hits; each fault draws its own lot, and each attempt anew.</summary>
    public bool Hits(double share, string fault, string what, int attempt)
    {
        if (share <= 0)
            return false;
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{fault}/{what}/{attempt}"), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) < share * (uint.MaxValue + 1.0);
    }
}

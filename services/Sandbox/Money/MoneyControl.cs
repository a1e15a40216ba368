using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ClaimsTransfer.Sandbox.Money;

/// <summary>
/// Draws what becomes of each claim, by a hash of the seed and what is drawn for, so that a run repeats whatever its timing. The plan is replaced while claims draw;
/// each draws by one plan, once.
/// </summary>
public sealed class MoneyControl(MoneyPlan initial, int seed = 1)
{
    private volatile MoneyPlan plan = initial;

    public MoneyPlan Plan
    {
        get => plan;
        set => plan = value;
    }

    /// <summary>Whether anything becomes of any claim. While not, no claim draws: a plan that is posted later reaches those registered before it, too.</summary>
    public bool IsOn => plan.LotOf(0) != Lot.None;

    public Lot LotOf(string municipality, string reference) => plan.LotOf(Draw("lot", $"{municipality}/{reference}"));

    /// <summary>A number from 0 to below 1; each purpose draws its own.</summary>
    public double Draw(string purpose, string what)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/money/{purpose}/{what}"), hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0);
    }

    /// <summary>Whether it is among a share of them.</summary>
    public bool Draws(double share, string purpose, string what) => share > 0 && Draw(purpose, what) < share;
}

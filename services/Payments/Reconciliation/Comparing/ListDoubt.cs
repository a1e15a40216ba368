using System.Text.Json.Serialization;

namespace ClaimsTransfer.Payments.Reconciliation.Comparing;

/// <summary>FBS's list holds so few open claims that it is likelier cut short than right: nothing is compared with it until a person says that it is.</summary>
/// <param name="Came">Open claims on the list.</param>
/// <param name="LastTime">At the last reconciliation that compared; null: there was none.</param>
/// <param name="Ours">That we hold open.</param>
public sealed record ListDoubt(long Came, long? LastTime, long Ours)
{
    /// <summary>Fewer than so many make no more differences than a person can look at.</summary>
    private const long Few = 10;

    /// <summary>For logs and the command line.</summary>
    [JsonIgnore]
    public string Reason =>
        $"FBS's list holds {Came} open claims; {(LastTime is { } last ? $"last time it was {last}" : "it is the first time")}, and {Ours} are open here. It was compared with nothing. "
        + "If the list is right, reconcile again and say so (--accept-fewer WHY).";

    /// <summary>None, or less than half of what it was, where our own accounts do not say the same.</summary>
    /// <returns>Null: the list can be right.</returns>
    public static ListDoubt? Of(long came, long? lastTime, long ours)
    {
        var expected = lastTime ?? ours;
        return expected >= Few && came * 2 < expected && came * 2 < ours ? new ListDoubt(came, lastTime, ours) : null;
    }
}

/// <summary>Why a list that was doubted is right.</summary>
public sealed record ListAccepted(string Who, string Why);

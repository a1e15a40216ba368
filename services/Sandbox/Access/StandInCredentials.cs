using ClaimsTransfer.Defaults.Access;

namespace ClaimsTransfer.Sandbox.Access;

/// <summary>The credentials that we and the stand-ins know each other by, on one machine: a folder for each side, each of its owner alone.</summary>
public static class StandInCredentials
{
    /// <summary>Makes what is missing of both sides, and leaves what is there: somebody may have put a real debtor system's in its place.</summary>
    /// <param name="ours">The installation's folder, <c>Claims:Credentials</c>.</param>
    /// <param name="theirs">The stand-ins', <c>Sandbox:Credentials</c>.</param>
    public static void Make(string ours, string theirs, IEnumerable<string> municipalities, TimeProvider time)
    {
        List<string> everybody = [.. municipalities.Order(StringComparer.Ordinal), DebtorCredentials.Fbs];
        Agree(new DebtorCredentials(ours), new DebtorCallers(theirs, time), everybody, who => $"claims-{who}");
        Agree(new DebtorCredentials(theirs), new DebtorCallers(ours, time), everybody.Where(who => who != DebtorCredentials.Fbs), who => $"opus-{who}");
    }

    private static void Agree(DebtorCredentials shows, DebtorCallers knows, IEnumerable<string> everybody, Func<string, string> nameOf)
    {
        var (shown, known) = (shows.All, knows.All);
        var drawn = everybody.Where(who => !shown.TryGetValue(who, out var one) || (one.User == nameOf(who) && !known.ContainsKey(nameOf(who))))
            .ToDictionary(who => who, _ => DebtorCallers.DrawPassword(), StringComparer.Ordinal);
        // Who is to be known first: a call between the two is refused and made again, and a password that nobody knows would be for ever.
        knows.Set(drawn.Select(one => KeyValuePair.Create(nameOf(one.Key), new DebtorCaller([one.Key], DebtorCallers.HashOf(one.Value)))));
        shows.Set(drawn.Select(one => KeyValuePair.Create(one.Key, new DebtorCredential(nameOf(one.Key), one.Value))));
    }
}

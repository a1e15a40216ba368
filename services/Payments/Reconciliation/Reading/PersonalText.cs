using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.Payments.Reconciliation.Reading;

/// <summary>What others wrote where a number of ours should stand may be anything, a person's number among it: it is shown short, and without what has that shape.</summary>
internal static class PersonalText
{
    public const int Limit = 100;

    public static string Shown(string text) => PersonalData.Mask(text.Replace('\0', ' '), Limit);
}

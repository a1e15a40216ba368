namespace ClaimsTransfer.Sandbox.Money;

/// <summary>One thing that a debtor system does to a claim. What it amounts to is worked out when it is done.</summary>
public enum MoneyAction { PayRest, PayShare, PayMore, TakeBack, Charge, PayCharges, Correct, CorrectBack, WriteOffRest, Collect, Recall }

/// <param name="Number">From 1 within the claim.</param>
public sealed record MoneyStep(string Municipality, string Reference, int Number, MoneyAction Action, DateTimeOffset DueAt)
{
    public string Id => $"{Municipality}/{Reference}/{Number}";
}

/// <summary>What each lot means, step by step.</summary>
internal static class MoneyScript
{
    private const double InTwoPayments = 0.3;
    private const double WithChargesPaid = 0.5;
    private const double Corrected = 0.1;
    private const double CorrectedBack = 0.5;
    private const double PartPaidBeforeWriteOff = 0.4;
    private const double Recalled = 0.5;

    private const double ShortestDelay = 50;
    private const double LongestFirstDelay = 2_000;
    private const double LongestDelay = 1_000;

    /// <summary>The claim's steps with their moments, in order; none where its lot is none.</summary>
    public static IReadOnlyList<MoneyStep> Of(Lot lot, MoneyControl control, string municipality, string reference, DateTimeOffset now)
    {
        var claim = $"{municipality}/{reference}";
        MoneyAction[] actions = lot switch
        {
            Lot.Pay => Draws(InTwoPayments) ? [MoneyAction.PayShare, MoneyAction.PayRest] : [MoneyAction.PayRest],
            Lot.Part =>
            [
                MoneyAction.PayShare, MoneyAction.Charge,
                .. Draws(WithChargesPaid, "charges") ? [MoneyAction.PayCharges] : Array.Empty<MoneyAction>(),
                .. Draws(Corrected, "correct") ? Draws(CorrectedBack, "correct-back") ? [MoneyAction.Correct, MoneyAction.CorrectBack] : [MoneyAction.Correct] : Array.Empty<MoneyAction>(),
            ],
            Lot.Over => [MoneyAction.PayMore],
            Lot.Reverse => [MoneyAction.PayRest, MoneyAction.TakeBack],
            Lot.WriteOff => Draws(PartPaidBeforeWriteOff) ? [MoneyAction.PayShare, MoneyAction.WriteOffRest] : [MoneyAction.WriteOffRest],
            Lot.Collect => Draws(Recalled) ? [MoneyAction.Collect, MoneyAction.Recall] : [MoneyAction.Collect],
            _ => [],
        };
        var due = now;
        return [.. actions.Select((action, index) =>
        {
            var longest = index == 0 ? LongestFirstDelay : LongestDelay;
            due += TimeSpan.FromMilliseconds(ShortestDelay + ((longest - ShortestDelay) * control.Draw("delay", $"{claim}/{index + 1}")));
            return new MoneyStep(municipality, reference, index + 1, action, due);
        })];

        bool Draws(double share, string purpose = "way") => control.Draws(share, purpose, claim);
    }
}

using System.Diagnostics.CodeAnalysis;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.OperationsConsole.Access;

/// <summary>Why somebody does something: part of every action, and kept for good.</summary>
public static class Reason
{
    public const int Limit = 500;

    /// <param name="fault">What is wrong with it, for whoever gave it.</param>
    public static bool IsGood([NotNullWhen(true)] string? why, out string fault)
    {
        fault = string.IsNullOrWhiteSpace(why) ? "A reason is needed, such as 'the vendor has mended its receipts'."
            : why.Length > Limit ? $"The reason has {why.Length} characters and may have {Limit}."
            : why.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) ? "The reason contains a control character; leave it out."
            : PersonalData.Mask(why, Limit) != why ? "The reason contains what looks like a CPR number; leave it out."
            : "";
        return fault.Length == 0;
    }
}

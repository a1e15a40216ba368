using System.Text.RegularExpressions;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Pages.Frame;

namespace ClaimsTransfer.OperationsConsole.Pages.Users;

/// <summary>What an administrator filled in, and what is wrong with it.</summary>
public sealed partial class UserInput
{
    private const int LongestName = 100;

    public string? Name { get; set; }

    public Role Role { get; set; }

    public string? Municipalities { get; set; }

    public bool Disabled { get; set; }

    public string? Why { get; set; }

    /// <summary>By field.</summary>
    public Dictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

    public string? Fault(string field) => Faults.GetValueOrDefault(field);

    /// <summary>Those of the account; null: all. Faults are noted.</summary>
    public IReadOnlySet<string>? Check(ITexts texts, IMunicipalities known)
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Trim().Length > LongestName || Name.Any(char.IsControl))
            Faults["name"] = texts["users.nameMissing"];
        CheckWhy(texts);
        var codes = (Municipalities ?? "").Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        if (codes.Contains("*"))
            return null;
        if (codes.Count == 0)
            Faults["municipalities"] = texts["users.noMunicipalities"];
        else if (codes.FirstOrDefault(code => known.Find(code) is null) is { } unknown)
            Faults["municipalities"] = texts["users.badMunicipalities", Code().IsMatch(unknown) ? unknown : "…"];
        return codes;
    }

    public void CheckWhy(ITexts texts)
    {
        if (Reasons.Fault(Why, texts) is { } fault)
            Faults["why"] = fault;
    }

    [GeneratedRegex("^[0-9]{1,8}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}

using System.Text;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Municipalities;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Municipalities;

/// <summary>A changed municipalities.yaml: pasted or uploaded, shown as a diff with what follows from it, then applied with a reason.</summary>
[Authorize(nameof(Role.Administrator))]
public sealed class ChangeModel(MunicipalityDesk desk, MunicipalityChange change, ITexts texts) : PageModel
{
    /// <summary>Ten times what all municipalities of the country need.</summary>
    private const int MostCharacters = 1_000_000;

    [BindProperty]
    public string? Yaml { get; set; }

    [BindProperty]
    public string? Token { get; set; }

    [BindProperty]
    public string? Why { get; set; }

    public MunicipalityPreview? Preview { get; private set; }

    public IReadOnlyList<MunicipalityFault> Faults { get; private set; } = [];

    public string? YamlFault { get; private set; }

    public string? WhyFault { get; private set; }

    public string? Failure { get; private set; }

    public string? FailureText { get; private set; }

    /// <summary>It says the same in other words: comments, order.</summary>
    public bool IsOtherText => Yaml is { } yaml && MunicipalityFile.TokenOf(yaml) != Preview?.Token;

    public async Task OnPostPreviewAsync(IFormFile? file, CancellationToken cancellation)
    {
        if (file is { Length: > 0 })
            Yaml = file.Length > MostCharacters ? new string(' ', MostCharacters + 1) : await TextOfAsync(file, cancellation);
        // Browsers send every line's end as CR LF: the file's own is LF.
        Yaml = Yaml?.ReplaceLineEndings("\n");
        if (string.IsNullOrWhiteSpace(Yaml))
            YamlFault = texts["municipalities.noFile"];
        else if (Yaml.Length > MostCharacters)
            (Yaml, YamlFault) = (null, texts["municipalities.tooLong"]);
        else
            Look();
    }

    public async Task<IActionResult> OnPostApplyAsync(CancellationToken cancellation)
    {
        Yaml = Yaml?.ReplaceLineEndings("\n") ?? "";
        if (!Reason.IsGood(Why, out _))
        {
            WhyFault = texts[string.IsNullOrWhiteSpace(Why) ? "frame.whyMissing" : "claims.whyBad"];
            Look();
            return Page();
        }

        try
        {
            var applied = await desk.ApplyAsync(Actor.Of(User), Yaml, Token ?? "", Why, cancellation);
            if (applied.Outcome is ApplyOutcome.Applied or ApplyOutcome.Unchanged)
            {
                TempData["Done"] = texts[$"municipalities.outcome.{applied.Outcome}"];
                return Redirect("/console/municipalities");
            }

            Failure = texts[$"municipalities.outcome.{applied.Outcome}"];
            Look();
        }
        catch (NotPossibleException)
        {
            Failure = texts["municipalities.notYours"];
        }

        return Page();
    }

    /// <summary>What follows, in the reader's language.</summary>
    public string Say(Consequence consequence, DifferingMunicipality municipality)
    {
        string? After(string field) => municipality.Fields.FirstOrDefault(one => one.Field == field)?.After;
        string? Before(string field) => municipality.Fields.FirstOrDefault(one => one.Field == field)?.Before;
        return texts[$"municipalities.consequence.{consequence.Kind}", municipality.Name, VendorOf(After("vendor")), VendorOf(Before("vendor")), After("cutover"), After("cvr")];
    }

    private string? VendorOf(string? name) => name is null ? null : texts.Find($"overview.vendor.{name}") ?? name;

    private void Look()
    {
        try
        {
            Preview = desk.Preview(Actor.Of(User), Yaml ?? "");
            Faults = Preview.Faults;
            if (change.Current.Faults.Count > 0)
                (Failure, FailureText) = (texts["municipalities.currentFaulty"], texts["municipalities.currentFaulty.text"]);
        }
        catch (NotPossibleException)
        {
            Failure = texts["municipalities.notYours"];
        }
    }

    private static async Task<string> TextOfAsync(IFormFile file, CancellationToken cancellation)
    {
        using var reader = new StreamReader(file.OpenReadStream(), Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellation);
    }
}

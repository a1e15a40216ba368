using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>
/// <c>&lt;form-field label="…" name="user" /&gt;</c>: label, hint, fault and input; or, with content, the label for the content's own input or select, whose id is the name.
/// </summary>
[HtmlTargetElement("form-field", Attributes = "label,name")]
public sealed class FormFieldTagHelper : TagHelper
{
    public string Label { get; set; } = "";

    public string Name { get; set; } = "";

    public string Type { get; set; } = "text";

    public string? Value { get; set; }

    public string? Hint { get; set; }

    /// <summary>What is wrong with what was given.</summary>
    public string? Fault { get; set; }

    public bool Required { get; set; }

    public string? Autocomplete { get; set; }

    /// <summary>A textarea of so many rows.</summary>
    public int Rows { get; set; }

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var own = await output.GetChildContentAsync();
        (Hint, Fault, Autocomplete) = (Hint.Given(), Fault.Given(), Autocomplete.Given());
        output.AddClass(Fault is null ? "form-group" : "form-group form-error");
        var described = string.Join(' ', new[] { Hint is null ? null : $"{Name}-hint", Fault is null ? null : $"{Name}-fault" }.OfType<string>());
        output.Write("div",
            Html.Element("label", "form-label", Label).With("for", Name),
            Hint is null ? null : Html.Element("span", "form-hint", Hint).With("id", $"{Name}-hint"),
            Fault is null ? null : Html.Element("span", "form-error-message", Fault).With("id", $"{Name}-fault"),
            own.IsEmptyOrWhiteSpace ? Input(described) : own);
    }

    private TagBuilder Input(string described)
    {
        var input = Rows > 0 ? Html.Element("textarea", "form-input", Value).With("rows", $"{Rows}") : Html.Element("input", "form-input").With("type", Type).With("value", Value);
        if (Rows == 0)
            input.TagRenderMode = TagRenderMode.SelfClosing;
        return input.With("id", Name).With("name", Name).With("required", Required ? "required" : null).With("autocomplete", Autocomplete)
            .With("aria-describedby", described.Length == 0 ? null : described).With("aria-invalid", Fault is null ? null : "true");
    }
}

/// <summary><c>&lt;filter-form label="…"&gt;fields&lt;/filter-form&gt;</c>: narrows a list by GET, so that what is seen can be sent to a colleague as an address.</summary>
[HtmlTargetElement("filter-form", Attributes = "label")]
public sealed class FilterFormTagHelper(Assets assets, ITexts texts) : TagHelper
{
    public string Label { get; set; } = "";

    /// <summary>The list without a filter.</summary>
    public string? Reset { get; set; }

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var fields = await output.GetChildContentAsync();
        output.AddClass("filter-form");
        output.Attributes.SetAttribute("method", "get");
        output.Attributes.SetAttribute("role", "search");
        output.Attributes.SetAttribute("aria-label", Label);
        output.Write("form", fields, Html.Element("div", "filter-form-actions",
            Html.Element("button", "button button-primary", IconTagHelper.Svg(assets, "search"), texts["frame.search"]).With("type", "submit"),
            Reset.Given() is { } reset ? Html.Element("a", "button button-tertiary", texts["frame.reset"]).With("href", reset) : null));
    }
}

/// <summary>
/// <c>&lt;confirm-form action="…" submit="…"&gt;what will happen, hidden fields&lt;/confirm-form&gt;</c>: posts with the antiforgery token and a reason, field <c>why</c>, that must be given.
/// </summary>
[HtmlTargetElement("confirm-form", Attributes = "submit")]
public sealed class ConfirmFormTagHelper(IHtmlGenerator html, ITexts texts) : TagHelper
{
    [ViewContext]
    [HtmlAttributeNotBound]
    public ViewContext View { get; set; } = null!;

    /// <summary>Where it posts to; the page itself when empty.</summary>
    public string Action { get; set; } = "";

    /// <summary>The button's text says what it does.</summary>
    public string Submit { get; set; } = "";

    /// <summary>Something is undone with trouble only.</summary>
    public bool Dangerous { get; set; }

    /// <summary>Tells several forms of a page from each other; no two of a page have the same.</summary>
    public string Id { get; set; } = "confirm";

    public string? Why { get; set; }

    public string? WhyFault { get; set; }

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var content = await output.GetChildContentAsync();
        WhyFault = WhyFault.Given();
        output.AddClass("confirm-form");
        output.Attributes.SetAttribute("method", "post");
        output.Attributes.SetAttribute("id", Id);
        if (Action.Length > 0)
            output.Attributes.SetAttribute("action", Action);
        var id = $"{Id}-why";
        output.Write("form", html.GenerateAntiforgery(View), content,
            Html.Element("div", WhyFault is null ? "form-group" : "form-group form-error",
                Html.Element("label", "form-label", texts["frame.why"]).With("for", id),
                Html.Element("span", "form-hint", texts["frame.whyHint"]).With("id", $"{id}-hint"),
                WhyFault is null ? null : Html.Element("span", "form-error-message", WhyFault).With("id", $"{id}-fault"),
                Html.Element("textarea", "form-input", Why).With("id", id).With("name", "why").With("rows", "2").With("required", "required").With("maxlength", "500")
                    .With("aria-describedby", WhyFault is null ? $"{id}-hint" : $"{id}-hint {id}-fault")),
            Html.Element("button", Dangerous ? "button button-warning" : "button button-primary", Submit).With("type", "submit"));
    }
}

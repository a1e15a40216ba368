using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary><c>&lt;page-heading text="…" lead="…"&gt;buttons&lt;/page-heading&gt;</c>: the page's one h1, and what can be done from it.</summary>
[HtmlTargetElement("page-heading", Attributes = "text")]
public sealed class PageHeadingTagHelper : TagHelper
{
    public string Text { get; set; } = "";

    public string? Lead { get; set; }

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var actions = await output.GetChildContentAsync();
        output.AddClass("page-heading");
        output.Write("div",
            Html.Element("div", null, Html.Element("h1", null, Text), Lead.Given() is { } lead ? Html.Element("p", "lead", lead) : null),
            actions.IsEmptyOrWhiteSpace ? null : Html.Element("div", "page-heading-actions", actions));
    }
}

/// <summary><c>&lt;status-tag state="Transferred" /&gt;</c>, text <c>state.Transferred</c>; or <c>&lt;status-tag tone="Warning" text="…" /&gt;</c>.</summary>
[HtmlTargetElement("status-tag", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class StatusTagTagHelper(Assets assets, ITexts texts) : TagHelper
{
    public string? State { get; set; }

    public Tone? Tone { get; set; }

    public string? Text { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var tone = Tone ?? Tones.Of(State ?? "");
        output.AddClass(tone == Frame.Tone.Neutral ? "badge status-tag" : $"badge status-tag badge-{tone.ToString().ToLowerInvariant()}");
        output.Write("span", IconTagHelper.Svg(assets, tone.Icon()), Text.Given() ?? texts.Find($"state.{State}") ?? State);
    }
}

/// <summary>A row of <c>&lt;key-figure&gt;</c>.</summary>
[HtmlTargetElement("key-figures")]
public sealed class KeyFiguresTagHelper : TagHelper
{
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "dl";
        output.AddClass("key-figures");
    }
}

/// <summary><c>&lt;key-figure label="Fejl" value="12" note="siden i går" tone="Error" href="/console/failures" /&gt;</c></summary>
[HtmlTargetElement("key-figure", ParentTag = "key-figures", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class KeyFigureTagHelper(Assets assets) : TagHelper
{
    public string Label { get; set; } = "";

    public string Value { get; set; } = "";

    public string? Note { get; set; }

    public Tone Tone { get; set; }

    public string? Href { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.AddClass($"key-figure key-figure-{Tone.ToString().ToLowerInvariant()}");
        var icon = Tone is Tone.Neutral ? null : IconTagHelper.Svg(assets, Tone.Icon());
        output.Write("div",
            Html.Element("dt", null, icon, Href.Given() is { } href ? Html.Element("a", null, Label).With("href", href) : Label),
            Html.Element("dd", "key-figure-value", Value), Note.Given() is { } note ? Html.Element("dd", "key-figure-note", note) : null);
    }
}

/// <summary><c>&lt;data-table caption="…"&gt;thead, tbody&lt;/data-table&gt;</c>: scrolls sideways on a phone, also by keyboard.</summary>
[HtmlTargetElement("data-table", Attributes = "caption")]
public sealed class DataTableTagHelper : TagHelper
{
    public string Caption { get; set; } = "";

    /// <summary>The caption is for those who listen; a heading stands above.</summary>
    public bool HideCaption { get; set; }

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var rows = await output.GetChildContentAsync();
        output.AddClass("table--responsive-scroll data-table");
        output.Attributes.SetAttribute("tabindex", "0");
        output.Attributes.SetAttribute("role", "region");
        output.Attributes.SetAttribute("aria-label", Caption);
        output.Write("div", Html.Element("table", "table table--compact", Html.Element("caption", HideCaption ? "sr-only" : null, Caption), rows));
    }
}

/// <summary><c>&lt;keyset-pager previous="URL" next="URL" /&gt;</c>; an empty one is not offered.</summary>
[HtmlTargetElement("keyset-pager", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class KeysetPagerTagHelper(Assets assets, ITexts texts) : TagHelper
{
    public string? Previous { get; set; }

    public string? Next { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        if (string.IsNullOrEmpty(Previous) && string.IsNullOrEmpty(Next))
        {
            output.SuppressOutput();
            return;
        }
        output.AddClass("keyset-pager");
        output.Attributes.SetAttribute("aria-label", texts["frame.pages"]);
        output.Write("nav",
            string.IsNullOrEmpty(Previous) ? null : Html.Element("a", "button button-secondary", IconTagHelper.Svg(assets, "chevron-left"), texts["frame.previous"]).With("href", Previous).With("rel", "prev"),
            string.IsNullOrEmpty(Next) ? null : Html.Element("a", "button button-secondary", texts["frame.next"], IconTagHelper.Svg(assets, "chevron-right")).With("href", Next).With("rel", "next"));
    }
}

/// <summary><c>&lt;alert-box tone="Warning" heading="…"&gt;text&lt;/alert-box&gt;</c></summary>
[HtmlTargetElement("alert-box", Attributes = "heading")]
public sealed class AlertBoxTagHelper(Assets assets) : TagHelper
{
    public Tone Tone { get; set; } = Tone.Info;

    public string Heading { get; set; } = "";

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var text = await output.GetChildContentAsync();
        output.AddClass($"alert alert-{(Tone == Tone.Neutral ? Tone.Info : Tone).ToString().ToLowerInvariant()}");
        if (Tone == Tone.Error && !output.Attributes.ContainsName("role"))
            output.Attributes.SetAttribute("role", "alert");
        output.Write("div",
            IconTagHelper.Svg(assets, Tone.Icon()).With("class", "icon-svg alert-icon"), Html.Element("p", "alert-heading", Heading),
            text.IsEmptyOrWhiteSpace ? null : Html.Element("div", "alert-text", text));
    }
}

/// <summary><c>&lt;empty-state text="…" /&gt;</c> where a list would stand.</summary>
[HtmlTargetElement("empty-state", Attributes = "text")]
public sealed class EmptyStateTagHelper : TagHelper
{
    public string Text { get; set; } = "";

    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        var more = await output.GetChildContentAsync();
        output.AddClass("empty-state");
        output.Write("div", Html.Element("p", null, Text), more.IsEmptyOrWhiteSpace ? null : more);
    }
}

/// <summary><c>&lt;progress-bar label="Afspiller" value="10" max="100" /&gt;</c>: the bar and the same in words.</summary>
[HtmlTargetElement("progress-bar", Attributes = "label", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ProgressBarTagHelper : TagHelper
{
    public string Label { get; set; } = "";

    public long Value { get; set; }

    public long Max { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.AddClass("progress-bar");
        var words = $"{Danish.Count(Value)} / {Danish.Count(Max)}";
        output.Write("div",
            Html.Element("p", null, Html.Element("span", null, Label), " ", Html.Element("span", null, Max == 0 ? words : $"{words} ({Danish.Percent((double)Value / Max, 0)})")),
            Html.Element("progress", null, words).With("max", $"{Math.Max(1, Max)}").With("value", $"{Value}").With("aria-label", Label));
    }
}

/// <summary>
/// <c>&lt;live-region src="URL" every="5"&gt;first content&lt;/live-region&gt;</c>: <c>console.js</c> fetches the fragment and puts it in place; without scripts the first content stays.
/// </summary>
[HtmlTargetElement("live-region", Attributes = "src")]
public sealed class LiveRegionTagHelper : TagHelper
{
    public string Src { get; set; } = "";

    /// <summary>Seconds.</summary>
    public int Every { get; set; } = 5;

    /// <summary>Read aloud when it changes; only for a few words, such as a progress.</summary>
    public bool Announce { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "div";
        output.Attributes.SetAttribute("data-live", Src);
        output.Attributes.SetAttribute("data-every", $"{Every}");
        if (Announce)
            output.Attributes.SetAttribute("aria-live", "polite");
    }
}

/// <summary><c>&lt;moment at="…" /&gt;</c>: Danish local time; the machine's form beside it.</summary>
[HtmlTargetElement("moment", Attributes = "at", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class MomentTagHelper : TagHelper
{
    public DateTimeOffset? At { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        if (At is not { } at)
        {
            output.Write("span", "–");
            return;
        }
        output.Attributes.SetAttribute("datetime", at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"));
        output.Write("time", Danish.Time(at));
    }
}

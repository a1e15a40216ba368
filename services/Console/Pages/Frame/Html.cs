using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>Elements made in code; text in them is encoded.</summary>
internal static class Html
{
    public static TagBuilder Element(string tag, string? css, params ReadOnlySpan<object?> content)
    {
        var element = new TagBuilder(tag);
        if (css is not null)
            element.AddCssClass(css);
        foreach (var part in content)
        {
            if (part is IHtmlContent html)
                element.InnerHtml.AppendHtml(html);
            else if (part is not null)
                element.InnerHtml.Append(part.ToString()!);
        }
        return element;
    }

    /// <summary>Razor makes an empty text of <c>attribute="@null"</c>: both mean that nothing was given.</summary>
    public static string? Given(this string? text) => string.IsNullOrEmpty(text) ? null : text;

    public static TagBuilder With(this TagBuilder element, string name, string? value)
    {
        if (value is not null)
            element.Attributes[name] = value;
        return element;
    }

    /// <summary>The helper's own element becomes <paramref name="tag"/> (none: null) around the content.</summary>
    public static void Write(this TagHelperOutput output, string? tag, params ReadOnlySpan<object?> content)
    {
        output.TagName = tag;
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Content.Clear();
        foreach (var part in content)
        {
            if (part is IHtmlContent html)
                output.Content.AppendHtml(html);
            else if (part is not null)
                output.Content.Append(part.ToString()!);
        }
    }

    public static void AddClass(this TagHelperOutput output, string css) =>
        output.Attributes.SetAttribute("class", output.Attributes["class"] is { } given ? $"{css} {given.Value}" : css);
}

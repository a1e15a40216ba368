using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary><c>&lt;icon name="search" /&gt;</c>: decoration beside a text, hidden from those who listen. The names: <c>assets/select.mjs</c>.</summary>
[HtmlTargetElement("icon", Attributes = "name", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class IconTagHelper(Assets assets) : TagHelper
{
    public string Name { get; set; } = "";

    public override void Process(TagHelperContext context, TagHelperOutput output) => output.Write(null, Svg(assets, Name));

    internal static TagBuilder Svg(Assets assets, string name)
    {
        var use = new TagBuilder("use");
        use.Attributes["href"] = $"{assets.Url("dkfds/icons.svg")}#{name}";
        var svg = Html.Element("svg", "icon-svg", use);
        svg.Attributes["aria-hidden"] = "true";
        svg.Attributes["focusable"] = "false";
        return svg;
    }
}

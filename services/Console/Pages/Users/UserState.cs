using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace ClaimsTransfer.OperationsConsole.Pages.Users;

/// <summary><c>&lt;user-state account="…" /&gt;</c>: active, or disabled.</summary>
[HtmlTargetElement("user-state", Attributes = "account", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class UserStateTagHelper(Assets assets, ITexts texts) : TagHelper
{
    public Account Account { get; set; } = null!;

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var (tone, text) = Account switch
        {
            { Disabled: true } => (Tone.Neutral, texts["users.disabled"]),
            _ => (Tone.Success, texts["users.active"]),
        };
        new StatusTagTagHelper(assets, texts) { Tone = tone, Text = text }.Process(context, output);
    }
}

using ClaimsTransfer.OperationsConsole.Access;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace ClaimsTransfer.OperationsConsole.Pages.Frame;

/// <summary>The pages, precompiled in this assembly, whichever program it runs in.</summary>
public static class PagesExtensions
{
    public static WebApplicationBuilder AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Assets>().AddSingleton<TextCatalogue>().AddScoped<ITexts, Texts>();
        builder.Services.AddRazorPages(pages => pages.Conventions.AuthorizeFolder("/", nameof(Role.Viewer)))
            // MVC looks for parts in the program's own assembly and what that names: here it is this one, and nothing else.
            .ConfigureApplicationPartManager(manager =>
            {
                var assembly = typeof(PagesExtensions).Assembly;
                manager.ApplicationParts.Clear();
                foreach (var part in ApplicationPartFactory.GetApplicationPartFactory(assembly).GetApplicationParts(assembly))
                    manager.ApplicationParts.Add(part);
            });
        // Names as jQuery writes them (a[b]) are used nowhere here, and their reader throws at a bracket that is open.
        builder.Services.Configure<MvcOptions>(mvc =>
        {
            mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
        });
        builder.Services.AddOptions<Microsoft.Extensions.WebEncoders.WebEncoderOptions>().Configure(encoder =>
            encoder.TextEncoderSettings = new System.Text.Encodings.Web.TextEncoderSettings(System.Text.Unicode.UnicodeRanges.All));
        return builder;
    }

    public static WebApplication MapPages(this WebApplication app)
    {
        app.MapGet("/", () => Results.Redirect(Where.Home)).AllowAnonymous();
        app.MapGet(Where.Assets + "/{version}/{**path}", (string version, string path, Assets assets, HttpContext context) => assets.Answer(version, path, context)).AllowAnonymous();
        app.MapRazorPages().WithMetadata(new AcceptsMetadata(["application/x-www-form-urlencoded", "multipart/form-data"]));
        return app;
    }
}

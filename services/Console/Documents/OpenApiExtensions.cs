using System.Text.Json.Nodes;
using ClaimsTransfer.OperationsConsole.Access;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ClaimsTransfer.OperationsConsole.Documents;

/// <summary><c>/console/api/openapi.json</c>: the whole API of the console, made from its endpoints; those of other services in the same process are not in it.</summary>
internal static class OpenApiExtensions
{
    public const string Path = Where.Api + "/openapi.json";

    private static readonly (string Status, string Means)[] Refused =
    [
        ("401", "Nobody is signed in."), ("403", "The role is not enough."), ("404", "There is none, or it is not yours to see."), ("409", "It cannot be done as things are; the detail says why."),
        ("422", "What was given cannot be used; the detail says what can."), ("429", "Too many calls; wait a little."), ("503", "A service that had to be asked is away."),
    ];

    public static WebApplicationBuilder AddApiDocument(this WebApplicationBuilder builder)
    {
        builder.Services.AddOpenApi(options =>
        {
            options.ShouldInclude = endpoint => $"/{endpoint.RelativePath}".StartsWith(Where.Api + "/", StringComparison.Ordinal);
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo
                {
                    Title = "Claims transfer: operations console", Version = "1",
                    Description = "What the console's pages can do. Amounts are integer øre; times are UTC. Whoever is given municipalities sees and touches those alone: everything else is not found.",
                };
                document.Servers = [];
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
                {
                    ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The installation's token, or a JWT of the organisation's provider." },
                };
                document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, _, _) =>
            {
                operation.Responses ??= [];
                foreach (var (status, means) in Refused)
                {
                    operation.Responses.TryAdd(status, new OpenApiResponse
                    {
                        Description = means, Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { ["application/problem+json"] = new OpenApiMediaType() },
                    });
                }

                return Task.CompletedTask;
            });
            options.AddOperationTransformer(LetterFilterParameters.Add);
            // Enums are words in what the console answers, whatever the process writes elsewhere.
            options.AddSchemaTransformer((schema, context, _) =>
            {
                if ((Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type) is { IsEnum: true } type)
                    (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. Enum.GetNames(type).Select(name => (JsonNode)name)]);
                return Task.CompletedTask;
            });
        });
        return builder;
    }

    public static void MapApiDocument(this WebApplication app) => app.MapOpenApi(Path).RequireAuthorization(nameof(Role.Viewer));
}

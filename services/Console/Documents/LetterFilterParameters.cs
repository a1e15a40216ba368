using ClaimsTransfer.OperationsConsole.Access;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ClaimsTransfer.OperationsConsole.Documents;

/// <summary>The filter of letters is read from the query as a whole, and so would not be in the document.</summary>
internal static class LetterFilterParameters
{
    private static readonly (string Name, string Description)[] All =
    [
        ("status", "Open, Replaying, Replayed, Corrected, Archived, Purged or all; may repeat. Absent: Open."), ("cause", "The cause in business terms, such as answerNotUnderstood."),
        ("fingerprint", "The exact cause."), ("municipality", "Four digits; may repeat."), ("vendor", "KmdOpus, Prisme or OesIndsigt."), ("name", "The message type."),
        ("queue", "Where it failed."), ("claimId", "The claim's id."), ("agency", "The library, such as DK-710100."), ("feeId", "The fee's number in FBS."), ("messageId", "The message's id."),
        ("replayId", "The replay it was in last."), ("text", "Part of the cause's text."), ("from", "Failed last at that moment or later."), ("to", "Failed last before."),
    ];

    public static Task Add(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        if ($"/{context.Description.RelativePath}" is not (Where.Api + "/letters" or Where.Api + "/letters/groups"))
            return Task.CompletedTask;
        operation.Parameters ??= [];
        foreach (var (name, description) in All)
            operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        return Task.CompletedTask;
    }
}

using ClaimsTransfer.Defaults.Notes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ClaimsTransfer.Defaults.Asking;

/// <summary>A refusal that people are shown: its <c>detail</c> says it in English, its member <c>note</c> is for whoever words it.</summary>
public static class NotedProblem
{
    public static ProblemHttpResult Of(Note note, int status) =>
        TypedResults.Problem(
            NoteTexts.InEnglish.Say(note), statusCode: status, extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["note"] = note });
}

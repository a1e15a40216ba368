using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.DeadLetters;

namespace ClaimsTransfer.OperationsConsole.Pages.Failures;

/// <summary>The fields of the search as they were given, and what may be chosen.</summary>
public sealed class LetterSearch
{
    private readonly IQueryCollection _query;

    public LetterSearch(IQueryCollection query, Actor actor, IMunicipalities municipalities)
    {
        _query = query;
        Fault = LetterFilterQuery.TryRead(query, out var filter, out var fault) ? null : fault;
        Filter = (Fault is null ? filter : new LetterFilter()).For(actor);
        Municipalities = [.. municipalities.All.Where(one => actor.Sees(one.Code)).OrderBy(one => one.Name, StringComparer.Ordinal)];
    }

    public IReadOnlyList<Municipality> Municipalities { get; }

    /// <summary>A filter that finds nothing wrong with what was given; else everything that waits.</summary>
    public LetterFilter Filter { get; }

    public Note? Fault { get; }

    /// <summary>Something was asked for.</summary>
    public bool IsNarrowed => FilterLinks.Given(_query).Any();

    public string? Value(string name) => _query[name].FirstOrDefault();

    public string? Reset { get; init; }
}

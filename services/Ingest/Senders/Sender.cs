using System.Security.Claims;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;

namespace ClaimsTransfer.Ingest.Senders;

/// <summary>Who sends claims by HTTP, and for which agencies.</summary>
/// <param name="Name">As it is registered; <c>jwt/NAME</c> as the identity provider calls it; <c>operations</c>: our own commands and services.</param>
/// <param name="Agencies">Whose claims it may send; null: everybody's.</param>
public sealed record Sender(string Name, IReadOnlySet<string>? Agencies)
{
    /// <summary>In the place of agencies: all of them.</summary>
    public const string AllAgencies = "*";

    /// <summary>An identity without an agency has been given nothing: it is known, and may send nothing.</summary>
    public const string AgencyClaim = "agency";

    /// <summary>Commands and services of the installation can do more than send claims: they have no limits here.</summary>
    public static readonly Sender Ours = new(BrokerUsers.Operations, null);

    public bool IsOurs => Name == Ours.Name;

    /// <summary>An import belongs to who began it: the same id of another sender is another import.</summary>
    public string ImportSource(string id) => IsOurs ? $"import/{id}" : $"import/{Name}/{id}";

    /// <summary>The message as this sender's. For an agency that is not the sender's it is refused; FBS is not told, so that nobody makes noise about another's claim.</summary>
    public ReadMessage Speak(ReadMessage read)
    {
        if (Agencies is null || read.Addressed.Agency is not { } agency || Agencies.Contains(agency))
            return read with { Sender = Name };
        // A row of its own: what the agency's own sender sends is neither held back nor answered by it.
        var refused = read.Content is { } content ? Fingerprints.OfConflict(read.Id, content) : read.Id;
        return read with
        {
            Id = DeterministicId.Of(refused, $"sender/{Name}"), Message = null, Content = null, Listed = null, Sender = Name, IsForeign = true,
            Faults = [FaultList.Fault("agency", agency, FaultNotes.NotItsAgency(Name, agency), Examples.Agency)],
        };
    }

    public ClaimsIdentity Identity(string scheme) => new(
        [new Claim(ClaimTypes.Name, Name), .. (Agencies ?? (IEnumerable<string>)[AllAgencies]).Select(agency => new Claim(AgencyClaim, agency))], scheme);

    public static Sender Of(ClaimsPrincipal user)
    {
        var agencies = user.FindAll(AgencyClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        return new Sender(user.Identity!.Name!, agencies.Contains(AllAgencies) ? null : agencies);
    }
}

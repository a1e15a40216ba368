namespace ClaimsTransfer.Messages;

/// <summary>A person or organisation, sealed: only the connector that serves the municipality can open it.</summary>
/// <param name="Ref">Keyed hash of the CPR or CVR: equal for the same number, for matching; says nothing else.</param>
/// <param name="Sealed">AES-256-GCM of number and name, base64.</param>
/// <param name="KeyId">Which of the municipality's keys sealed it; destroying that key erases.</param>
public sealed record SealedIdentity(string Ref, string Sealed, string KeyId);

/// <summary>Who owes.</summary>
public enum DebtorKind { Borrower, Guardian, Organisation }

/// <summary>What the sealed number is.</summary>
public enum IdentityKind { Person, Organisation }

/// <summary>A sealed party with the little that policy needs to know of it.</summary>
/// <param name="Age">Of a person: whole years on the day the claim was created, from the CPR, for the policy for children. Null where another party takes over, and for an organisation.</param>
/// <param name="BornOn">Only in messages from before there was an age. Nothing writes it any more: a birth date is sealed with the number.</param>
public sealed record SealedParty(SealedIdentity Identity, IdentityKind Kind, int? Age = null, DateOnly? BornOn = null);

/// <summary>The kind of claim; what FBS calls anything else is <see cref="Other"/>.</summary>
public enum ClaimType { Fee, Compensation, Other }

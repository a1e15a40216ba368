namespace ClaimsTransfer.Defaults.Access;

/// <summary>
/// The policies by which an endpoint says who may come in: <c>RequireAuthorization(Door.Service)</c>. An endpoint that names none is refused to everybody
/// (<see cref="DoorsExtensions"/>).
/// </summary>
public static class Door
{
    /// <summary>Our own services and commands: a certificate of theirs, or on one machine a token signed with the installation's key.</summary>
    public const string Service = "door-service";

    /// <summary>FBS and others who send claims.</summary>
    public const string Sender = "door-sender";

    /// <summary>A debtor system that calls back.</summary>
    public const string DebtorSystem = "door-debtor-system";
}

using ClaimsTransfer.Fuzz.Doors;
using ClaimsTransfer.Fuzz.Running;

namespace ClaimsTransfer.Fuzz;

/// <summary>Every way in.</summary>
internal static class AllDoors
{
    private static readonly Func<Door>[] Makes =
    [
        IngestDoors.Broker, IngestDoors.Claims, IngestDoors.Lines, IngestDoors.FbsFees, ReplyDoors.Routing, ReplyDoors.Payments, OpusDoors.Callback, OpusDoors.Replies,
        () => new IndsigtDoor(), () => new PrismeDoor(), () => new FbsDoor(), () => new MunicipalitiesDoor(), () => new ConformanceDoor(),
        ConsoleDoors.Api, ConsoleDoors.Queries, ConsoleDoors.Forms,
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Makes.Select(make => make().Name)];

    public static Door Named(string name) => Makes.Select(make => make()).Single(door => door.Name == name);
}

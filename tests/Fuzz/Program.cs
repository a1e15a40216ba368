using System.Globalization;
using ClaimsTransfer.Fuzz;

// In a process of its own, because what nesting can do to a reader ends the process: DOOR DEPTH. Ends with 0 when the door has answered.
var door = AllDoors.Named(args[0]);
await using (door)
{
    await door.OpenAsync();
    var answer = await door.TakeAsync(door.Deep(int.Parse(args[1], CultureInfo.InvariantCulture)));
    // Ingest takes in what it refuses: it is on record, and FBS is told.
    Console.WriteLine(answer.IsTaken && door.Name != "ingest-broker" && door.Name != "ingest-lines" ? "taken" : "refused");
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaimsTransfer.Defaults.Identifiers;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Auditing;
using ClaimsTransfer.OperationsConsole.DeadLetters;
using ClaimsTransfer.OperationsConsole.Replaying;

namespace ClaimsTransfer.OperationsConsole.Editing;

/// <summary>Opens what is sealed, for a person who has a reason. That it was looked at is on record before anything is shown.</summary>
public sealed class SealedViews(Letters letters, AuditLog audit, CitizenTrail citizens, MessageSealer sealer, IUnsealer unsealer)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>Null: there is no such letter for this person, or it was purged.</returns>
    public async Task<string?> OpenAsync(Actor actor, Guid letterId, string why, CancellationToken cancellation)
    {
        if (await letters.FindAsync(letterId, actor, cancellation) is not { Letter: var letter })
            return null;
        if (!actor.Is(Role.Operator))
            throw new NotPossibleException(CorrectionNotes.ViewerSeesNoSealed);
        if (!(await letters.BodiesAsync([letterId], cancellation)).TryGetValue(letterId, out var kept))
            return null;
        var body = sealer.Open(Encoding.UTF8.GetBytes(kept));
        // Whatever it is, it is what was asked for.
        var numbers = new List<string>();
        var opened = ReadableJson.TryParse(body.Span, out var json) ? Opened(json, letter.Municipality, numbers)?.ToJsonString(Indented) ?? "" : Encoding.UTF8.GetString(body.Span);
        CprNumbers.Replace(opened, number =>
        {
            numbers.Add(number);
            return number;
        });
        await audit.AppendAsync(actor, new AuditedAction("sealed.view", letterId.ToString(), letter.Municipality, why, citizens.What(numbers), "shown"), cancellation);
        return opened;
    }

    private JsonNode? Opened(JsonNode? node, string municipality, List<string> numbers) => node switch
    {
        JsonObject fields when IsText(fields["ref"]) && IsText(fields["sealed"]) && IsText(fields["keyId"]) => Opened(fields, municipality, numbers),
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Opened(field.Value, municipality, numbers)))),
        JsonArray items => new JsonArray([.. items.Select(item => Opened(item, municipality, numbers))]),
        _ => node?.DeepClone(),
    };

    private static bool IsText(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String;

    private JsonNode Opened(JsonObject identity, string municipality, List<string> numbers)
    {
        try
        {
            var open = unsealer.Open(municipality, new SealedIdentity(identity["ref"]!.GetValue<string>(), identity["sealed"]!.GetValue<string>(), identity["keyId"]!.GetValue<string>()));
            if (open.Kind == IdentityKind.Person)
                numbers.Add(open.Number);
            return new JsonObject { ["number"] = open.Number, ["name"] = open.Name };
        }
        catch (Exception gone) when (gone is PermanentException or KeyNotHereException)
        {
            return new JsonObject { ["keyId"] = identity["keyId"]!.DeepClone(), ["notOpened"] = gone.Message };
        }
    }
}

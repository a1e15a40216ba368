namespace ClaimsTransfer.Architecture.Wire;

/// <summary>Writes the schemas anew before any test reads them, when asked to.</summary>
[SetUpFixture]
public sealed class WireRewrite
{
    public const string Command = "CLAIMS_UPDATE_WIRE=1 dotnet test tests/Architecture";

    [OneTimeSetUp]
    public void Rewrite_when_asked()
    {
        if (Environment.GetEnvironmentVariable("CLAIMS_UPDATE_WIRE") != "1")
            return;
        foreach (var message in WireMessages.All)
            File.WriteAllText(Repository.PathOf(message.SchemaFile), WireSchemas.Of(message));
    }
}

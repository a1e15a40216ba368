using ClaimsTransfer.Journeys.Running;

namespace ClaimsTransfer.Journeys;

/// <summary>Ends what the journeys share, and leaves nothing on disk when all went well.</summary>
[SetUpFixture]
public sealed class AfterAllJourneys
{
    [OneTimeTearDown]
    public async Task Clean()
    {
        await SharedSystem.EndAllAsync();
        if (TestContext.CurrentContext.Result.FailCount == 0 && Directory.Exists(Folders.Data))
            Directory.Delete(Folders.Data, recursive: true);
    }
}

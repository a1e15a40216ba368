using ClaimsTransfer.Journeys.Running;

namespace ClaimsTransfer.Journeys;

/// <summary>Leaves nothing on disk when all went well.</summary>
[SetUpFixture]
public sealed class AfterAllJourneys
{
    [OneTimeTearDown]
    public void Clean()
    {
        if (TestContext.CurrentContext.Result.FailCount == 0 && Directory.Exists(Folders.Data))
            Directory.Delete(Folders.Data, recursive: true);
    }
}

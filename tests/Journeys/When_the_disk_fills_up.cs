using ClaimsTransfer.Journeys.Running;
using ClaimsTransfer.LocalServers;
using Shouldly;

namespace ClaimsTransfer.Journeys;

/// <summary>RabbitMQ and PostgreSQL stop taking what is sent and tell nobody who looks at the run: it says so itself, and when it goes on.</summary>
[TestFixture]
public sealed class When_the_disk_fills_up
{
    private readonly string _data = Folders.New("filling");

    [OneTimeSetUp]
    public async Task Mount()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Ignore("Only root mounts a small disk.");
        await using var mount = Command.Start("mount", ["-t", "tmpfs", "-o", "size=700m,mode=755", "tmpfs", _data]);
        if (await mount.EndAsync(TimeSpan.FromSeconds(10)) != 0)
            Assert.Ignore($"No file system can be mounted here: {mount.Said}");
    }

    [OneTimeTearDown]
    public async Task Unmount()
    {
        await using var unmount = Command.Start("umount", [_data]);
        await unmount.EndAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task it_is_said_when_nothing_is_taken_in_and_when_it_goes_on()
    {
        await using var run = Command.Run("--no-samples", "--broker", "local", "--store", "local", "--data", _data);
        using var system = await Wait.ForSystemAsync(_data, run);
        var filling = Path.Combine(_data, "filling");
        await using var filled = Command.Start("fallocate", ["-l", $"{DiskSpace.FreeMegabytes(_data) - 20}MB", filling]);
        (await filled.EndAsync(TimeSpan.FromSeconds(10))).ShouldBe(0, filled.Said);

        await Wait.ForAsync("it says that nothing is taken in", () => Task.FromResult(run.Said.Contains("nothing is taken in below 50 MB", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), run);
        run.Said.ShouldNotContain("There is room again");

        File.Delete(filling);
        await Wait.ForAsync("it says that it goes on", () => Task.FromResult(run.Said.Contains("There is room again", StringComparison.Ordinal)), TimeSpan.FromSeconds(60), run);
    }
}

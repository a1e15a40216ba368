using ClaimsTransfer.Defaults.Sealing;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Support;
using Microsoft.Extensions.Time.Testing;

namespace ClaimsTransfer.Defaults.Tests.Sealing;

/// <summary>One installation's key folder, with a clock that only a test moves.</summary>
public abstract class SealingFixture
{
    protected const string Copenhagen = "0101";
    protected const string Aarhus = "0751";

    protected static readonly OpenIdentity Anna = new(IdentityKind.Person, "0101011234", "Anna Ærø");
    protected static readonly OpenIdentity Library = new(IdentityKind.Organisation, "64942212", null);

    protected static readonly MasterKey Master = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    private TemporaryFolder _folder = null!;

    protected FakeTimeProvider Clock { get; private set; } = null!;

    protected string Keys => Path.Combine(_folder.Path, "keys");

    /// <summary>This process's ring.</summary>
    protected KeyRing Ring { get; private set; } = null!;

    [SetUp]
    public void Prepare()
    {
        _folder = new TemporaryFolder();
        Clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
        Ring = NewRing();
    }

    [TearDown]
    public void Clear()
    {
        Ring.Dispose();
        _folder.Dispose();
    }

    /// <summary>The ring of another process on the same folder.</summary>
    protected KeyRing NewRing(MasterKey? master = null) => new(Keys, master ?? Master, time: Clock);
}

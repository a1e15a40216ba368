using ClaimsTransfer.Defaults.Access;
using ClaimsTransfer.Sandbox.Access;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Access;

public sealed class When_the_stand_ins_are_given_credentials
{
    private TemporaryFolder _folder = null!;

    private string Ours => Path.Combine(_folder.Path, "ours");

    private string Theirs => Path.Combine(_folder.Path, "theirs");

    [SetUp]
    public void Begin() => _folder = new TemporaryFolder();

    [TearDown]
    public void End() => _folder.Dispose();

    [Test]
    public void What_somebody_has_put_there_for_a_real_debtor_system_stays()
    {
        var real = new DebtorCredential(User: "kommune", Password: "Hemmeligt-1905");
        new DebtorCredentials(Ours).Set("0101", real);

        Make();

        new DebtorCredentials(Ours).Of("0101").ShouldBe(real);
        new DebtorCredentials(Ours).Of("0751")!.User.ShouldBe("claims-0751");
    }

    [Test]
    public void Where_one_side_has_lost_its_own_both_agree_anew()
    {
        Make();
        Directory.Delete(Theirs, recursive: true);

        Make();

        var shown = new DebtorCredentials(Ours).Of("0101")!;
        new DebtorCallers(Theirs, TimeProvider.System).ByPassword(shown.User!, shown.Password!).ShouldNotBeNull().Municipalities.ShouldBe(["0101"]);
    }

    private void Make() => StandInCredentials.Make(Ours, Theirs, ["0101", "0751"], TimeProvider.System);
}

using System.Text;
using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Storage;
using ClaimsTransfer.Sandbox.Faults;
using ClaimsTransfer.Sandbox.Ledger;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Sandbox.Tests.Ledger;

public sealed class When_the_ledger_is_written_to_disk
{
    [Test]
    public async Task No_CPR_number_stands_in_any_file()
    {
        using var folder = new TemporaryFolder();
        await using (var stores = new Stores(new Installation { Data = folder.Path }))
        {
            var ledger = new DebtorLedger(stores.Open("sandbox"), new FaultControl(FaultPlan.None), TimeProvider.System);
            await ledger.OpenAsync(CancellationToken.None);
            await ledger.TakeAsync([LedgerBench.Register(1)], CancellationToken.None);
        }

        var files = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).ToList();
        FilesWith("CLAIM-1").ShouldBeGreaterThan(0, "else the search would find nothing anywhere");
        FilesWith("0101701234").ShouldBe(0);

        int FilesWith(string text) => files.Count(file => file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
    }
}

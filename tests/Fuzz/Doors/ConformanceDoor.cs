using System.Security.Cryptography;
using System.Text;
using ClaimsTransfer.ConformanceKit;
using ClaimsTransfer.ConformanceKit.Checks;
using ClaimsTransfer.ConformanceKit.Proving;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Support;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>A result of the conformance kit, which a vendor hands over and the gate reads.</summary>
internal sealed class ConformanceDoor() : Door("conformance-results", Form.Json)
{
    private static readonly DateTimeOffset Ended = new(2026, 11, 22, 7, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();

    public override IReadOnlyList<Input> Examples { get; } = [new(Signed().ToJson())];

    /// <summary>Its claims are invented by the kit.</summary>
    public override bool IsOfPersons => false;

    public override Task<Answer> TakeAsync(Input input)
    {
        var path = Path.Combine(folder.Path, "result.json");
        File.WriteAllBytes(path, input.Body);
        try
        {
            var against = ResultGate.Against(ResultGate.Read(path), new GateTerms([], null), Ended);
            return Task.FromResult(new Answer(against.Count == 0, string.Join('\n', against)));
        }
        catch (ConformanceUsageException told)
        {
            return Task.FromResult(new Answer(false, told.Message));
        }
    }

    public override ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ConformanceResult Signed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return ResultSigner.Sign(
            new ConformanceResult("1", "Acme 1.0", "9999", Ended, Ended, GateTerms.Many, [],
                [.. AllChecks.InOrder.Select(check => new CheckResult(check.Name, check.Level, CheckOutcome.Passed, "a", "as expected", "b", "c", 1))]), key);
    }
}

using System.Text;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Fuzz.Inputs;
using ClaimsTransfer.Fuzz.Running;
using ClaimsTransfer.Ingest;
using Microsoft.Extensions.DependencyInjection;

namespace ClaimsTransfer.Fuzz.Doors;

/// <summary>A changed <c>municipalities.yaml</c>: checked, compared with what is in force, and now and then applied.</summary>
internal sealed class MunicipalitiesDoor() : Door("municipalities", Form.Text)
{
    private const int AppliedEvery = 100;
    private ServiceUnderFuzz service = null!;
    private int given;

    public override IReadOnlyList<Input> Examples { get; } =
    [
        new("""
            # A comment
            - code: "0101"
              name: København
              cvr: "64942212"
              vendor: KmdOpus
              stage: Live
              cutover: 2020-11-01
              minorPolicy: GuardianPays
              childMaxAge: 17
              minimumAmountOre: 0
              ratePerSecond: 200
              concurrency: 4
              endpoint: https://opus.example.dk/debitor
              paymentsToFbs: Interface
            - { code: "0751", name: Aarhus, cvr: "55133018", vendor: Prisme, stage: Live, cutover: 2020-11-01, minorPolicy: GuardianPays }
            - { code: "0376", name: Guldborgsund, cvr: "29188599", vendor: OesIndsigt, stage: Paused, cutover: 2020-11-01, minorPolicy: HoldForPerson }
            """),
    ];

    public override bool IsOfPersons => false;

    public override async Task OpenAsync() => service = await ServiceUnderFuzz.StartAsync(builder => builder.AddIngest(), app => app.MapIngest());

    public override async Task<Answer> TakeAsync(Input input)
    {
        var change = service.Services.GetRequiredService<MunicipalityChange>();
        var yaml = Encoding.UTF8.GetString(input.Body);
        var preview = change.Preview(yaml);
        if (preview.Faults.Count > 0)
            return new Answer(false, string.Join('\n', preview.Faults));
        if (preview.Diff!.Refusals is [_, ..] refusals)
            return new Answer(false, string.Join('\n', refusals));
        // Each is kept beside the file that takes its place: not for every input.
        if (given++ % AppliedEvery == 0 && (await change.ApplyAsync(yaml, preview.Token, CancellationToken.None)).Outcome is not (ApplyOutcome.Applied or ApplyOutcome.Unchanged) and var outcome)
            throw new InvalidOperationException($"Previewed without a fault, and not applied: {outcome}");
        return new Answer(true, "");
    }

    public override string? LeakInLog() => service.TakeLeak();

    public override ValueTask DisposeAsync() => service.DisposeAsync();
}

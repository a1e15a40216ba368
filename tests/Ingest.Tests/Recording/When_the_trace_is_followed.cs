using System.Diagnostics;
using ClaimsTransfer.Ingest.Telemetry;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Recording;

[NonParallelizable]
public sealed class When_the_trace_is_followed
{
    private const string FromFbs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Test]
    public async Task With_nobody_listening_it_passes_through()
    {
        await using var world = await World.OpenAsync();
        await world.FromBrokerAsync(Fbs.Submit().Incoming() with { TraceParent = FromFbs });
        world.Broker.Published.ShouldHaveSingleItem().TraceParent.ShouldBe(FromFbs);
    }

    [Test]
    public async Task Each_message_is_a_span_in_its_senders_trace_or_one_of_its_own()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == IngestTelemetry.Name, Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded, ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var world = await World.OpenAsync();
        await world.FromBrokerAsync(Fbs.Submit(1).Incoming() with { TraceParent = FromFbs }, Fbs.Submit(2).Incoming(), Fbs.Submit(3).Incoming() with { TraceParent = "rubbish" });

        spans.Count.ShouldBe(3);
        spans.ShouldAllBe(span => span.OperationName == "ingest submit-claim" && (string)span.GetTagItem("claims.outcome")! == "accepted");
        spans[0].TraceId.ToString().ShouldBe("0af7651916cd43dd8448eb211c80319c");
        spans.Select(span => span.TraceId).Distinct().Count().ShouldBe(3);
        world.Broker.Published.Select(message => message.TraceParent).Order().ShouldBe(spans.Select(span => span.Id).Order());
        spans.SelectMany(span => span.TagObjects).ShouldAllBe(tag => !$"{tag.Value}".Contains(Fbs.Cpr));
    }
}

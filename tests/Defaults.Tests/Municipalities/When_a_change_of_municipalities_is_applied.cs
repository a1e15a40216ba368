using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Municipalities;

public sealed class When_a_change_of_municipalities_is_applied : MunicipalitiesFixture
{
    private string Live => Yaml(Copenhagen, Aarhus.Replace("Planned", "Live", StringComparison.Ordinal));

    private string Paused => Yaml(Copenhagen.Replace("Live", "Paused", StringComparison.Ordinal), Aarhus);

    [Test]
    public async Task The_preview_shows_it_and_changes_nothing()
    {
        var preview = Change.Preview(Live);

        preview.Diff.ShouldNotBeNull().Changed.Single().Fields.ShouldBe([new DifferingField("stage", "Planned", "Live")]);
        preview.Faults.ShouldBeEmpty();
        await InForce.LookAsync(default);
        InForce.Find("0751")!.Stage.ShouldBe(Stage.Planned);
        (await File.ReadAllTextAsync(Given)).ShouldBe(Yaml(Copenhagen, Aarhus));
    }

    [Test]
    public async Task It_is_in_force_and_the_replaced_file_is_kept()
    {
        var applied = await Change.ApplyAsync(Live, Change.Preview(Live).Token, default);

        applied.Outcome.ShouldBe(ApplyOutcome.Applied);
        applied.Token.ShouldBe(Change.Preview(Live).Token);
        applied.Kept.ShouldBe($"{Given}.20261122-065403");
        (await File.ReadAllTextAsync(applied.Kept!)).ShouldBe(Yaml(Copenhagen, Aarhus));
        (await File.ReadAllTextAsync(Given)).ShouldBe(Live);
        InForce.Find("0751")!.Stage.ShouldBe(Stage.Live);
        InForce.Version.ShouldBe(2);
        Directory.GetFiles(Path.GetDirectoryName(Given)!).ShouldNotContain(file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [Test]
    public async Task Two_changes_in_one_second_keep_two_files()
    {
        var first = await Change.ApplyAsync(Live, Change.Current.Token, default);
        var second = await Change.ApplyAsync(Paused, first.Token, default);

        second.Kept.ShouldBe($"{Given}.20261122-065403-2");
        (await File.ReadAllTextAsync(second.Kept!)).ShouldBe(Live);
    }

    [Test]
    public async Task It_is_refused_when_somebody_else_was_faster()
    {
        var mine = Change.Preview(Live);
        (await Change.ApplyAsync(Paused, Change.Preview(Paused).Token, default)).Outcome.ShouldBe(ApplyOutcome.Applied);

        var late = await Change.ApplyAsync(Live, mine.Token, default);

        late.Outcome.ShouldBe(ApplyOutcome.Stale);
        late.Token.ShouldBe(Change.Current.Token);
        late.Diff!.Changed.Select(municipality => municipality.Code).ShouldBe(["0101", "0751"]);
        (await File.ReadAllTextAsync(Given)).ShouldBe(Paused);
        (await Change.ApplyAsync(Live, late.Token, default)).Outcome.ShouldBe(ApplyOutcome.Applied);
    }

    [Test]
    public async Task Of_many_at_once_exactly_one_is_applied()
    {
        var token = Change.Current.Token;
        var texts = Enumerable.Range(1, 20).Select(rate => Yaml(Copenhagen.Replace("200", $"{rate}", StringComparison.Ordinal), Aarhus)).ToList();

        // Each as a process of its own would: nothing is shared but the file.
        var applied = await Task.WhenAll(texts.Select(text => Task.Run(() => new MunicipalityChange(Installation, InForce, TimeProvider.System).ApplyAsync(text, token, default))));

        applied.Count(result => result.Outcome == ApplyOutcome.Applied).ShouldBe(1);
        applied.Count(result => result.Outcome == ApplyOutcome.Stale).ShouldBe(19);
        MunicipalityFile.TokenOf(await File.ReadAllTextAsync(Given)).ShouldBe(applied.Single(result => result.Outcome == ApplyOutcome.Applied).Token);
    }

    [Test]
    public async Task A_faulty_file_is_not_written_and_all_its_faults_are_told()
    {
        var faulty = Yaml(Copenhagen.Replace("Live", "Alive", StringComparison.Ordinal), Aarhus.Replace("\"0751\"", "751", StringComparison.Ordinal));

        var applied = await Change.ApplyAsync(faulty, Change.Preview(faulty).Token, default);

        applied.Outcome.ShouldBe(ApplyOutcome.Faulty);
        applied.Faults.Select(fault => (fault.Line, fault.Key, fault.Value)).ShouldBe([(1, "stage", "Alive"), (2, "code", "751")]);
        applied.Faults.ShouldAllBe(fault => fault.Example.Length > 0);
        Change.Preview(faulty).Diff.ShouldBeNull();
        (await File.ReadAllTextAsync(Given)).ShouldBe(Yaml(Copenhagen, Aarhus));
    }

    [Test]
    public async Task What_must_not_change_so_is_not_applied()
    {
        var moved = Yaml(Copenhagen.Replace("KmdOpus", "Prisme", StringComparison.Ordinal), Aarhus);

        var applied = await Change.ApplyAsync(moved, Change.Current.Token, default);

        applied.Outcome.ShouldBe(ApplyOutcome.Refused);
        applied.Problem.ShouldNotBeNull().ShouldContain("KmdOpus");
        InForce.Find("0101")!.Vendor.ShouldBe(Vendor.KmdOpus);
    }

    [Test]
    public async Task The_same_again_changes_nothing_and_a_comment_is_kept()
    {
        var text = Yaml(Copenhagen, Aarhus);
        (await Change.ApplyAsync(text, Change.Current.Token, default)).Outcome.ShouldBe(ApplyOutcome.Unchanged);

        (await Change.ApplyAsync("# Agreed on Monday\n" + text, Change.Current.Token, default)).Outcome.ShouldBe(ApplyOutcome.Applied);

        (await File.ReadAllTextAsync(Given)).ShouldStartWith("# Agreed on Monday");
        InForce.Version.ShouldBe(1);
    }

    [Test]
    public async Task Without_the_setting_it_goes_to_the_data_folder_and_the_shipped_file_stays()
    {
        Installation = new Installation { Data = Data };
        Start();
        var shipped = Defaults.Municipalities.Municipalities.PathOf(Installation);
        var before = await File.ReadAllTextAsync(shipped);
        var changed = before.Replace("stage: Live", "stage: Paused", StringComparison.Ordinal);

        (await Change.ApplyAsync(changed, Change.Preview(changed).Token, default)).Outcome.ShouldBe(ApplyOutcome.Applied);

        (await File.ReadAllTextAsync(shipped)).ShouldBe(before);
        (await File.ReadAllTextAsync(Path.Combine(Data, "municipalities.yaml"))).ShouldBe(changed);
        InForce.All.ShouldNotContain(municipality => municipality.Stage == Stage.Live);
        Defaults.Municipalities.Municipalities.Load(Installation).Find("0101")!.Stage.ShouldBe(Stage.Paused);
    }

    [Test]
    public async Task Where_the_file_cannot_be_replaced_that_is_said()
    {
        Directory.CreateDirectory($"{Given}.new");

        var applied = await Change.ApplyAsync(Live, Change.Current.Token, default);

        applied.Outcome.ShouldBe(ApplyOutcome.NotWritable);
        applied.Problem.ShouldNotBeNull().ShouldContain(Given);
        (await File.ReadAllTextAsync(Given)).ShouldBe(Yaml(Copenhagen, Aarhus));
    }
}

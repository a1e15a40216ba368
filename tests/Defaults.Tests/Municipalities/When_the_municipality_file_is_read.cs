using ClaimsTransfer.Defaults.Hosting;
using ClaimsTransfer.Defaults.Municipalities;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Defaults.Tests.Municipalities;

public sealed class When_the_municipality_file_is_read
{
    private const string Copenhagen = """
        - code: "0101"
          name: København
          cvr: "64942212"
          vendor: KmdOpus              # KmdOpus | Prisme | OesIndsigt
          stage: Live
          cutover: 2020-11-01
          minorPolicy: HoldForPerson
          childMaxAge: 17
          minimumAmountOre: 0
          ratePerSecond: 200
          concurrency: 4
          endpoint: https://opus.example.dk/debitor
          paymentsToFbs: Interface
        """;

    [Test]
    public void Every_fault_has_its_words_and_every_text_its_fault() => NoteCodes.FaultsOf(typeof(MunicipalityNotes)).ShouldBeEmpty();

    [Test]
    public void The_one_that_is_shipped_names_all_98()
    {
        var all = Defaults.Municipalities.Municipalities.Load(new Installation());

        all.All.Count.ShouldBe(98);
        all.Find("0101").ShouldBe(new Municipality("0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson, 17, 0, 200,
            PaymentsToFbs: PaymentsToFbs.Interface));
        all.Find("9999").ShouldBeNull();
        all.All.Select(m => m.Vendor).Distinct().Count().ShouldBe(3);
    }

    [Test]
    public void Every_key_is_taken()
    {
        Read(Copenhagen).OrThrow().Find("0101").ShouldBe(new Municipality(
            "0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson, 17, 0, 200, 4, "https://opus.example.dk/debitor", PaymentsToFbs.Interface));
    }

    [Test]
    public void What_is_optional_may_be_absent()
    {
        var lines = Copenhagen.Split('\n').Where(l => !l.Contains("childMaxAge", StringComparison.Ordinal) && !l.Contains("minimum", StringComparison.Ordinal)
            && !l.Contains("rate", StringComparison.Ordinal) && !l.Contains("concurrency", StringComparison.Ordinal) && !l.Contains("endpoint", StringComparison.Ordinal)
            && !l.Contains("payments", StringComparison.Ordinal));

        Read(string.Join('\n', lines)).OrThrow().Find("0101").ShouldBe(
            new Municipality("0101", "København", "64942212", Vendor.KmdOpus, Stage.Live, new DateOnly(2020, 11, 1), MinorPolicy.HoldForPerson));
    }

    [TestCase("  vendor: KmdOpus", "  vendor: Opus", "municipalities.yaml:4: vendor: \"Opus\" is none of the possible values; a good one is KmdOpus | Prisme | OesIndsigt")]
    [TestCase("  vendor: KmdOpus", "  vendor: 1", "municipalities.yaml:4: vendor: \"1\" is none of the possible values; a good one is KmdOpus | Prisme | OesIndsigt")]
    [TestCase("Fbs: Interface", "Fbs: REST", "municipalities.yaml:13: paymentsToFbs: \"REST\" is none of the possible values; a good one is Message | Interface")]
    [TestCase("  stage: Live", "  stage: live", "municipalities.yaml:5: stage: \"live\" is none of the possible values; a good one is Planned | Test | Live | Paused")]
    [TestCase("\"0101\"", "101", "municipalities.yaml:1: code: \"101\" is not a municipality's code of four digits in quotes; a good one is \"0101\"")]
    [TestCase("\"64942212\"", "\"64942213\"", "municipalities.yaml:3: cvr: \"64942213\" is not a CVR number of eight digits with a right check digit; a good one is \"64942212\"")]
    [TestCase("2020-11-01", "2020-11-31", "municipalities.yaml:6: cutover: \"2020-11-31\" is not a day that exists, year-month-day; a good one is 2020-11-01")]
    [TestCase("Age: 17", "Age: -1", "municipalities.yaml:8: childMaxAge: \"-1\" is not a whole number from 0 to 30; a good one is 17")]
    [TestCase("Ore: 0", "Ore: 20.50", "municipalities.yaml:9: minimumAmountOre: \"20.50\" is not a whole number from 0 to 100000000; a good one is 0")]
    [TestCase("Second: 200", "Second: 0", "municipalities.yaml:10: ratePerSecond: \"0\" is not a whole number from 1 to 1000000; a good one is 200")]
    [TestCase("https://opus.example.dk/debitor", "opus.example.dk", "municipalities.yaml:12: endpoint: \"opus.example.dk\" is not an address that begins with http://, https://, sftp:// or file://; a good one is https://opus.example.dk/debitor")]
    [TestCase("  name: København", "  nam: København", "municipalities.yaml:1: name is missing; a good one is København")]
    [TestCase("  name: København", "  nam: København", "municipalities.yaml:2: nam is no key of a municipality; a good one is code, name, cvr, vendor, stage, cutover, minorPolicy, childMaxAge, minimumAmountOre, ratePerSecond, concurrency, endpoint, paymentsToFbs, retentionYears")]
    [TestCase("  name: København", "  name: København\n  retentionYears: 0", "municipalities.yaml:3: retentionYears: \"0\" is not a whole number from 1 to 30; a good one is 5")]
    [TestCase("  name: København", "  name: [a, b]", "municipalities.yaml:2: name is not a single value; a good one is København")]
    [TestCase("  stage: Live", "  stage: Live\n  stage: Test", "municipalities.yaml:6: stage: \"Test\" stands in line 5 already; a good one is one value")]
    public void A_fault_says_where_what_and_how_it_would_be_right(string good, string bad, string expected) =>
        Read(Copenhagen.Replace(good, bad, StringComparison.Ordinal)).Faults.Select(f => f.ToString()).ShouldContain(expected);

    [Test]
    public void All_faults_are_told_at_once()
    {
        var text = Copenhagen.Replace("KmdOpus  ", "Opus  ", StringComparison.Ordinal).Replace("Live", "Alive", StringComparison.Ordinal).Replace("64942212", "1", StringComparison.Ordinal);

        var file = Read(text + "\n" + text);

        file.Entries.ShouldBeEmpty();
        file.Faults.Count.ShouldBe(9);
        Should.Throw<InvalidOperationException>(() => file.OrThrow()).Message.Split('\n').Length.ShouldBe(10);
    }

    [Test]
    public void A_municipality_twice_is_named_with_both_lines()
    {
        var faults = Read(Copenhagen + "\n" + Copenhagen).Faults.Select(f => f.ToString()).ToArray();

        faults.Length.ShouldBe(3);
        faults[0].ShouldBe("municipalities.yaml:14: code: \"0101\" stands in line 1 already; a good one is one that is not there yet");
    }

    [TestCase("")]
    [TestCase("# nothing")]
    [TestCase("code: \"0101\"")]
    [TestCase("[]")]
    [TestCase("- Copenhagen")]
    [TestCase("- &a code: x\n- *a")]
    [TestCase("- code: \"0101\n")]
    [TestCase("- {code: [[[[[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]]]]}")]
    [TestCase("--- []\n--- []")]
    [TestCase("\tcode: 1")]
    public void What_is_no_list_of_municipalities_is_a_fault_with_a_line(string text)
    {
        var faults = Read(text).Faults;

        faults.ShouldNotBeEmpty();
        faults.ShouldAllBe(f => f.Line >= 1 && f.ToString().StartsWith("municipalities.yaml:"));
    }

    [Test]
    public void A_file_that_is_not_there_is_a_fault()
    {
        var faults = MunicipalityFile.Load("/nowhere/municipalities.yaml").Faults;

        faults.ShouldHaveSingleItem().ToString().ShouldStartWith("/nowhere/municipalities.yaml:1: cannot be read");
    }

    private static MunicipalityFile Read(string text) => MunicipalityFile.Parse(text, "municipalities.yaml");
}

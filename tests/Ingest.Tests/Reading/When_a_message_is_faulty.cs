using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Ingest.Reading;
using ClaimsTransfer.Messages;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Reading;

public sealed class When_a_message_is_faulty
{
    private readonly ClaimReader _reader = new(new PlainSealer(), World.Municipalities);

    // Field, value as JSON (empty: leave the field out), what the reason says.
    [TestCase("messageId", "", "is missing")]
    [TestCase("messageId", "null", "is missing")]
    [TestCase("messageId", "\"no uuid\"", "UUID")]
    [TestCase("messageId", "\"00000000-0000-0000-0000-000000000000\"", "empty UUID")]
    [TestCase("messageId", "17", "UUID")]
    [TestCase("occurredAt", "\"2026-11-22T06:54:00\"", "offset")]
    [TestCase("occurredAt", "\"22-11-2026 06:54\"", "offset")]
    [TestCase("occurredAt", "\"2026-02-30T06:54:00Z\"", "offset")]
    [TestCase("occurredAt", "\"1826-02-03T06:54:00Z\"", "our time")]
    [TestCase("agency", "\"710100\"", "no ISIL")]
    [TestCase("agency", "\"DK-71010\"", "no ISIL")]
    [TestCase("agency", "\"DK-799900\"", "municipality 0999")]
    [TestCase("agency", "710100", "must be text")]
    [TestCase("feeId", "0", "at least 1")]
    [TestCase("feeId", "-5", "at least 1")]
    [TestCase("feeId", "\"434536\"", "must be a number")]
    [TestCase("feeId", "9223372036854775808", "64-bit")]
    [TestCase("version", "2", "at most 1")]
    [TestCase("version", "0", "at least 1")]
    [TestCase("type", "\" \"", "is empty")]
    [TestCase("type", "[]", "must be text")]
    [TestCase("amountOre", "0", "at least 1")]
    [TestCase("amountOre", "-1", "at least 1")]
    [TestCase("amountOre", "20.5", "without fraction")]
    [TestCase("amountOre", "20.0", "without fraction")]
    [TestCase("amountOre", "2e3", "without fraction or exponent")]
    [TestCase("amountOre", "1e999", "without fraction or exponent")]
    [TestCase("amountOre", "99999999999999999999", "64-bit")]
    [TestCase("amountOre", "1000000001", "at most")]
    [TestCase("amountOre", "\"7000\"", "must be a number")]
    [TestCase("amountOre", "true", "must be a number")]
    [TestCase("amountOre", "{}", "must be a number")]
    [TestCase("currency", "\"EUR\"", "must be one of DKK")]
    [TestCase("currency", "", "is missing")]
    [TestCase("createdOn", "\"2026-02-29\"", "date that exists")]
    [TestCase("createdOn", "\"22-10-2026\"", "date that exists")]
    [TestCase("createdOn", "\"2027-03-01\"", "far after")]
    [TestCase("dueOn", "\"2026-10-21\"", "lies before createdOn")]
    [TestCase("dueOn", "20261122", "date that exists")]
    [TestCase("branch", "\"Hovedbiblioteket\"", "no ISIL")]
    [TestCase("patronId", "0", "at least 1")]
    [TestCase("patronId", "\"271828\"", "must be a number")]
    [TestCase("borrower", "", "is missing")]
    [TestCase("borrower", "\"0101011234\"", "must be an object")]
    [TestCase("borrower", "{}", "is missing: a party", "borrower.cpr")]
    [TestCase("borrower", "{\"cpr\":\"0101011234\",\"cvr\":\"64942212\"}", "either a person or an organisation", "borrower.cvr")]
    [TestCase("borrower", "{\"cpr\":\"3102011234\"}", "does not begin with a day", "borrower.cpr")]
    [TestCase("borrower", "{\"cpr\":\"010101-1234\"}", "digits", "borrower.cpr")]
    [TestCase("borrower", "{\"cpr\":101011234}", "must be text", "borrower.cpr")]
    [TestCase("borrower", "{\"cvr\":\"64942213\"}", "check digit", "borrower.cvr")]
    [TestCase("guardian", "{\"cpr\":\"0101011234\"}", "borrower's own number", "guardian.cpr")]
    [TestCase("guardian", "{\"cvr\":\"64942212\"}", "a guardian is a person", "guardian.cvr")]
    [TestCase("materials", "{}", "must be an array")]
    [TestCase("materials", "[17]", "must be an object", "materials[0]")]
    [TestCase("materials", "[{},{\"faust\":12}]", "must be text", "materials[1].faust")]
    [TestCase("reason", "\"a\\u0001b\"", "control characters")]
    public void It_is_told_which_field_and_why(string field, string json, string reason, string? path = null)
    {
        var read = Read(Fbs.Submit(change: message =>
        {
            if (field != "dueOn")
                message.Remove("dueOn");
            if (json.Length == 0)
                message.Remove(field);
        }), field, json);

        read.Message.ShouldBeNull();
        var fault = read.Faults.ShouldHaveSingleItem();
        fault.Field.ShouldBe(path ?? field);
        fault.Reason.ShouldContain(reason);
        fault.Example.ShouldNotBeEmpty();
    }

    [TestCase("name", 201), TestCase("reason", 501), TestCase("title", 501), TestCase("materials", 501)]
    public void What_is_too_long_is_told_with_its_limit(string what, int length)
    {
        var text = new string('x', length);
        var read = _reader.Read(Fbs.Submit(change: message =>
        {
            switch (what)
            {
                case "name":
                    message["borrower"]!["name"] = text;
                    break;
                case "reason":
                    message["reason"] = text;
                    break;
                case "title":
                    message["materials"]![0]!["title"] = text;
                    break;
                default:
                    message["materials"] = new JsonArray([.. Enumerable.Range(0, length).Select(_ => new JsonObject())]);
                    break;
            }
        }).Incoming());

        read.Faults.ShouldHaveSingleItem().Reason.ShouldContain($"at most {length - 1}");
    }

    [Test]
    public void All_faults_are_told_at_once()
    {
        var read = _reader.Read(Fbs.Submit(change: message =>
        {
            message["agency"] = "KBH";
            message["amountOre"] = 0;
            message["currency"] = "SEK";
            message["borrower"]!["cpr"] = "9999999999";
            message["materials"]![0]!["title"] = 5;
            message.Remove("createdOn");
        }).Incoming());

        read.Faults.Select(fault => fault.Field).ShouldBe(
            ["agency", "amountOre", "currency", "createdOn", "borrower.cpr", "materials[0].title"], ignoreOrder: true);
        read.Addressed.MessageId.ShouldNotBeNull();
        read.Addressed.FeeId.ShouldBe(434536);
    }

    [TestCase("0101011234"), TestCase("010101123"), TestCase("010101-1234"), TestCase("cpr: 0101011234"), TestCase("0101o11234")]
    public void A_personal_value_is_never_shown(string cpr)
    {
        var read = _reader.Read(Fbs.Submit(change: message =>
        {
            message["borrower"] = new JsonObject { ["cpr"] = cpr, ["cvr"] = cpr, ["name"] = new string('Ø', 300) };
            message["borower"] = new JsonObject { ["name"] = "Ole Olsen" };
            message["branch"] = cpr;
            message["amountOre"] = cpr;
        }).Incoming());

        var told = string.Join("\n", read.Faults) + read.KeptBody;
        told.ShouldNotContain("0101011234");
        told.ShouldNotContain("010101-1234");
        told.ShouldNotContain("Ole Olsen");
        told.ShouldNotContain("ØØØ");
        read.Faults.Where(fault => fault.Field.StartsWith("borrower.", StringComparison.Ordinal) && fault.Value is not null).ShouldAllBe(fault => fault.Value == "******");
    }

    [TestCase(101011234L, Description = "the borrower's, whose leading zero a number does not keep")]
    [TestCase(202701234L, Description = "the guardian's")]
    public void A_number_of_a_person_is_no_id_of_FBS(long patronId)
    {
        var read = _reader.Read(Fbs.Submit(change: message => message["patronId"] = patronId).Incoming());

        var fault = read.Faults.ShouldHaveSingleItem();
        (fault.Field, fault.Value).ShouldBe(("patronId", "******"));
        read.KeptBody!.ShouldNotContain($"{patronId}");
    }

    [Test]
    public void A_long_value_is_cut() =>
        _reader.Read(Fbs.Submit(change: message => message["branch"] = new string('b', 5000)).Incoming()).Faults[0].Value!.Length.ShouldBeLessThanOrEqualTo(100);

    [TestCase("", "is empty")]
    [TestCase("hello", "not JSON")]
    [TestCase("{\"messageId\":", "breaks off")]
    [TestCase("[1,2,3]", "must be one JSON object, not an array")]
    [TestCase("\"text\"", "must be one JSON object, not text")]
    [TestCase("null", "must be one JSON object, not null")]
    [TestCase("{} {}", "not JSON")]
    [TestCase("{\"amountOre\":NaN}", "NaN")]
    [TestCase("{\"amountOre\":-Infinity}", "NaN and Infinity")]
    [TestCase("{\"a\":\"\\ud800\"}", "half a character")]
    [TestCase("{\"\\udfff\":1,\"b\":2}", "half a character")]
    public void What_is_no_JSON_object_is_told_so(string body, string reason)
    {
        var read = _reader.Read(new Incoming(Encoding.UTF8.GetBytes(body)));
        read.IsUnreadable.ShouldBeTrue();
        var fault = read.Faults.ShouldHaveSingleItem();
        fault.Field.ShouldBe("$");
        fault.Reason.ShouldContain(reason);
    }

    [Test]
    public void Another_encoding_is_told_apart()
    {
        var text = Fbs.Submit().ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Reason(Encoding.Latin1.GetBytes(text)).ShouldContain("not valid UTF-8");
        Reason(Encoding.Unicode.GetBytes(text)).ShouldContain("UTF-16");
        Reason([0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00]).ShouldContain("compressed");
        Reason([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)]).ShouldContain("UTF-16");
        Reason(Encoding.UTF32.GetBytes(text)).ShouldContain("UTF-32");
        _reader.Read(new Incoming((byte[])[.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)])).Message.ShouldNotBeNull();

        string Reason(byte[] body) => _reader.Read(new Incoming(body)).Faults.ShouldHaveSingleItem().Reason;
    }

    [Test]
    public void A_body_of_ten_megabytes_is_refused()
    {
        var read = _reader.Read(new Incoming(Encoding.UTF8.GetBytes($$"""{"reason":"{{new string('x', 10_000_000)}}"}""")));
        read.IsTooLong.ShouldBeTrue();
        read.KeptBody!.Length.ShouldBeLessThan(2000);
    }

    [TestCase(0)]
    [TestCase(1)]
    public void Only_what_is_beyond_the_limits_of_size_and_depth_is_refused_for_them(int beyond)
    {
        var text = "{\"reason\":\"\"}";
        _reader.Read(new Incoming(Encoding.UTF8.GetBytes(text.Insert(11, new string('x', Limits.BodyBytes + beyond - text.Length))))).IsTooLong.ShouldBe(beyond == 1);

        var deep = $"{string.Concat(Enumerable.Repeat("{\"a\":", Limits.Depth - 1 + beyond))}{{}}{new string('}', Limits.Depth - 1 + beyond)}";
        _reader.Read(new Incoming(Encoding.UTF8.GetBytes(deep))).Faults.Any(fault => fault.Reason.Contains("deeper than", StringComparison.Ordinal)).ShouldBe(beyond == 1);
    }

    [Test]
    public void Deep_nesting_is_refused()
    {
        var read = _reader.Read(new Incoming(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)))));
        read.Faults.ShouldHaveSingleItem().Reason.ShouldContain("deeper than 32");
    }

    [TestCase("""{"feeId":1,"feeId":2}""", "feeId")]
    [TestCase("""{"borrower":{"cpr":"0101011234","cpr":"0202701234"}}""", "borrower.cpr")]
    [TestCase("""{"materials":[{},{"title":"a","\u0074itle":"b"}]}""", "materials[1].title")]
    [TestCase("""{"unknown":{"deep":[{"x":1,"x":1}]}}""", "unknown.deep[0].x")]
    public void A_name_that_stands_twice_is_told_with_its_path(string body, string path)
    {
        var read = _reader.Read(new Incoming(Encoding.UTF8.GetBytes(body)));
        read.Faults.Where(fault => fault.Reason.Contains("more than once", StringComparison.Ordinal)).ShouldHaveSingleItem().Field.ShouldBe(path);
        read.Faults.ShouldContain(fault => fault.Field == "messageId", "the other faults are told as well");
    }

    [TestCase("adjust-claim", "newAmountOre", "0"), TestCase("adjust-claim", "version", "1")]
    [TestCase("cancel-claim", "reason", "\"bored\""), TestCase("cancel-claim", "version", "1")]
    [TestCase("change-liable-party", "reason", "\"moved\""), TestCase("change-liable-party", "liableParty", "null"), TestCase("submit-claims", "kind", "\"submit-claims\"")]
    public void A_change_is_read_by_its_own_rules(string kind, string field, string json)
    {
        var message = kind switch { "adjust-claim" => Fbs.Adjust(), "cancel-claim" => Fbs.Cancel(), _ => Fbs.ChangeLiableParty() };
        Read(message, field, json).Faults.ShouldHaveSingleItem().Field.ShouldBe(field);
    }

    private ReadMessage Read(JsonObject message, string field, string json)
    {
        if (json.Length == 0)
            return _reader.Read(message.Incoming());
        message[field] = "¤";
        return _reader.Read(new Incoming(Encoding.UTF8.GetBytes(message.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).Replace("\"¤\"", json, StringComparison.Ordinal))));
    }
}

using System.Diagnostics;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Ingest.Tests.Http;

public sealed class When_claims_are_posted
{
    private IngestServer _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await IngestServer.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [Test]
    public async Task One_claim_is_accepted_then_a_duplicate()
    {
        using var first = await _server.PostAsync(Fbs.Submit().ToJsonString());
        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var answer = JsonNode.Parse(await first.Content.ReadAsStringAsync())!;
        ((string?)answer["outcome"], (string?)answer["claimId"], (string?)answer["messageId"]).ShouldBe(
            ("accepted", Messages.DeterministicId.OfClaim("DK-710100", 434536).ToString(), Fbs.Id("submit/434536")));
        using var second = await _server.PostAsync(Fbs.Submit().ToJsonString());
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await second.Content.ReadAsStringAsync()).ShouldContain("\"duplicate\"");
    }

    [Test]
    public async Task A_fault_of_ours_is_not_the_senders_who_sends_the_same_again()
    {
        var (mark, aside) = (Path.Combine(_server.Folder, "keys", "installation.json"), Path.Combine(_server.Folder, "aside.json"));
        File.Move(mark, aside);
        using var one = await _server.PostAsync(Fbs.Submit().ToJsonString());
        one.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, "the key folder is not the one it was");
        using var lines = await _server.PostAsync(Fbs.Submit().ToJsonString(), type: "application/x-ndjson");
        lines.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        File.Move(aside, mark);

        using var again = await _server.PostAsync(Fbs.Submit().ToJsonString());
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Test]
    public async Task A_bad_one_is_answered_with_all_its_faults()
    {
        using var response = await _server.PostAsync(Fbs.Submit(change: message =>
        {
            message["amountOre"] = 0;
            message["borrower"]!["cpr"] = "3102011234";
        }).ToJsonString());
        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var faults = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["faults"]!.AsArray();
        faults.Select(fault => (string)fault!["field"]!).ShouldBe(["amountOre", "borrower.cpr"]);
    }

    [Test]
    public async Task The_unreadable_and_the_huge_are_refused_and_counted()
    {
        (await _server.PostAsync("{")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _server.PostAsync("")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _server.PostAsync($$"""{"reason":"{{new string('x', 10_000_000)}}"}""")).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        ((long?)(await _server.GetAsync("/ingest/accounting"))["unattributed"]!["refused"]).ShouldBe(3);
        ((long?)(await _server.GetAsync("/ingest/accounting?live=true"))["lines"]).ShouldBe(3);
        (await _server.GetAsync("/ingest/refused?limit=10"))["messages"]!.AsArray().Count.ShouldBe(3);
    }

    [Test]
    public async Task A_compressed_body_is_unpacked_and_bounded_as_a_plain_one_is()
    {
        using var one = await PostCompressedAsync(Fbs.Submit().ToJsonString(), "application/json");
        one.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var lines = string.Join('\n', Enumerable.Range(1, 300).Select(fee => Fbs.Submit(fee, change: message => message["reason"] = new string('x', 400)).ToJsonString()));
        using var many = await PostCompressedAsync(lines, "application/x-ndjson");
        (await many.Content.ReadAsStringAsync()).Split('\n').Count(answer => answer.Contains("\"accepted\"", StringComparison.Ordinal)).ShouldBe(300);
        using var huge = await PostCompressedAsync($$"""{"reason":"{{new string('x', 50_000_000)}}"}""", "application/json");
        huge.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [TestCase("gzip", HttpStatusCode.BadRequest, "could not be unpacked")]
    [TestCase("br", HttpStatusCode.BadRequest, "could not be unpacked")]
    [TestCase("deflate", HttpStatusCode.BadRequest, "could not be unpacked")]
    [TestCase("zstd", HttpStatusCode.UnsupportedMediaType, "gzip")]
    public async Task What_cannot_be_unpacked_is_refused_as_that(string encoding, HttpStatusCode status, string reason)
    {
        foreach (var (path, type) in ((string, string)[])[("/claims", "application/json"), ("/claims", "application/x-ndjson"), ("/claims/fbs-fees", "application/json")])
        {
            using var content = new StringContent(Fbs.Submit().ToJsonString(), Encoding.UTF8, type);
            content.Headers.ContentEncoding.Add(encoding);
            using var response = await _server.Client.PostAsync(path, content);
            response.StatusCode.ShouldBe(status, $"{path} {type}");
            (await response.Content.ReadAsStringAsync()).ShouldContain(reason);
        }
    }

    [Test]
    public async Task An_encoding_by_its_older_name_is_unpacked_and_identity_is_none()
    {
        using var old = await PostCompressedAsync(Fbs.Submit(1).ToJsonString(), "application/json", "x-gzip");
        old.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var content = new StringContent(Fbs.Submit(2).ToJsonString(), Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("Identity");
        using var plain = await _server.Client.PostAsync("/claims", content);
        plain.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    private async Task<HttpResponseMessage> PostCompressedAsync(string body, string type, string encoding = "gzip")
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(body));
        var content = new ByteArrayContent(packed.ToArray()) { Headers = { ContentType = new(type), ContentEncoding = { encoding } } };
        return await _server.Client.PostAsync("/claims", content);
    }

    [Test]
    public async Task Each_line_has_its_answer_and_blank_ones_their_number()
    {
        var answers = await _server.LinesAsync($"{Fbs.Submit(1).ToJsonString()}\r\n\n  \n{{\n{Fbs.Adjust(1).ToJsonString()}\n{Fbs.Submit(1).ToJsonString()}\n{new string('x', 1_500_000)}\n{Fbs.Submit(2).ToJsonString()}");
        answers.Select(answer => ((long)answer["line"]!, (string)answer["outcome"]!)).ShouldBe(
            [(1, "accepted"), (4, "refused"), (5, "change"), (6, "duplicate"), (7, "refused"), (8, "accepted")]);
        var history = (await _server.GetAsync("/ingest/messages?agency=DK-710100&feeId=1")).AsArray();
        history.Select(message => (string)message!["kind"]!).Order().ShouldBe(["adjust-claim", "submit-claim"]);
    }

    [Test]
    public async Task An_import_goes_on_where_it_stopped_even_in_another_process()
    {
        var lines = Enumerable.Range(1, 700).Select(fee => Fbs.Submit(fee).ToJsonString()).ToArray();
        await _server.LinesAsync(string.Join('\n', lines[..300]) + "\n", "file-1");
        ((long)(await _server.GetAsync("/imports/file-1"))["lines"]!).ShouldBe(300);
        await _server.RestartAsync();

        var whole = await _server.LinesAsync(string.Join('\n', lines), "file-1");
        whole.Count(answer => (string)answer["outcome"]! == "skipped").ShouldBe(300);
        whole.Count(answer => (string)answer["outcome"]! == "accepted").ShouldBe(400);
        (await _server.LinesAsync(string.Join('\n', lines[650..]), "file-1", firstLine: 651)).ShouldAllBe(answer => (string)answer["outcome"]! == "skipped");
        using var gap = await _server.PostAsync(lines[0], type: "application/x-ndjson", importId: "file-1", firstLine: 800);
        gap.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((long)(await _server.GetAsync("/ingest/accounting"))["lines"]!).ShouldBe(700);
    }

    [Test]
    public async Task A_stream_is_answered_while_it_is_being_sent()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(_server.Client.BaseAddress!.Host, _server.Client.BaseAddress.Port);
        await using var stream = socket.GetStream();
        var line = Fbs.Submit(7).ToJsonString() + "\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"POST /claims HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_server.Token}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n{Encoding.UTF8.GetByteCount(line):x}\r\n{line}\r\n"));
        var received = new StringBuilder();
        var buffer = new byte[4096];
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!received.ToString().Contains("accepted", StringComparison.Ordinal))
            received.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, deadline.Token)));
    }

    [Test]
    public async Task A_line_that_broke_off_with_its_connection_is_not_taken()
    {
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(_server.Client.BaseAddress!.Host, _server.Client.BaseAddress.Port);
            var whole = Fbs.Submit(8).ToJsonString() + "\n";
            await socket.GetStream().WriteAsync(Encoding.UTF8.GetBytes(
                $"POST /claims HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_server.Token}\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n{whole}{whole[..100]}"));
            await UntilAsync(async () => (long)(await _server.GetAsync("/ingest/accounting"))["lines"]! == 1);
        }
        await _server.RestartAsync();
        ((long)(await _server.GetAsync("/ingest/accounting"))["lines"]!).ShouldBe(1);
    }

    /// <summary>HttpClient reads nothing before it has sent everything: nobody may wait for the other.</summary>
    [Test]
    public async Task A_long_stream_takes_constant_memory()
    {
        var count = HowMany.Ordinarily(20_000, atLength: 200_000);
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        using var response = await _server.PostAsync(new ManyLines(count), "/claims", "application/x-ndjson");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var answers = 0L;
        while (await reader.ReadLineAsync() is { } line)
        {
            answers++;
            if (answers % 1000 == 0 || answers == count)
                ((long)JsonNode.Parse(line)!["line"]!).ShouldBe(answers);
        }
        answers.ShouldBe(count);
        (GC.GetTotalMemory(forceFullCollection: true) - before).ShouldBeLessThan(60_000_000);
        TestContext.Out.WriteLine($"{count / watch.Elapsed.TotalSeconds:F0} lines/s with embedded broker and store, client included");
        ((long)(await _server.GetAsync("/ingest/accounting"))["municipalities"]!["0101"]!["accepted"]!).ShouldBe(count);
    }

    [Test]
    public async Task No_number_and_no_name_is_left_in_any_file()
    {
        await _server.LinesAsync(string.Join('\n',
            Fbs.Submit(1).ToJsonString(), Fbs.Submit(2, message => message["amountOre"] = 0).ToJsonString(), Fbs.Submit(3).ToJsonString()[..^40],
            Fbs.Submit(4, message => message["reason"] = $"om {Fbs.Cpr}").ToJsonString(), Fbs.ChangeLiableParty(1).ToJsonString()));
        await _server.PostAsync(Fees(), "/claims/fbs-fees");
        await _server.RestartAsync();
        foreach (var file in Directory.EnumerateFiles(_server.Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(open, Encoding.UTF8);
            var text = await reader.ReadToEndAsync();
            foreach (var personal in new[] { Fbs.Cpr, Fbs.GuardianCpr, "Ødegård", "\\u00D8deg", "Gunnar" })
                text.Contains(personal, StringComparison.Ordinal).ShouldBeFalse($"{personal} in {Path.GetFileName(file)}");
        }
    }

    [Test]
    public async Task What_fbs_serves_is_taken_fee_by_fee()
    {
        using var response = await _server.PostAsync(Fees(), "/claims/fbs-fees");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answers = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray();
        answers.Select(answer => (string)answer!["outcome"]!).ShouldBe(["accepted", "accepted", "accepted", "accepted", "refused", "paid", "refused", "refused"]);
        Field(4).ShouldBe(("fees[4].amount", "has more than two decimals: there is no smaller coin than one øre"));
        Field(6).Field.ShouldBe("fees[6].feeId");
        Field(7).Field.ShouldBe("fees[7].amount");
        var ore = await _server.GetAsync("/ingest/accounting");
        ((long)ore["municipalities"]!["0101"]!["acceptedOre"]!).ShouldBe(7000 + 256 + 250 + 10000);
        ((long)answers[4]!["feeId"]!).ShouldBe(5);

        using var again = await _server.PostAsync(Fees(), "/claims/fbs-fees");
        JsonNode.Parse(await again.Content.ReadAsStringAsync())!.AsArray().Count(answer => (string)answer!["outcome"]! == "duplicate").ShouldBe(4);

        (string Field, string Reason) Field(int index)
        {
            var fault = answers[index]!["faults"]!.AsArray().ShouldHaveSingleItem()!;
            return ((string)fault["field"]!, (string)fault["reason"]!);
        }
    }

    [Test]
    public async Task Fees_of_a_faulty_patron_are_refused_with_the_patrons_faults()
    {
        using var response = await _server.PostAsync("""{"agency":"DK-710100","borrower":{"cpr":"12"},"fees":[{"feeId":1,"amount":1,"creationDate":"2026-10-22"}]}""", "/claims/fbs-fees");
        (await response.Content.ReadAsStringAsync()).ShouldContain("borrower.cpr");
        (await _server.PostAsync("""{"agency":"DK-710100","fees":{}}""", "/claims/fbs-fees")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await _server.PostAsync("[", "/claims/fbs-fees")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static string Fees() =>
        $$"""
        {"agency":"DK-710100","borrower":{"cpr":"{{Fbs.Cpr}}","name":"{{Fbs.Name}}"},"guardian":{"cpr":"{{Fbs.GuardianCpr}}","name":"Gunnar Værge"},"fees":[
          {"feeId":1,"amount":70,"creationDate":"2026-10-22","dueDate":"2026-11-22","type":"fee","reasonMessage":"Gebyr (for sent)","payableByClient":true,
           "materials":[{"materialItemNumber":"5237124059","recordId":"48724566","materialGroup":{"name":"standard","description":"31 dages lånetid"},"periodical":null}]},
          {"feeId":2,"amount":2.56,"creationDate":"2026-10-22","dueDate":null,"type":"compensation","reasonMessage":"Erstatning","payableByClient":true,"materials":[]},
          {"feeId":3,"amount":2.5,"creationDate":"2026-10-22","type":"newKind","reasonMessage":"","payableByClient":false},
          {"feeId":4,"amount":1e2,"creationDate":"2026-10-22T08:00:00","type":"fee"},
          {"feeId":5,"amount":2.555,"creationDate":"2026-10-22","type":"fee"},
          {"feeId":6,"amount":10,"creationDate":"2026-10-22","paidDate":"2026-10-30","type":"fee"},
          {"feeId":"7","amount":10,"creationDate":"2026-10-22","type":"fee"},
          {"feeId":8,"amount":"10","creationDate":"2026-10-22","type":"fee"}]}
        """;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var tries = 0; !await condition(); tries++)
        {
            tries.ShouldBeLessThan(200);
            await Task.Delay(50);
        }
    }

    /// <summary>Sends line after line without ever holding them all.</summary>
    private sealed class ManyLines(int count) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
            var template = Fbs.Submit(1_234_567_890).ToJsonString();
            for (var i = 1; i <= count; i++)
            {
                var line = template.Replace("1234567890", $"{i}", StringComparison.Ordinal).Replace(Fbs.Id("submit/1234567890"), $"{i:x8}-0000-4000-8000-000000000001", StringComparison.Ordinal);
                await writer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
            }
            await writer.CompleteAsync();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

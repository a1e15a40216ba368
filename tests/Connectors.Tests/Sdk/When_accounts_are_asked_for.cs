using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Support;
using Shouldly;

namespace ClaimsTransfer.Connectors.Tests.Sdk;

[TestFixture]
public sealed class When_accounts_are_asked_for
{
    private const string Odense = "/connectors/Prisme/municipalities/0461/accounts";
    private static readonly DateTimeOffset At = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);
    private TemporaryFolder _folder = null!;
    private HostBench _bench = null!;
    private long _listed;

    [SetUp]
    public async Task StartAsync()
    {
        _listed = 0;
        _folder = new TemporaryFolder();
        _bench = await HostBench.StartAsync(_folder.Path);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _bench.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task each_is_a_line_that_reads_back_as_it_was()
    {
        var accounts = new[] { new DebtorAccount("DK-746100-1", 7_000, 2_000, 500, true, 1, At), new DebtorAccount("DK-746100-2", 100, -100, 0, false, 2, null) };
        _bench.Listing.Accounts = _ => accounts.ToAsyncEnumerable();
        using var response = await _bench.GetAsync(Odense);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("""{"reference":"DK-746100-1","amountOre":7000,"coveredOre":2000,"writtenOffOre":500,"inForce":true,"bookings":1,"changedAt":"2026-11-23T09:00:00+00:00"}""");
        lines.Select(line => JsonSerializer.Deserialize<DebtorAccount>(line, JsonSerializerOptions.Web)).ShouldBe(accounts);
        _bench.Listing.Asked.ShouldNotBeNull().ShouldSatisfyAllConditions(
            system => system.Municipality.ShouldBe("0461"), system => system.IsTest.ShouldBeTrue(), system => system.Endpoint.AbsoluteUri.ShouldEndWith("/prisme/0461"));
    }

    [Test]
    public async Task none_are_an_empty_list()
    {
        using var response = await _bench.GetAsync(Odense);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [TestCase("/connectors/Prisme/municipalities/0101/accounts", HttpStatusCode.NotFound, "does not serve municipality 0101")]
    [TestCase("/connectors/KmdOpus/municipalities/0101/accounts", HttpStatusCode.NotImplemented, "KmdOpus cannot list")]
    public async Task where_there_are_none_to_have_it_says_why(string path, HttpStatusCode status, string reason)
    {
        using var response = await _bench.GetAsync(path);

        response.StatusCode.ShouldBe(status);
        (await ErrorOfAsync(response)).ShouldContain(reason);
    }

    [TestCase(0)]
    [TestCase(3)]
    public async Task a_debtor_system_that_is_away_is_told_before_anything_was_sent(int before)
    {
        _bench.Listing.Accounts = cancellation => ListAsync(before, new HttpRequestException("refused for 010170-1234"), cancellation);
        using var response = await _bench.GetAsync(Odense);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var error = await ErrorOfAsync(response);
        error.ShouldContain("0461");
        error.ShouldContain("refused for ###########");
    }

    [Test]
    public async Task a_failure_in_the_middle_never_looks_like_the_end()
    {
        _bench.Listing.Accounts = cancellation => ListAsync(50_000, new HttpRequestException("reset"), cancellation);
        using var response = await _bench.BeginGetAsync(Odense);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Should.ThrowAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task a_hundred_thousand_come_whole()
    {
        _bench.Listing.Accounts = cancellation => ListAsync(100_000, null, cancellation);
        using var response = await _bench.BeginGetAsync(Odense);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var lines = 0;
        while (await reader.ReadLineAsync() is { } line)
            line.ShouldStartWith($"{{\"reference\":\"DK-746100-{++lines}\",");

        lines.ShouldBe(100_000);
    }

    [Test]
    public async Task no_more_are_fetched_than_are_read()
    {
        _bench.Listing.Accounts = cancellation => ListAsync(int.MaxValue, null, cancellation);
        using (var response = await _bench.BeginGetAsync(Odense))
        {
            // With nobody reading, what lies between is full some time, and the debtor system is asked for no more.
            await Eventually.TrueAsync(() => Interlocked.Read(ref _listed) is > 0 and var before && Unchanged(before));
        }

        // Nor when the reader has gone.
        await Eventually.TrueAsync(() => Interlocked.Read(ref _listed) == -1);

        bool Unchanged(long before)
        {
            Task.Delay(300).GetAwaiter().GetResult();
            return Interlocked.Read(ref _listed) == before;
        }
    }

    private static async Task<string> ErrorOfAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString()!;

    private async IAsyncEnumerable<DebtorAccount> ListAsync(int count, Exception? end, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            for (var i = 1; i <= count; i++)
            {
                if (i % 100 == 0)
                    await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
                Interlocked.Exchange(ref _listed, i);
                yield return new DebtorAccount($"DK-746100-{i}", 7_000, 0, 0, true, 1, At);
            }

            if (end is not null)
                throw end;
        }
        finally
        {
            Interlocked.Exchange(ref _listed, -1);
        }
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Xml;
using System.Xml.Linq;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.KmdOpus.Wire;

namespace ClaimsTransfer.KmdOpus.Extract;

/// <summary>Lists the claims that the debtor system holds, a page a call. A page is asked for again after a failure: asking changes nothing, and the caller cannot go on from the middle.</summary>
internal sealed class AccountPages(OpusCalls calls, TimeProvider time)
{
    public const int PageSize = 1_000;

    private const int MostAttempts = 5;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<DebtorAccount> ReadAsync(DebtorSystem system, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        for (var more = true; more;)
        {
            var page = await PageAsync(system, after, cancellation);
            string? last = null;
            foreach (var account in Accounts(system, page))
            {
                last = account.Reference;
                yield return account;
            }

            more = XmlConvert.ToBoolean(Value(page, "Flere"));
            if (more && (last is null || last == after))
                throw new TransientException($"The debtor system of municipality {system.Municipality} says that it holds more claims, and lists none after the last.");
            after = last;
        }
    }

    private async Task<XElement> PageAsync(DebtorSystem system, string? after, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var document = ProfileXml.Write(Profile.Envelope(Requests.ExtractContext(system, after, time.GetUtcNow()), Requests.Extract(after, PageSize)));
            var end = await calls.CallAsync(system, Profile.ExtractAction, "DebitorUdtraekSvar", document, cancellation);
            if (end is CallEnd.Answered answered)
                return answered.Body;
            if (attempt == MostAttempts || end is CallEnd.Refused)
                throw new TransientException($"The claims that the debtor system of municipality {system.Municipality} holds could not be listed: {ReasonOf(end)}");
            var pause = (end as CallEnd.NotTaken)?.RetryAfter ?? TimeSpan.FromSeconds(1 << (attempt - 1));
            await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellation);
        }
    }

    /// <summary>The schema admits numbers and moments that no number and no calendar here holds.</summary>
    private static List<DebtorAccount> Accounts(DebtorSystem system, XElement page)
    {
        try
        {
            return [.. page.Elements(Profile.Debtor + "Konto").Select(Account)];
        }
        catch (Exception unheld) when (unheld is FormatException or OverflowException)
        {
            throw new TransientException($"The debtor system of municipality {system.Municipality} lists a claim with a number or a moment that cannot be kept.");
        }
    }

    private static DebtorAccount Account(XElement account) => new(
        Value(account, "EksternReference"), Postings.Ore(Value(account, "Beloeb")), Postings.Ore(Value(account, "Daekket")), Postings.Ore(Value(account, "Afskrevet")),
        Value(account, "Status") == "AKTIV", XmlConvert.ToInt32(Value(account, "Bogfoeringer")),
        DateTimeOffset.Parse(Value(account, "Aendret"), CultureInfo.InvariantCulture).ToUniversalTime());

    private static string ReasonOf(CallEnd end) => end switch
    {
        CallEnd.NotTaken notTaken => notTaken.Reason,
        CallEnd.Refused refused => $"{refused.Code}: {refused.Text}",
        CallEnd.Lost lost => lost.Reason,
        _ => "answered",
    };

    private static string Value(XElement parent, string name) => parent.Element(Profile.Debtor + name)!.Value;
}

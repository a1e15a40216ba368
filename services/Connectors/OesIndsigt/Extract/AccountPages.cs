using System.Runtime.CompilerServices;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;

namespace ClaimsTransfer.OesIndsigt.Extract;

internal sealed record AccountItem(
    string Reference, long AmountOre, long CoveredOre, long WrittenOffOre, bool InForce, int Bookings, DateTimeOffset? ChangedAt = null)
{
    public DebtorAccount ToAccount() => new(Reference, AmountOre, CoveredOre, WrittenOffOre, InForce, Bookings, ChangedAt?.ToUniversalTime());
}

internal sealed record AccountPage(IReadOnlyList<AccountItem> Accounts, bool More);

/// <summary>Lists the claims that ØS Indsigt holds, a page a call. A page is asked for again after a failure: asking changes nothing, and the caller cannot go on from the middle.</summary>
internal sealed class AccountPages(IndsigtCall calls, IndsigtOptions options, TimeProvider time)
{
    private const int MostAttempts = 5;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<DebtorAccount> ReadAsync(DebtorSystem system, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        for (var more = true; more;)
        {
            var page = await PageAsync(system, after, cancellation);
            foreach (var item in page.Accounts)
                yield return item.ToAccount();
            var last = page.Accounts.Count > 0 ? page.Accounts[^1].Reference : null;
            more = page.More;
            if (more && (last is null || last == after))
                throw new TransientException($"ØS Indsigt of municipality {system.Municipality} says that it holds more claims, and lists none after the last.");
            after = last;
        }
    }

    private async Task<AccountPage> PageAsync(DebtorSystem system, string? after, CancellationToken cancellation)
    {
        var from = after is null ? "" : $"&after={Uri.EscapeDataString(after)}";
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, IndsigtConnector.Address(system, $"accounts?limit={options.PageSize}{from}"));
            var result = await calls.SendAsync(system, request, IndsigtJson.Default.AccountPage, cancellation);
            if (result is CallResult<AccountPage>.Answered { Body: var page })
            {
                return page.Accounts.Any(account => account is null)
                    ? throw new TransientException($"ØS Indsigt of municipality {system.Municipality} lists a claim that is null.")
                    : page;
            }

            if (attempt == MostAttempts || result is CallResult<AccountPage>.Refused)
                throw new TransientException($"The claims that ØS Indsigt of municipality {system.Municipality} holds could not be listed: {result.Cause}.");
            var pause = (result as CallResult<AccountPage>.NotDone)?.RetryAfter ?? TimeSpan.FromSeconds(1 << (attempt - 1));
            await Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellation);
        }
    }
}

using System.Text.Json;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Messages;
using ClaimsTransfer.Payments.Ledger;

namespace ClaimsTransfer.Simulation;

/// <summary>What must be true of the money when all of it is back: our ledger, the debtor systems' books and what FBS was told agree to the øre.</summary>
internal static class SimMoney
{
    public static IEnumerable<string> Compare(IEnumerable<DebtorBooks> debtors, PaymentsTables payments, IEnumerable<OutgoingMessage> published)
    {
        var told = published.Where(message => message.Name == MessageNames.PaymentReconciled)
            .Select(message => JsonSerializer.Deserialize(message.Body.Span, MessageJson.Default.PaymentReconciled)!)
            .DistinctBy(message => message.MessageId).ToLookup(message => message.ClaimId);
        foreach (var (reference, books) in debtors.SelectMany(debtor => debtor.Accounts))
        {
            if (payments.Accounts.GetValueOrDefault(books.ClaimId)?.Account is not { } account)
            {
                if (books is { InForce: true } or not { CoveredOre: 0, WrittenOffOre: 0 })
                    yield return $"Money: {reference} has no account, the debtor system's balance is {books.BalanceOre}.";
                continue;
            }

            foreach (var fault in Compare(reference, books, account, payments, [.. told[books.ClaimId]]))
                yield return fault;
        }
    }

    private static IEnumerable<string> Compare(string reference, DebtorBooks.Account books, Account account, PaymentsTables payments, List<PaymentReconciled> told)
    {
        if ((account.CoveredOre - account.ReversedOre, account.WrittenOffOre) != (books.CoveredOre, books.WrittenOffOre))
            yield return $"Money: {reference} has {account.CoveredOre - account.ReversedOre} øre covered and {account.WrittenOffOre} written off, the debtor system {books.CoveredOre} and {books.WrittenOffOre}.";
        if (account.BalanceOre != books.BalanceOre)
            yield return $"Money: {reference} has a balance of {account.BalanceOre}, the debtor system {books.BalanceOre}.";
        var sum = payments.Events.Values.Where(booked => booked.ClaimId == account.ClaimId).SelectMany(booked => booked.Entries).Sum(entry => entry.AmountOre);
        if (sum != account.BalanceOre)
            yield return $"Money: the entries of {reference} add up to {sum}, its balance is {account.BalanceOre}.";

        var (settled, times) = (false, 0);
        foreach (var message in told.OrderBy(message => message.Sequence))
        {
            times += message.Settled ? 1 : settled ? -1 : 0;
            settled = message.Settled;
        }

        if (account.Status != AccountStatus.Cancelled && settled != (account.Status == AccountStatus.Settled))
            yield return $"Money: FBS was told that {reference} is {(settled ? "" : "not ")}settled, and it is {account.Status}.";
        if (times is not (0 or 1))
            yield return $"Money: FBS was told {times} times that {reference} is settled.";
        if (told.Select(message => message.Sequence).Distinct().Count() != told.Count)
            yield return $"Money: two messages to FBS about {reference} have the same sequence.";
    }
}

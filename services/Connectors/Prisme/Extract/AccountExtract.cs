using System.Runtime.CompilerServices;
using ClaimsTransfer.ConnectorSdk;
using ClaimsTransfer.Defaults.Messaging;
using ClaimsTransfer.Prisme.Transport;

namespace ClaimsTransfer.Prisme.Extract;

/// <summary>Asks for the claims that Prisme holds. The answer is one file, copied here first: it is looked through to its end before the first claim is given away.</summary>
internal sealed class AccountExtract(PrismeOptions options, TimeProvider time)
{
    public async IAsyncEnumerable<DebtorAccount> ReadAsync(DebtorSystem system, IFileTransport transport, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await ArchiveForgottenAsync(system, transport, cancellation);
        var question = AccountQuestion.Of(system.Municipality, time.GetUtcNow());
        // May it have got there or not: the answer tells.
        if (await transport.DeliverAsync(question.Name, question.Content, cancellation) is Handover.NotDelivered not)
            throw new TransientException($"Prisme of {system.Municipality} could not be asked for the claims it holds: {not.Reason}.");

        // No personal data, and too large for the memory that serves as a folder elsewhere.
        using var work = new WorkFolder(options.WorkFolder);
        var path = work.PathOf(question.AnswerName);
        var file = await Answers.WaitAsync(transport, question.AnswerName, async there =>
        {
            await transport.CopyAsync(there, path, cancellation);
            return new AccountFile(path);
        }, options.ExtractTimeout, time, cancellation)
            ?? throw new TransientException($"Prisme of {system.Municipality} did not list the claims it holds within {options.ExtractTimeout}.");
        if (await file.FindFaultAsync(system.Municipality, question.Id, cancellation) is { } fault)
            throw new TransientException($"Prisme of {system.Municipality} left the list {question.AnswerName}, which is refused whole: {fault}.");
        await foreach (var account in file.ReadAsync(cancellation))
            yield return account;
    }

    /// <summary>Answers that came when nobody waited any more would lie in <c>ud</c> for ever.</summary>
    private async Task ArchiveForgottenAsync(DebtorSystem system, IFileTransport transport, CancellationToken cancellation)
    {
        var before = AccountQuestion.AnswerNameOf(system.Municipality, time.GetUtcNow() - (2 * options.ExtractTimeout));
        var forgotten = (await transport.TidyAndListAsync([], cancellation)).Where(name => FileNames.IsAccountFile(name) && string.CompareOrdinal(name, before) < 0).ToList();
        if (forgotten.Count > 0)
            await transport.TidyAndListAsync(forgotten, cancellation);
    }
}

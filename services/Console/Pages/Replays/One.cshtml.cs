using ClaimsTransfer.Defaults.Notes;
using ClaimsTransfer.OperationsConsole.Access;
using ClaimsTransfer.OperationsConsole.Pages.Failures;
using ClaimsTransfer.OperationsConsole.Pages.Frame;
using ClaimsTransfer.OperationsConsole.Replaying;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClaimsTransfer.OperationsConsole.Pages.Replays;

/// <summary>One replay: what it would do, how far it has come, what became of each message, and what may be done with it now.</summary>
public sealed class OneModel(ReplayStore replays, ITexts texts) : PageModel
{
    private const int PageSize = 50;

    public ReplayProgress Progress { get; private set; } = null!;

    public ReplayItemPage Items { get; private set; } = null!;

    public string? Outcome { get; private set; }

    /// <summary>What was last asked for, with why it could not be done.</summary>
    public IReadOnlyList<Note>? Fault { get; private set; }

    public string? FaultyAction { get; private set; }

    public string? WhyFault { get; private set; }

    public Replay Replay => Progress.Replay;

    /// <summary>What this person may do with it as it stands, the most likely first.</summary>
    public IReadOnlyList<string> Actions
    {
        get
        {
            var actor = Actor.Of(User);
            if (!actor.Is(Role.Operator))
                return [];
            return Replay.Status switch
            {
                ReplayStatus.Previewing => ["cancel"],
                ReplayStatus.Ready => Replay.Total == 0 ? ["cancel"] : ["start", "cancel"],
                ReplayStatus.AwaitingApproval => MayApprove(actor) ? ["approve", "cancel"] : ["cancel"],
                ReplayStatus.Running => ["pause", "cancel"],
                ReplayStatus.Paused or ReplayStatus.Stopped => ["resume", "cancel"],
                _ => [],
            };
        }
    }

    public async Task<IActionResult> OnGetAsync(Guid replayId, string? outcome, long? after, CancellationToken cancellation) =>
        await ShowAsync(replayId, outcome, after ?? 0, cancellation) ? Page() : NotFound();

    /// <summary>What the page shows of its progress, again and again; <paramref name="was"/> says for which state its buttons are.</summary>
    public async Task<IActionResult> OnGetProgressAsync(Guid replayId, string? was, CancellationToken cancellation) =>
        await replays.ProgressAsync(replayId, Actor.Of(User), cancellation) is { } progress ? Partial("_Progress", new ShownProgress(progress, was ?? "")) : NotFound();

    public async Task<IActionResult> OnPostAsync(Guid replayId, string action, string? why, CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        if (!actor.Is(Role.Operator))
            return Forbid(Session.Scheme);
        (FaultyAction, WhyFault) = (action, Reasons.Fault(why, texts));
        try
        {
            if (WhyFault is null)
            {
                if (await replays.FindAsync(replayId, actor, cancellation) is null)
                    return NotFound();
                var changed = await (action switch
                {
                    "start" => replays.StartAsync(replayId, actor, why!, cancellation),
                    "pause" => replays.PauseAsync(replayId, actor, why!, cancellation),
                    "resume" => replays.ResumeAsync(replayId, actor, why!, cancellation),
                    "approve" => replays.ApproveAsync(replayId, actor, why!, cancellation),
                    "cancel" => replays.CancelAsync(replayId, actor, why!, cancellation),
                    _ => throw new NotPossibleException(ReplayNotes.Cannot(action, Replay.Status.ToString())),
                });
                TempData["Done"] = texts[$"replays.done.{(changed.Status == ReplayStatus.AwaitingApproval ? "awaiting" : action)}"];
                return Redirect($"/console/replays/{replayId}");
            }
        }
        catch (NotPossibleException refused)
        {
            Fault = refused.Notes;
        }

        return await ShowAsync(replayId, null, 0, cancellation) ? Page() : NotFound();
    }

    private async Task<bool> ShowAsync(Guid replayId, string? outcome, long after, CancellationToken cancellation)
    {
        var actor = Actor.Of(User);
        if (await replays.ProgressAsync(replayId, actor, cancellation) is not { } progress || await replays.ItemsAsync(replayId, actor, outcome, PageSize, after, cancellation) is not { } items)
            return false;
        (Progress, Items, Outcome) = (progress, items, outcome);
        return true;
    }

    private bool MayApprove(Actor actor) => actor.Is(Role.Approver) && !string.Equals(actor.Name, Replay.AskedBy, StringComparison.OrdinalIgnoreCase);
}

/// <param name="Was">The state that the page's buttons are for.</param>
public sealed record ShownProgress(ReplayProgress Progress, string Was);

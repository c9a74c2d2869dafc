using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.OnCall;

/// <summary>How a change ended.</summary>
internal enum OnCallOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such schedule, or it is not the caller's to change.</summary>
    ScheduleNotFound,

    /// <summary>There is no such ward, or it is not the caller's.</summary>
    WardNotFound,

    /// <summary>There is no such override, or it is not the caller's to take back.</summary>
    OverrideNotFound,

    /// <summary>There is no such swap, or it is not the caller's to take back.</summary>
    SwapNotFound,

    /// <summary>There is no such colleague, or it is not the caller's to say what they are on duty as.</summary>
    ColleagueNotFound,

    /// <summary>There is no such feed of the caller's.</summary>
    FeedNotFound,

    /// <summary>Something that was asked for cannot be: the detail says what.</summary>
    Invalid,

    /// <summary>Somebody changed it in between.</summary>
    VersionChanged,

    /// <summary>Which version is to be changed is not said.</summary>
    VersionRequired,

    /// <summary>The schedule has ended.</summary>
    ScheduleEnded,

    /// <summary>Somebody who is named has not the duty of the schedule.</summary>
    MemberWithoutDuty,

    /// <summary>Another override of the schedule is in force at that time.</summary>
    OverrideOverlaps,

    /// <summary>One of the two is not on duty in what they give.</summary>
    SwapWithoutDuty,

    /// <summary>A stretch of the swap has begun.</summary>
    SwapBegun,

    /// <summary>The duty is needed by a schedule.</summary>
    DutyInUse,

    /// <summary>The account has as many feeds as it may have.</summary>
    TooManyFeeds,
}

/// <summary>What was refused, and why in words where that is not plain.</summary>
internal readonly record struct OnCallResult(OnCallOutcome Outcome, string? Detail = null)
{
    /// <summary>Done.</summary>
    public static OnCallResult Done => new(OnCallOutcome.Done);

    /// <summary>Whether it is done.</summary>
    public bool IsDone => Outcome == OnCallOutcome.Done;

    public static implicit operator OnCallResult(OnCallOutcome outcome) => new(outcome);

    /// <summary>The same as its outcome alone.</summary>
    public static OnCallResult FromOnCallOutcome(OnCallOutcome outcome) => new(outcome);
}

/// <summary>Refusals as answers.</summary>
internal static class OnCallProblems
{
    /// <summary>Any outcome but done.</summary>
    public static ProblemHttpResult Of(OnCallResult result) => result.Outcome switch
    {
        OnCallOutcome.Invalid => Problems.InvalidParameter(result.Detail ?? ""),
        OnCallOutcome.ScheduleNotFound => Of(404, "urn:wardwatch:schedule-not-found", "There is no such schedule", result),
        OnCallOutcome.WardNotFound => Problems.WardNotFound(),
        OnCallOutcome.OverrideNotFound => Of(404, "urn:wardwatch:override-not-found", "There is no such override", result),
        OnCallOutcome.SwapNotFound => Of(404, "urn:wardwatch:swap-not-found", "There is no such swap", result),
        OnCallOutcome.ColleagueNotFound => Of(404, "urn:wardwatch:colleague-not-found", "There is no such colleague", result),
        OnCallOutcome.FeedNotFound => Of(404, "urn:wardwatch:feed-not-found", "There is no such feed", result),
        OnCallOutcome.VersionChanged => Of(412, "urn:wardwatch:version-changed", "Somebody changed it in between", result with { Detail = result.Detail ?? "Load the schedule again." }),
        OnCallOutcome.VersionRequired => Of(428, "urn:wardwatch:version-required", "Say which version is to be changed", result with { Detail = "Send the ETag of the answer that you saw as If-Match." }),
        OnCallOutcome.ScheduleEnded => Of(409, "urn:wardwatch:schedule-ended", "The schedule has ended", result),
        OnCallOutcome.MemberWithoutDuty => Of(409, "urn:wardwatch:member-without-duty", "Somebody is named who has not this duty", result),
        OnCallOutcome.OverrideOverlaps => Of(409, "urn:wardwatch:override-overlaps", "Another override of the schedule is in force then", result),
        OnCallOutcome.SwapWithoutDuty => Of(409, "urn:wardwatch:swap-without-duty", "Somebody gives a stretch in which they are not on duty", result),
        OnCallOutcome.SwapBegun => Of(409, "urn:wardwatch:swap-begun", "One of the two has begun to stand in for the other", result),
        OnCallOutcome.DutyInUse => Of(409, "urn:wardwatch:duty-in-use", "A schedule counts on this duty", result),
        OnCallOutcome.TooManyFeeds => Of(409, "urn:wardwatch:too-many-feeds", "This account has as many feeds as it may have; remove one", result),
        _ => throw new UnreachableException($"{result.Outcome}"),
    };

    private static ProblemHttpResult Of(int status, string type, string title, OnCallResult result) => TypedResults.Problem(statusCode: status, type: type, title: title, detail: result.Detail);
}

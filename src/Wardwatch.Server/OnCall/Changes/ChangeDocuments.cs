using Wardwatch.Server.OnCall.Schedules;

namespace Wardwatch.Server.OnCall.Changes;

/// <summary>An override to be made.</summary>
/// <param name="Schedule">The schedule.</param>
/// <param name="Person">Who is on duty, whoever it would be.</param>
/// <param name="From">Since when: now or later.</param>
/// <param name="Until">Until when, at most 31 days later.</param>
/// <param name="Reason">Why, if somebody wants to say.</param>
internal sealed record OverrideRequest(string? Schedule, string? Person, DateTimeOffset? From, DateTimeOffset? Until, string? Reason = null);

/// <summary>An override.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Schedule">The schedule.</param>
/// <param name="Person">Who is on duty.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who made it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="EndedAt">When it was taken back, or null.</param>
internal sealed record OverrideResponse(
    string Id, string Schedule, DutyPerson Person, DateTimeOffset From, DateTimeOffset Until, string? Reason, DutyPerson By, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>A page of overrides, in the order in which they were made.</summary>
internal sealed record OverridePage(IReadOnlyList<OverrideResponse> Items, string? Next);

/// <summary>What one of the two gives.</summary>
/// <param name="Schedule">The schedule.</param>
/// <param name="Person">Whose duty it is.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when.</param>
internal sealed record GivenStretchRequest(string? Schedule, string? Person, DateTimeOffset? From, DateTimeOffset? Until);

/// <summary>Two people exchange stretches.</summary>
/// <param name="First">What one gives, and the other one does.</param>
/// <param name="Second">What the other gives in return.</param>
/// <param name="AgreedBy">Which of the two have agreed: one of them at least.</param>
/// <param name="Reason">Why, if somebody wants to say.</param>
internal sealed record SwapRequest(GivenStretchRequest? First, GivenStretchRequest? Second, IReadOnlyList<string>? AgreedBy, string? Reason = null);

/// <summary>What one of the two gives.</summary>
internal sealed record GivenStretch(string Schedule, DutyPerson Person, DateTimeOffset From, DateTimeOffset Until);

/// <summary>Two people who exchange stretches.</summary>
internal sealed record SwapResponse(
    string Id, GivenStretch First, GivenStretch Second, IReadOnlyList<DutyPerson> AgreedBy, string? Reason, DutyPerson By, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>A page of swaps, in the order in which they were made.</summary>
internal sealed record SwapPage(IReadOnlyList<SwapResponse> Items, string? Next);

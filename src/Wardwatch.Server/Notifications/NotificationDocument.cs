namespace Wardwatch.Server.Notifications;

/// <summary>How far a notification has come by one channel.</summary>
/// <param name="Channel">in-app, push, mail or webhook.</param>
/// <param name="Stage">queued, sent, delivered, seen, failed or withdrawn.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="At">Since when it is at that stage.</param>
/// <param name="Error">Why the last attempt failed, a stable code; null: it did not.</param>
internal sealed record NotificationChannel(string Channel, string Stage, int Attempts, DateTimeOffset At, string? Error);

/// <summary>A notification of the caller's.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">assigned, escalated, re-alert, overdue, coverage, digest or test.</param>
/// <param name="Priority">high, medium or low.</param>
/// <param name="Title">A few words.</param>
/// <param name="Text">A sentence.</param>
/// <param name="Incident">The incident, or null.</param>
/// <param name="Ward">The ward, or null.</param>
/// <param name="Bed">The bed in which the patient lies now, or null.</param>
/// <param name="Patient">The patient, or null.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Stage">The furthest of all channels.</param>
/// <param name="Channels">Each channel: in-app first.</param>
internal sealed record NotificationDocument(
    string Id, string Kind, string Priority, string Title, string Text, string? Incident, string? Ward, string? Bed, string? Patient, DateTimeOffset CreatedAt, string Stage,
    IReadOnlyList<NotificationChannel> Channels);

/// <summary>A page of the caller's notifications.</summary>
/// <param name="Items">Notifications.</param>
/// <param name="Next">Where the next page begins.</param>
/// <param name="Unseen">How many have not been seen in all.</param>
internal sealed record NotificationPage(IReadOnlyList<NotificationDocument> Items, string? Next, long Unseen);

using System.Text.Json.Serialization;
using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Notifications.Contracts;

/// <summary>Something that one member of staff must learn of.</summary>
/// <param name="TenantId">The hospital.</param>
/// <param name="AccountId">Who.</param>
/// <param name="Kind">assigned, escalated, re-alert, overdue, coverage, digest, canary or test.</param>
/// <param name="Priority">High ignores quiet hours; low waits for the digest.</param>
/// <param name="Title">A few words, shown inside the signed-in application only: <c>Hypoxia, bed 4</c>.</param>
/// <param name="Text">A sentence, shown inside the signed-in application only.</param>
public sealed record NewNotification(int TenantId, Guid AccountId, string Kind, AlertPriority Priority, string Title, string Text)
{
    /// <summary>The incident, or null.</summary>
    public Guid? Incident { get; init; }

    /// <summary>The patient's database key, under whose key title and text are sealed; null: the hospital's.</summary>
    public int? PatientNumber { get; init; }

    /// <summary>The ward, or null.</summary>
    public string? Ward { get; init; }
}

/// <summary>
/// Carries news to members of staff over every channel that they chose. What is queued stands in the caller's transaction: it is sent if and only if that commits.
/// Outside the signed-in application (lock screens, mail, webhooks) nothing is said that tells of a patient.
/// </summary>
public interface INotifier
{
    /// <summary>Queues notifications; answers their public ids, in the order given.</summary>
    Task<IReadOnlyList<Guid>> QueueAsync(NpgsqlConnection connection, IReadOnlyList<NewNotification> notifications, CancellationToken cancellation);

    /// <summary>
    /// The same for a caller who has events of its own in the transaction: what the notifications tell is put behind them, for the caller to add all of it in one call, since two
    /// calls could lock patients' order crosswise with another transaction.
    /// </summary>
    Task<IReadOnlyList<Guid>> QueueAsync(NpgsqlConnection connection, IReadOnlyList<NewNotification> notifications, ICollection<NewEvent> events, CancellationToken cancellation);

    /// <summary>Nobody needs to be told of an incident any more: what has not been sent is not sent.</summary>
    Task WithdrawAsync(NpgsqlConnection connection, int tenantId, Guid incident, CancellationToken cancellation);
}

/// <summary>A notification stands in somebody's list, and their screens are told.</summary>
/// <param name="Notification">Its public id.</param>
/// <param name="Account">Whose.</param>
/// <param name="Kind">As in <see cref="NewNotification"/>.</param>
/// <param name="Priority">low, medium or high.</param>
/// <param name="Title">For the signed-in application.</param>
/// <param name="Text">For the signed-in application.</param>
/// <param name="Incident">The incident, or null.</param>
/// <param name="Ward">The ward, or null.</param>
/// <param name="At">When.</param>
public sealed record NotificationPosted(Guid Notification, Guid Account, string Kind, string Priority, string Title, string Text, Guid? Incident, string? Ward, DateTimeOffset At);

/// <summary>What happens to notifications.</summary>
public static class NotificationEvents
{
    /// <summary>The kind of those that prove the alert path: they are shown to nobody but who asked for them.</summary>
    public const string CanaryKind = "canary";

    public static readonly EventKind<NotificationPosted> Posted = new(nameof(NotificationPosted), 1, NotificationEventsJson.Default.NotificationPosted);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NotificationPosted))]
internal sealed partial class NotificationEventsJson : JsonSerializerContext;

using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>
/// Queues notifications in the caller's transaction, any number in the same four round trips: who is reached how, the rows, and the event for their screens. Whoever sends is
/// woken by the commit.
/// </summary>
internal sealed class Notifier(IKeyring keyring, IOutbox outbox, NotificationsMetrics metrics, IOptions<NotificationsOptions> options, TimeProvider time) : INotifier, IReceipts
{
    /// <summary>The topic of <see cref="DirectoryChanges"/> under which senders are woken.</summary>
    public const string Topic = "notifications";

    private const int MostAtOnce = 1000;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Guid>> QueueAsync(NpgsqlConnection connection, IReadOnlyList<NewNotification> notifications, CancellationToken cancellation)
    {
        var events = new List<NewEvent>(notifications.Count);
        var ids = await QueueAsync(connection, notifications, events, cancellation);
        await AddAsync(connection, events, cancellation);
        return ids;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Guid>> QueueAsync(NpgsqlConnection connection, IReadOnlyList<NewNotification> notifications, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        var ids = new List<Guid>(notifications.Count);
        foreach (var part in notifications.Chunk(MostAtOnce))
        {
            ids.AddRange(await QueueAsync(connection, part, webhook: null, events, cancellation));
        }

        return ids;
    }

    /// <summary>The same for some, and to one webhook whatever it asked for.</summary>
    public async Task<Guid[]> QueueAsync(NpgsqlConnection connection, NewNotification[] notifications, Guid? webhook, CancellationToken cancellation)
    {
        var events = new List<NewEvent>(notifications.Length);
        var ids = await QueueAsync(connection, notifications, webhook, events, cancellation);
        await AddAsync(connection, events, cancellation);
        return ids;
    }

    private Task AddAsync(NpgsqlConnection connection, List<NewEvent> events, CancellationToken cancellation) =>
        events.Count == 0 ? Task.CompletedTask : outbox.AddAsync(connection, events, cancellation);

    private async Task<Guid[]> QueueAsync(NpgsqlConnection connection, NewNotification[] notifications, Guid? webhook, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        if (notifications.Length == 0)
        {
            return [];
        }

        var now = time.GetUtcNow();
        using var ways = await ReadWaysAsync(connection, notifications, cancellation);
        var posted = Array.ConvertAll(notifications, notification => Prepare(notification, ways, now));
        var attempts = posted.SelectMany(one => webhook is { } tested
            ? [(one.Id, Routing.ToWebhook(tested))]
            : Routing.Plan(one.Notification.Kind, one.Notification.Priority, now, ways.Of(one.Notification.AccountId), ways.WebhooksOf(one.Notification.TenantId), options.Value.DigestSeconds)
                .Select(planned => (one.Id, planned))).ToList();
        await InsertAsync(connection, posted, attempts, now, cancellation);
        foreach (var one in posted)
        {
            events.Add(EventOf(one, now));
        }

        metrics.Posted(posted.Count(one => one.Notification.Kind != NotificationKinds.Canary));
        return Array.ConvertAll(posted, one => one.Id);
    }

    /// <inheritdoc />
    public async Task WithdrawAsync(NpgsqlConnection connection, int tenantId, Guid incident, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(NotifierSql.Withdraw, connection) { Parameters = { new() { Value = tenantId }, new() { Value = incident } } };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> FirstShownAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<Guid> incidents, CancellationToken cancellation)
    {
        var shown = new Dictionary<Guid, DateTimeOffset>();
        if (incidents.Count == 0)
        {
            return shown;
        }

        await using var command = new NpgsqlCommand(NotifierSql.FirstShown, connection) { Parameters = { new() { Value = tenantId }, new() { Value = incidents.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            shown.Add(reader.GetGuid(0), new DateTimeOffset(reader.GetDateTime(1)));
        }

        return shown;
    }

    // Of somebody who was erased meanwhile nothing is kept but that there was something.
    private Posted Prepare(NewNotification notification, Ways ways, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        if (notification.PatientNumber is { } patient && ways.KeyOf(notification.TenantId, patient) is not { })
        {
            notification = notification with { PatientNumber = null, Title = NotificationContent.Erased.Title, Text = NotificationContent.Erased.Text };
        }

        var key = notification.PatientNumber is { } number ? ways.KeyOf(notification.TenantId, number)! : keyring.Tenant(notification.TenantId);
        return new(id, notification, new NotificationContent(notification.Title, notification.Text).Seal(key, notification.TenantId, id));
    }

    private static NewEvent EventOf(Posted posted, DateTimeOffset now)
    {
        var notification = posted.Notification;
        return NewEvent.Of(
            NotificationEvents.Posted, new EventOrigin(notification.TenantId, notification.PatientNumber, now),
            new NotificationPosted(posted.Id, notification.AccountId, notification.Kind, notification.Priority.Word(), notification.Title, notification.Text, notification.Incident, notification.Ward, now));
    }

    private static async Task InsertAsync(NpgsqlConnection connection, Posted[] posted, List<(Guid Notification, PlannedAttempt Planned)> attempts, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        var insert = new NpgsqlBatchCommand(NotifierSql.Insert);
        Add(Array.ConvertAll(posted, one => one.Id), NpgsqlDbType.Uuid);
        Add(Array.ConvertAll(posted, one => one.Notification.TenantId), NpgsqlDbType.Integer);
        Add(Array.ConvertAll(posted, one => one.Notification.AccountId), NpgsqlDbType.Uuid);
        Add(Array.ConvertAll(posted, one => one.Notification.Kind), NpgsqlDbType.Text);
        Add(Array.ConvertAll(posted, one => (short)one.Notification.Priority), NpgsqlDbType.Smallint);
        Add(Array.ConvertAll(posted, one => one.Notification.Incident), NpgsqlDbType.Uuid);
        Add(Array.ConvertAll(posted, one => one.Notification.PatientNumber), NpgsqlDbType.Integer);
        Add(Array.ConvertAll(posted, one => one.Notification.Ward), NpgsqlDbType.Text);
        Add(Array.ConvertAll(posted, one => one.Content), NpgsqlDbType.Bytea);
        insert.Parameters.Add(new() { Value = now.UtcDateTime });
        Add(attempts.ConvertAll(_ => Guid.NewGuid()).ToArray(), NpgsqlDbType.Uuid);
        Add(attempts.ConvertAll(attempt => attempt.Notification).ToArray(), NpgsqlDbType.Uuid);
        Add(attempts.ConvertAll(attempt => attempt.Planned.Channel).ToArray(), NpgsqlDbType.Text);
        Add(attempts.ConvertAll(attempt => attempt.Planned.Target).ToArray(), NpgsqlDbType.Uuid);
        Add(attempts.ConvertAll(attempt => attempt.Planned.Destination).ToArray(), NpgsqlDbType.Text);
        Add(attempts.ConvertAll(attempt => attempt.Planned.IsDigest).ToArray(), NpgsqlDbType.Boolean);
        Add(attempts.ConvertAll(attempt => attempt.Planned.NotBefore?.UtcDateTime).ToArray(), NpgsqlDbType.TimestampTz);
        batch.BatchCommands.Add(insert);
        if (attempts.Count > 0)
        {
            batch.BatchCommands.Add(new($"select pg_notify('{DirectoryChanges.Channel}', '{Topic}')"));
        }

        await batch.ExecuteNonQueryAsync(cancellation);

        void Add(object values, NpgsqlDbType type) => insert.Parameters.Add(new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    private async Task<Ways> ReadWaysAsync(NpgsqlConnection connection, NewNotification[] notifications, CancellationToken cancellation)
    {
        var accounts = notifications.Select(notification => notification.AccountId).Distinct().ToArray();
        var patients = notifications.Select(notification => notification.PatientNumber).OfType<int>().Distinct().ToArray();
        var tenants = notifications.Select(notification => notification.TenantId).Distinct().ToArray();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (sql, value) in new (string, object)[] { (NotifierSql.Keys, patients), (NotifierSql.Rules, accounts), (NotifierSql.Browsers, accounts), (NotifierSql.Webhooks, tenants) })
        {
            batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = value } } });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await Ways.ReadAsync(reader, keyring, hasMailServer: options.Value.SmtpHost is not null, cancellation);
    }

    private sealed record Posted(Guid Id, NewNotification Notification, byte[] Content);
}

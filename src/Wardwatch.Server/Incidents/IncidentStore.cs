using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Events.Contracts;

namespace Wardwatch.Server.Incidents;

/// <summary>Reads incidents and locks them, and writes what was changed about them.</summary>
internal static class IncidentStore
{
    /// <summary>
    /// Locks the open incidents that events may concern: those of patients and technical subjects, and those to which alerts belong. Nobody else opens one for the same subject meanwhile.
    /// </summary>
    public static async Task LoadAsync(IncidentWork work, int[] patients, string[] subjects, string[] alerts, CancellationToken cancellation)
    {
        if (subjects.Length > 0)
        {
            await using var wait = Command(work.Connection, IncidentSql.LockSubjects, (object)Array.ConvertAll(subjects, subject => $"{work.TenantId}/{subject}"));
            await wait.ExecuteNonQueryAsync(cancellation);
        }

        await using (var command = Command(work.Connection, IncidentSql.LockOfEvents, work.TenantId, patients, subjects, alerts))
        {
            foreach (var incident in await ReadAsync(command, IncidentRows.Default.Incident, cancellation))
            {
                work.Add(incident);
            }
        }

        await LoadPartsAsync(work, cancellation);
    }

    /// <summary>Locks one incident; null if there is none.</summary>
    public static async Task<Incident?> LockAsync(IncidentWork work, Guid incident, CancellationToken cancellation)
    {
        await using (var command = Command(work.Connection, IncidentSql.LockOne, work.TenantId, incident))
        {
            if (await ReadAsync(command, IncidentRows.Default.Incident, cancellation) is not [var found])
            {
                return null;
            }

            work.Add(found);
        }

        await LoadPartsAsync(work, cancellation);
        return work.Find(incident);
    }

    /// <summary>Locks incidents, but for those that somebody else holds.</summary>
    /// <returns>Which of them somebody holds. Those that are neither held nor among the work are not there.</returns>
    public static async Task<HashSet<Guid>> TryLockAsync(IncidentWork work, Guid[] incidents, CancellationToken cancellation)
    {
        await using (var command = Command(work.Connection, IncidentSql.TryLock, work.TenantId, incidents))
        {
            foreach (var found in await ReadAsync(command, IncidentRows.Default.Incident, cancellation))
            {
                work.Add(found);
            }
        }

        var held = new HashSet<Guid>();
        Guid[] missing = [.. incidents.Where(id => work.Find(id) is null)];
        if (missing.Length > 0)
        {
            await using var exist = Command(work.Connection, IncidentSql.Exist, work.TenantId, missing);
            await using var reader = await exist.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                held.Add(reader.GetGuid(0));
            }
        }

        await LoadPartsAsync(work, cancellation);
        return held;
    }

    /// <summary>
    /// Writes everything: rows first, what other modules keep of it next, events last, since they lock the order of their patients for everybody else.
    /// </summary>
    public static async Task WriteAsync(IncidentWork work, CancellationToken cancellation)
    {
        if (work.Changed.Count == 0 && work.ChangedAlerts.Count == 0 && work.Timers.Count == 0)
        {
            return;
        }

        await NumberAsync(work, cancellation);
        await using (var batch = new NpgsqlBatch(work.Connection))
        {
            AddIncidents(batch, work);
            AddAlerts(batch, work);
            await AddHistoryAsync(batch, work, cancellation);
            AddTold(batch, work);
            if (batch.BatchCommands.Count > 0)
            {
                await batch.ExecuteNonQueryAsync(cancellation);
            }
        }

        await TellOthersAsync(work, cancellation);
    }

    /// <summary>A statement with its parameters in order.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    /// <summary>Reads rows that come as JSON.</summary>
    public static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(JsonSerializer.Deserialize(reader.GetString(0), json)!);
        }

        return rows;
    }

    private static async Task LoadPartsAsync(IncidentWork work, CancellationToken cancellation)
    {
        var ids = work.Incidents.Select(incident => incident.IncidentId).ToArray();
        if (ids.Length == 0)
        {
            return;
        }

        await IncidentDocuments.DeliveriesAsync(work.Connection, work.TenantId, work.Incidents, work.Tools.Receipts, cancellation);
        await using var batch = new NpgsqlBatch(work.Connection);
        batch.BatchCommands.Add(new(IncidentSql.Alerts) { Parameters = { new() { Value = ids } } });
        batch.BatchCommands.Add(new(IncidentSql.Asked) { Parameters = { new() { Value = ids }, new() { Value = work.Incidents.Select(incident => incident.ArmedAt.UtcDateTime).ToArray() } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var alert = new IncidentAlert
            {
                TenantId = reader.GetInt32(0),
                Alert = reader.GetString(1),
                IncidentId = reader.GetGuid(2),
                Type = reader.GetString(3),
                Priority = (AlertPriority)reader.GetInt16(4),
                Active = reader.GetBoolean(5),
                Acknowledged = reader.GetBoolean(6),
            };
            work.Find(alert.IncidentId)!.Alerts[alert.Alert] = alert;
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            work.Find(reader.GetGuid(0))!.Asked.Add(reader.GetGuid(1));
        }
    }

    private static async Task TellOthersAsync(IncidentWork work, CancellationToken cancellation)
    {
        var (connection, tools) = (work.Connection, work.Tools);
        await tools.Timers.ChangeAsync(connection, work.TenantId, work.Timers, cancellation);
        if (work.Joined.Count > 0)
        {
            await tools.Alerts.JoinAsync(connection, work.TenantId, [.. work.Joined.SelectMany(joined => joined.Value, (joined, alert) => (alert, joined.Key))], cancellation);
        }

        // Whatever tells of it is added by one call: locks are taken in one order, and transactions of several patients cannot wait for each other.
        var events = new List<NewEvent>();
        foreach (var byPerson in work.Acknowledged.GroupBy(acknowledged => acknowledged.Person))
        {
            await tools.Alerts.AcknowledgeAsync(
                connection, work.TenantId, [.. byPerson.Select(one => one.Alert)], byPerson.Key.Account, byPerson.Key.Name, work.Now, events, cancellation);
        }

        foreach (var (alerts, person, judgement) in work.Judged)
        {
            await tools.Alerts.JudgeAsync(connection, work.TenantId, alerts, judgement, person.Account, work.Now, events, cancellation);
        }

        foreach (var incident in work.Withdrawn)
        {
            await tools.Notifier.WithdrawAsync(connection, work.TenantId, incident, cancellation);
        }

        events.AddRange(work.Events);
        if (work.Notifications.Count > 0)
        {
            await tools.Notifier.QueueAsync(connection, work.Notifications, events, cancellation);
        }

        if (events.Count > 0)
        {
            await tools.Outbox.AddAsync(connection, events, cancellation);
        }
    }

    private static async Task NumberAsync(IncidentWork work, CancellationToken cancellation)
    {
        // Numbers are for people, who would miss those that a test took: tests count downwards from nowhere.
        foreach (var canary in work.Opened.Where(incident => incident.Canary))
        {
            canary.Number = -(BitConverter.ToInt64(canary.IncidentId.ToByteArray(), sizeof(long)) & long.MaxValue);
        }

        Incident[] opened = [.. work.Opened.Where(incident => !incident.Canary)];
        if (opened.Length == 0)
        {
            return;
        }

        await using var command = Command(work.Connection, IncidentSql.Numbers, work.TenantId, (long)opened.Length);
        var number = (long)(await command.ExecuteScalarAsync(cancellation))! - opened.Length;
        foreach (var incident in opened)
        {
            incident.Number = ++number;
        }
    }

    private static void AddIncidents(NpgsqlBatch batch, IncidentWork work)
    {
        List<Incident> changed = [.. work.Changed];
        if (changed.Count > 0)
        {
            var command = new NpgsqlBatchCommand(IncidentSql.Put);
            Add(command, JsonSerializer.Serialize(changed, IncidentRows.Default.ListIncident), NpgsqlDbType.Jsonb);
            batch.BatchCommands.Add(command);
        }
    }

    private static void AddAlerts(NpgsqlBatch batch, IncidentWork work)
    {
        IncidentAlert[] changed = [.. work.ChangedAlerts];
        if (changed.Length > 0)
        {
            var command = new NpgsqlBatchCommand(IncidentSql.PutAlerts);
            Add(command, work.TenantId, NpgsqlDbType.Integer);
            Add(command, Array.ConvertAll(changed, alert => alert.Alert), NpgsqlDbType.Array | NpgsqlDbType.Text);
            Add(command, Array.ConvertAll(changed, alert => alert.IncidentId), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
            Add(command, Array.ConvertAll(changed, alert => alert.Type), NpgsqlDbType.Array | NpgsqlDbType.Text);
            Add(command, Array.ConvertAll(changed, alert => (short)alert.Priority), NpgsqlDbType.Array | NpgsqlDbType.Smallint);
            Add(command, Array.ConvertAll(changed, alert => alert.Active), NpgsqlDbType.Array | NpgsqlDbType.Boolean);
            Add(command, Array.ConvertAll(changed, alert => alert.Acknowledged), NpgsqlDbType.Array | NpgsqlDbType.Boolean);
            batch.BatchCommands.Add(command);
        }
    }

    private static async Task AddHistoryAsync(NpgsqlBatch batch, IncidentWork work, CancellationToken cancellation)
    {
        HistoryEntry[] entries = [.. work.History];
        if (entries.Length == 0)
        {
            return;
        }

        var notes = new byte[]?[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            notes[i] = await work.Notes.SealAsync(entries[i].Patient, entries[i].Id, entries[i].Note, cancellation);
        }

        var command = new NpgsqlBatchCommand(IncidentSql.AddHistory);
        Add(command, work.TenantId, NpgsqlDbType.Integer);
        Add(command, Array.ConvertAll(entries, entry => entry.Id), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(command, Array.ConvertAll(entries, entry => entry.Incident), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(command, Array.ConvertAll(entries, entry => entry.At.UtcDateTime), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        Add(command, Array.ConvertAll(entries, entry => entry.Step), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, Array.ConvertAll(entries, entry => entry.Account), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(command, Array.ConvertAll(entries, entry => entry.Name), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, Array.ConvertAll(entries, entry => entry.Channel), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, notes, NpgsqlDbType.Array | NpgsqlDbType.Bytea);
        batch.BatchCommands.Add(command);
    }

    private static void AddTold(NpgsqlBatch batch, IncidentWork work)
    {
        Told[] told = [.. work.ToldPeople];
        if (told.Length == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(IncidentSql.AddTold);
        Add(command, work.TenantId, NpgsqlDbType.Integer);
        Add(command, Array.ConvertAll(told, person => person.Incident), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(command, Array.ConvertAll(told, person => person.Account), NpgsqlDbType.Array | NpgsqlDbType.Uuid);
        Add(command, Array.ConvertAll(told, person => person.Name), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, Array.ConvertAll(told, person => person.Role), NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add(command, Array.ConvertAll(told, person => (short)person.Tier), NpgsqlDbType.Array | NpgsqlDbType.Smallint);
        Add(command, Array.ConvertAll(told, person => (short)person.Step), NpgsqlDbType.Array | NpgsqlDbType.Smallint);
        Add(command, Array.ConvertAll(told, person => person.At.UtcDateTime), NpgsqlDbType.Array | NpgsqlDbType.TimestampTz);
        batch.BatchCommands.Add(command);
    }

    private static void Add(NpgsqlBatchCommand command, object value, NpgsqlDbType type) => command.Parameters.Add(new() { Value = value, NpgsqlDbType = type });
}

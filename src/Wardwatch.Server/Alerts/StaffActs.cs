using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>What modules and staff do about alerts: each step with its history and its event, in the caller's transaction. None of it touches the condition but where the server itself owns it.</summary>
internal sealed class StaffActs(IOutbox outbox, IKeyring keyring, IPatientDirectory patients, AlertRows rows, AlertsMetrics metrics, TimeProvider time) : IAlerts
{
    /// <inheritdoc />
    public async Task<string> RaiseAsync(NpgsqlConnection connection, OwnCondition condition, DateTimeOffset at, CancellationToken cancellation)
    {
        var type = AlertCatalogue.Find(condition.Type) ?? throw new ArgumentException($"There is no alert type {condition.Type}.", nameof(condition));
        var patient = condition.PatientNumber is { } number ? patients.Find(number) ?? throw new ArgumentException("The patient is not here.", nameof(condition)) : null;
        var (id, priority) = (Guid.CreateVersion7(time.GetUtcNow()), condition.Priority ?? type.Priority);
        var key = patient?.Key ?? keyring.Tenant(condition.TenantId);
        var (ward, bed) = (patient?.Ward ?? condition.Ward, patient?.Bed);
        await using (var command = new NpgsqlCommand(AlertSql.Raise, connection))
        {
            One(NpgsqlDbType.Integer, condition.TenantId);
            One(NpgsqlDbType.Uuid, id);
            One(NpgsqlDbType.Text, type.Code);
            One(NpgsqlDbType.Smallint, (short)priority);
            One(NpgsqlDbType.Boolean, type.IsTechnical);
            One(NpgsqlDbType.Integer, patient?.Number);
            One(NpgsqlDbType.Text, condition.Subject);
            One(NpgsqlDbType.Text, ward);
            One(NpgsqlDbType.Text, bed);
            One(NpgsqlDbType.TimestampTz, at.UtcDateTime);
            One(NpgsqlDbType.TimestampTz, at.UtcDateTime);
            One(NpgsqlDbType.Bytea, AlertCauses.Seal(key, id, AlertCauses.Of(condition.Text)));
            One(NpgsqlDbType.Boolean, false);
            if (await command.ExecuteScalarAsync(cancellation) is null)
            {
                await using var find = Command(connection, AlertSql.FindOwn, condition.TenantId, type.Code, condition.Subject);
                return $"{await find.ExecuteScalarAsync(cancellation)}";
            }

            void One<T>(NpgsqlDbType kind, T value) => command.Parameters.Add(new() { Value = new[] { value }, NpgsqlDbType = NpgsqlDbType.Array | kind });
        }

        metrics.Raised(type, priority);
        var told = new AlertRaised($"{id}", type.Code, priority.Word(), type.IsTechnical, patient?.Id, ward, bed, at, at, condition.Text);
        await outbox.AddAsync(connection, AlertEvents.Raised, new(condition.TenantId, patient?.Number, at), told, cancellation);
        return $"{id}";
    }

    /// <inheritdoc />
    public async Task<bool> EndAsync(NpgsqlConnection connection, int tenantId, string type, string subject, DateTimeOffset at, CancellationToken cancellation)
    {
        var ended = new List<Touched>();
        await using (var command = Command(connection, AlertSql.EndOwn, tenantId, type, subject, at.UtcDateTime))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                ended.Add(new(reader.GetGuid(0), type, (AlertPriority)reader.GetInt16(1), IsActive: false, reader.GetFieldValue<int?>(2), reader.TextOrNull(3), Canary: false));
            }
        }

        await TellAsync(connection, tenantId, ended, "ended", at, account: null, judgement: null, cancellation);
        return ended.Count > 0;
    }

    /// <inheritdoc />
    public async Task AcknowledgeAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<string> alerts, Guid account, string name, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        await using var command = Command(connection, AlertSql.Acknowledge, tenantId, Ids(alerts), at.UtcDateTime, account);
        await NoteAsync(connection, tenantId, await TouchAsync(command, cancellation), "acknowledged", at, account, judgement: null, events, cancellation);
    }

    /// <inheritdoc />
    public async Task JudgeAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<string> alerts, string judgement, Guid account, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        await using var command = Command(connection, AlertSql.Judge, tenantId, Ids(alerts), judgement, account, at.UtcDateTime);
        await NoteAsync(connection, tenantId, await TouchAsync(command, cancellation), "judged", at, account, judgement, events, cancellation);
    }

    /// <summary>The same for a caller who does nothing else in the transaction.</summary>
    public async Task JudgeAsync(NpgsqlConnection connection, int tenantId, Guid alert, string judgement, Guid account, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = Command(connection, AlertSql.Judge, tenantId, new[] { alert }, judgement, account, at.UtcDateTime);
        await TellAsync(connection, tenantId, await TouchAsync(command, cancellation), "judged", at, account, judgement, cancellation);
    }

    /// <inheritdoc />
    public async Task JoinAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<(string Alert, Guid Incident)> joined, CancellationToken cancellation)
    {
        await using var command = Command(connection, AlertSql.Join, tenantId, joined.Select(one => Guid.Parse(one.Alert)).ToArray(), joined.Select(one => one.Incident).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<AlertSummary>> TechnicalOfAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<int> patients, CancellationToken cancellation)
    {
        var alerts = new List<AlertSummary>();
        await using var command = Command(connection, AlertSql.TechnicalOf, tenantId, patients.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            alerts.Add(new(
                $"{reader.GetGuid(0)}", reader.GetString(1), (AlertPriority)reader.GetInt16(2), reader.GetFieldValue<int?>(3), reader.TextOrNull(4), reader.TextOrNull(5),
                reader.GetBoolean(6), new DateTimeOffset(reader.GetDateTime(7))));
        }

        return alerts;
    }

    /// <inheritdoc />
    public async Task<ILookup<Guid, AlertDocument>> DocumentsAsync(NpgsqlConnection connection, int tenantId, IReadOnlyCollection<Guid> incidents, CancellationToken cancellation)
    {
        await using var command = Command(connection, AlertSql.ByIncident, tenantId, incidents.ToArray());
        return (await rows.ReadAsync(command, cancellation)).ToLookup(alert => alert.IncidentId!.Value, alert => alert.Document);
    }

    /// <inheritdoc />
    public async Task<WardStand> StandOfWardAsync(NpgsqlConnection connection, int tenantId, string ward, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var command = Command(connection, AlertSql.Stand, tenantId, ward, at.UtcDateTime);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetInt32(0), reader.GetInt32(1));
    }

    /// <summary>Notes what happened to alerts, and tells of it.</summary>
    public async Task TellAsync(
        NpgsqlConnection connection, int tenantId, List<Touched> touched, string phase, DateTimeOffset at, Guid? account, string? judgement, CancellationToken cancellation)
    {
        var events = new List<NewEvent>(touched.Count);
        await NoteAsync(connection, tenantId, touched, phase, at, account, judgement, events, cancellation);
        if (events.Count > 0)
        {
            await outbox.AddAsync(connection, events, cancellation);
        }
    }

    private async Task NoteAsync(
        NpgsqlConnection connection, int tenantId, List<Touched> touched, string phase, DateTimeOffset at, Guid? account, string? judgement, ICollection<NewEvent> events,
        CancellationToken cancellation)
    {
        if (touched.Count == 0)
        {
            return;
        }

        await using (var note = Command(connection, AlertSql.Note, tenantId, at.UtcDateTime, phase, touched.Select(one => one.Id).ToArray(), touched.Select(one => (short)one.Priority).ToArray(), account))
        {
            note.Parameters[5].NpgsqlDbType = NpgsqlDbType.Uuid;
            await note.ExecuteNonQueryAsync(cancellation);
        }

        foreach (var one in touched)
        {
            var patient = one.PatientNumber is { } number ? patients.Find(number)?.Id : null;
            var told = new AlertChanged(
                $"{one.Id}", one.Type, phase, one.Priority.Word(), one.IsActive ? AlertWords.Active : AlertWords.Ended, patient, one.Ward, at, one.Canary, judgement);
            events.Add(NewEvent.Of(AlertEvents.Changed, new(tenantId, one.PatientNumber, at, account), told));
        }
    }

    /// <summary>Runs a statement that answers what it touched.</summary>
    public static async Task<List<Touched>> TouchAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var touched = new List<Touched>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            touched.Add(new(
                reader.GetGuid(0), reader.GetString(1), (AlertPriority)reader.GetInt16(2), reader.GetBoolean(3), reader.GetFieldValue<int?>(4), reader.TextOrNull(5), reader.GetBoolean(6)));
        }

        return touched;
    }

    /// <summary>A statement with its parameters in order.</summary>
    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        }

        return command;
    }

    private static Guid[] Ids(IReadOnlyCollection<string> alerts) => [.. alerts.Select(Guid.Parse)];

    /// <summary>An alert that was changed.</summary>
    internal sealed record Touched(Guid Id, string Type, AlertPriority Priority, bool IsActive, int? PatientNumber, string? Ward, bool Canary);
}

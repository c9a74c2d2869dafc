using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Alerts;

/// <summary>
/// What a group of readings changed about conditions, written in one go: rows, their history, and the events. It may be written again if its transaction fails:
/// what is there already is left as it is, and is not told twice.
/// </summary>
internal sealed class AlertBatch(AlertsMetrics metrics) : IAlertBatch
{
    private readonly List<Entry> _entries = [];

    private readonly record struct Entry(PatientEntry Patient, Guid Id, int PhaseNumber, AlertTransition Transition, AlertScene Scene, string Text)
    {
        public AlertType Type => AlertCatalogue.Of(Transition.Type);

        public DateTimeOffset At => UnixTime.ToDateTimeOffset(Transition.At);

        public bool IsRaised => Transition.Phase == AlertPhase.Raised;
    }

    public void Add(PatientEntry patient, Guid id, int phaseNumber, in AlertTransition transition, in AlertScene scene, string text) =>
        _entries.Add(new Entry(patient, id, phaseNumber, transition, scene, text));

    /// <inheritdoc />
    public async Task WriteAsync(NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        // Patients before alerts, as whoever moves a patient has it: two transactions that wait for each other would undo one.
        var places = await WhereaboutsAsync([.. _entries.Where(entry => entry.IsRaised)], connection, cancellation);

        // In the order in which they happened: what was raised and changed since within this batch is raised first.
        for (var start = 0; start < _entries.Count;)
        {
            var (raising, end) = (_entries[start].IsRaised, start);
            var seen = new HashSet<Guid>();
            while (end < _entries.Count && _entries[end].IsRaised == raising && seen.Add(_entries[end].Id))
            {
                end++;
            }

            var part = _entries.GetRange(start, end - start);
            await (raising ? RaiseAsync(part, places, connection, events, cancellation) : ChangeAsync(part, connection, events, cancellation));
            start = end;
        }
    }

    private async Task RaiseAsync(
        List<Entry> part, Dictionary<int, (string? Ward, string? Bed)> places, NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        var raised = await InsertAsync(part, places, connection, cancellation);
        if (raised.Count < part.Count && await EndOthersAsync([.. part.Where(entry => !raised.ContainsKey(entry.Id))], connection, events, cancellation) is { Count: > 0 } free)
        {
            foreach (var (id, isActive) in await InsertAsync([.. part.Where(entry => free.Contains(entry.Id))], places, connection, cancellation))
            {
                raised.Add(id, isActive);
            }
        }

        foreach (var entry in part.Where(entry => raised.GetValueOrDefault(entry.Id)))
        {
            var (ward, bed) = PlaceOf(entry, places);
            metrics.Raised(entry.Type, entry.Transition.Priority);
            var told = new AlertRaised(
                $"{entry.Id}", entry.Type.Code, entry.Transition.Priority.Word(), entry.Type.IsTechnical, entry.Patient.Id, ward, bed,
                UnixTime.ToDateTimeOffset(entry.Transition.OnsetAt), entry.At, entry.Text);
            events.Add(NewEvent.Of(AlertEvents.Raised, new(entry.Patient.TenantId, entry.Patient.Number, entry.At), told));
        }
    }

    /// <summary>Where patients lie now: they may have been moved since the lane looked.</summary>
    private static async Task<Dictionary<int, (string? Ward, string? Bed)>> WhereaboutsAsync(List<Entry> part, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var places = new Dictionary<int, (string? Ward, string? Bed)>();
        if (part.Count == 0)
        {
            return places;
        }

        await using var command = new NpgsqlCommand(AlertSql.Whereabouts, connection);
        command.Parameters.Add(new() { Value = part.Select(entry => entry.Patient.Number).Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            places.Add(reader.GetInt32(0), (reader.TextOrNull(1), reader.TextOrNull(2)));
        }

        return places;
    }

    private static (string? Ward, string? Bed) PlaceOf(Entry entry, Dictionary<int, (string? Ward, string? Bed)> places) =>
        places.TryGetValue(entry.Patient.Number, out var place) && place.Ward is not null ? place : (entry.Patient.Ward, entry.Patient.Bed);

    /// <summary>Ends alerts that are active in the place of those that are to be raised, and tells of it; answers which of the new ones have their place now.</summary>
    private static async Task<HashSet<Guid>> EndOthersAsync(List<Entry> part, NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        var ended = new List<(Guid Id, AlertPriority Priority, Guid Instead)>();
        await using (var command = new NpgsqlCommand(AlertSql.EndOthers, connection))
        {
            command.Add(NpgsqlDbType.Integer, part, entry => entry.Patient.TenantId);
            command.Add(NpgsqlDbType.Uuid, part, entry => entry.Id);
            command.Add(NpgsqlDbType.Text, part, entry => entry.Type.Code);
            command.Add(NpgsqlDbType.Text, part, entry => AlertCauses.SubjectOf(entry.Patient));
            command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.OnsetAt));
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                ended.Add((reader.GetGuid(0), (AlertPriority)reader.GetInt16(1), reader.GetGuid(2)));
            }
        }

        foreach (var (id, priority, instead) in ended)
        {
            var entry = part.Find(entry => entry.Id == instead);
            var told = new AlertChanged($"{id}", entry.Type.Code, AlertCauses.WordOf(AlertPhase.Ended), priority.Word(), AlertWords.Ended, entry.Patient.Id, entry.Patient.Ward, entry.At);
            events.Add(NewEvent.Of(AlertEvents.Changed, new(entry.Patient.TenantId, entry.Patient.Number, entry.At), told));
        }

        return [.. ended.Select(one => one.Instead)];
    }

    /// <summary>Answers which were not there before, and whether they are active: whoever has left meanwhile has none.</summary>
    private static async Task<Dictionary<Guid, bool>> InsertAsync(
        List<Entry> part, Dictionary<int, (string? Ward, string? Bed)> places, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AlertSql.Raise, connection);
        command.Add(NpgsqlDbType.Integer, part, entry => entry.Patient.TenantId);
        command.Add(NpgsqlDbType.Uuid, part, entry => entry.Id);
        command.Add(NpgsqlDbType.Text, part, entry => entry.Type.Code);
        command.Add(NpgsqlDbType.Smallint, part, entry => (short)entry.Transition.Priority);
        command.Add(NpgsqlDbType.Boolean, part, entry => entry.Type.IsTechnical);
        command.Add(NpgsqlDbType.Integer, part, entry => entry.Patient.Number);
        command.Add(NpgsqlDbType.Text, part, entry => AlertCauses.SubjectOf(entry.Patient));
        command.Add(NpgsqlDbType.Text, part, entry => PlaceOf(entry, places).Ward);
        command.Add(NpgsqlDbType.Text, part, entry => PlaceOf(entry, places).Bed);
        command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.OnsetAt));
        command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.At));
        command.Add(NpgsqlDbType.Bytea, part, entry => AlertCauses.Seal(entry.Patient.Key, entry.Id, AlertCauses.Of(entry.Type, entry.Transition, entry.Scene, entry.Text)));
        command.Add(NpgsqlDbType.Boolean, part, _ => false);
        var raised = new Dictionary<Guid, bool>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            raised.Add(reader.GetGuid(0), reader.GetBoolean(1));
        }

        return raised;
    }

    private static async Task ChangeAsync(List<Entry> part, NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AlertSql.Change, connection);
        command.Add(NpgsqlDbType.Uuid, part, entry => entry.Id);
        command.Add(NpgsqlDbType.Integer, part, entry => entry.PhaseNumber);
        command.Add(NpgsqlDbType.Text, part, entry => AlertCauses.WordOf(entry.Transition.Phase));
        command.Add(NpgsqlDbType.Smallint, part, entry => (short)entry.Transition.Priority);
        command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.At));
        command.Add(NpgsqlDbType.Boolean, part, entry => entry.Transition.Phase == AlertPhase.Ended);
        var changed = new HashSet<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                if (reader.GetBoolean(1))
                {
                    changed.Add(reader.GetGuid(0));
                }
                else if (!reader.GetBoolean(2))
                {
                    // What raised it was refused and is tried again: this waits for it, or the alert would stay active for ever.
                    throw new InvalidOperationException("A change of an alert came before the alert.");
                }
            }
        }

        foreach (var entry in part.Where(entry => changed.Contains(entry.Id)))
        {
            var condition = entry.Transition.Phase == AlertPhase.Ended ? AlertWords.Ended : AlertWords.Active;
            var told = new AlertChanged(
                $"{entry.Id}", entry.Type.Code, AlertCauses.WordOf(entry.Transition.Phase), entry.Transition.Priority.Word(), condition, entry.Patient.Id, entry.Patient.Ward, entry.At);
            events.Add(NewEvent.Of(AlertEvents.Changed, new(entry.Patient.TenantId, entry.Patient.Number, entry.At), told));
        }
    }
}

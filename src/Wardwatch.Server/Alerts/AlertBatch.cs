using Npgsql;
using NpgsqlTypes;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.History.Contracts;
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
    public ICommitCompanion JoinedWith(IEnumerable<ICommitCompanion> others)
    {
        var joined = new AlertBatch(metrics);
        joined._entries.AddRange(_entries);
        joined._entries.AddRange(others.Cast<AlertBatch>().SelectMany(other => other._entries));
        return joined;
    }

    /// <inheritdoc />
    public IEnumerable<KeyValuePair<int, ICommitCompanion>> ByPatient()
    {
        var parts = new Dictionary<int, AlertBatch>();
        foreach (var entry in _entries)
        {
            var part = parts.TryGetValue(entry.Patient.Number, out var begun) ? begun : parts[entry.Patient.Number] = new AlertBatch(metrics);
            part._entries.Add(entry);
        }

        return parts.Select(part => KeyValuePair.Create<int, ICommitCompanion>(part.Key, part.Value));
    }

    /// <inheritdoc />
    public async Task WriteAsync(NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        // Patients before alerts, as whoever moves a patient has it: two transactions that wait for each other would undo one.
        var work = new Written(_entries.Count, await WhereaboutsAsync([.. _entries.Where(entry => entry.IsRaised)], connection, cancellation));

        // What is of one type of one patient is written in the order in which it happened; the rest does not depend on it, so that a storm takes few statements.
        var rounds = new List<List<int>>();
        var before = new Dictionary<(int Patient, int Type), int>();
        for (var i = 0; i < _entries.Count; i++)
        {
            var key = (_entries[i].Patient.Number, _entries[i].Transition.Type);
            var round = before[key] = before.TryGetValue(key, out var last) ? last + 1 : 0;
            if (round == rounds.Count)
            {
                rounds.Add([]);
            }

            rounds[round].Add(i);
        }

        foreach (var round in rounds)
        {
            await ChangeAsync(round.FindAll(i => !_entries[i].IsRaised), work, connection, cancellation);
            await RaiseAsync(round.FindAll(i => _entries[i].IsRaised), work, connection, cancellation);
        }

        // It is told in the order in which it happened, whatever was written first.
        for (var i = 0; i < _entries.Count; i++)
        {
            if (work.Ended.TryGetValue(_entries[i].Id, out var ended) && _entries[i].IsRaised)
            {
                events.Add(ended);
            }

            if (work.IsNew[i])
            {
                events.Add(EventOf(_entries[i], work));
            }
        }
    }

    private NewEvent EventOf(in Entry entry, Written work)
    {
        if (!entry.IsRaised)
        {
            return ChangeOf(in entry, entry.Id, entry.Transition.Phase, entry.Transition.Priority);
        }

        if (!entry.Patient.IsCanary)
        {
            metrics.Raised(entry.Type, entry.Transition.Priority);
        }

        var (ward, bed) = work.PlaceOf(entry);
        return NewEvent.Of(AlertEvents.Raised, OriginOf(in entry), new AlertRaised(
            $"{entry.Id}", entry.Type.Code, entry.Transition.Priority.Word(), entry.Type.IsTechnical, entry.Patient.Id, ward, bed,
            UnixTime.ToDateTimeOffset(entry.Transition.OnsetAt), entry.At, entry.Text, entry.Patient.IsCanary));
    }

    private static NewEvent ChangeOf(in Entry entry, Guid id, AlertPhase phase, AlertPriority priority) => NewEvent.Of(AlertEvents.Changed, OriginOf(in entry), new AlertChanged(
        $"{id}", entry.Type.Code, AlertCauses.WordOf(phase), priority.Word(), phase == AlertPhase.Ended ? AlertWords.Ended : AlertWords.Active, entry.Patient.Id, entry.Patient.Ward,
        entry.At, entry.Patient.IsCanary));

    private static EventOrigin OriginOf(in Entry entry) => new(entry.Patient.TenantId, entry.Patient.Number, entry.At);

    private async Task RaiseAsync(List<int> numbers, Written work, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (numbers.Count == 0)
        {
            return;
        }

        var part = numbers.ConvertAll(i => _entries[i]);
        var raised = await InsertAsync(part, work, connection, cancellation);
        if (raised.Count < part.Count && await EndOthersAsync([.. part.Where(entry => !raised.ContainsKey(entry.Id))], work, connection, cancellation) is { Count: > 0 } free)
        {
            foreach (var (id, isActive) in await InsertAsync([.. part.Where(entry => free.Contains(entry.Id))], work, connection, cancellation))
            {
                raised.Add(id, isActive);
            }
        }

        foreach (var i in numbers)
        {
            work.IsNew[i] = raised.GetValueOrDefault(_entries[i].Id);
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

    /// <summary>Ends alerts that are active in the place of those that are to be raised; answers which of the new ones have their place now.</summary>
    private static async Task<HashSet<Guid>> EndOthersAsync(List<Entry> part, Written work, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AlertSql.EndOthers, connection);
        command.Add(NpgsqlDbType.Integer, part, entry => entry.Patient.TenantId);
        command.Add(NpgsqlDbType.Uuid, part, entry => entry.Id);
        command.Add(NpgsqlDbType.Text, part, entry => entry.Type.Code);
        command.Add(NpgsqlDbType.Text, part, entry => AlertCauses.SubjectOf(entry.Patient));
        command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.OnsetAt));
        var free = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var instead = part.Find(entry => entry.Id == reader.GetGuid(2));
            work.Ended[instead.Id] = ChangeOf(in instead, reader.GetGuid(0), AlertPhase.Ended, (AlertPriority)reader.GetInt16(1));
            free.Add(instead.Id);
        }

        return free;
    }

    /// <summary>Answers which were not there before, and whether they are active: whoever has left meanwhile has none.</summary>
    private static async Task<Dictionary<Guid, bool>> InsertAsync(List<Entry> part, Written work, NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(AlertSql.Raise, connection);
        command.Add(NpgsqlDbType.Integer, part, entry => entry.Patient.TenantId);
        command.Add(NpgsqlDbType.Uuid, part, entry => entry.Id);
        command.Add(NpgsqlDbType.Text, part, entry => entry.Type.Code);
        command.Add(NpgsqlDbType.Smallint, part, entry => (short)entry.Transition.Priority);
        command.Add(NpgsqlDbType.Boolean, part, entry => entry.Type.IsTechnical);
        command.Add(NpgsqlDbType.Integer, part, entry => entry.Patient.Number);
        command.Add(NpgsqlDbType.Text, part, entry => AlertCauses.SubjectOf(entry.Patient));
        command.Add(NpgsqlDbType.Text, part, entry => work.PlaceOf(entry).Ward);
        command.Add(NpgsqlDbType.Text, part, entry => work.PlaceOf(entry).Bed);
        command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.OnsetAt));
        command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.At));
        command.Add(NpgsqlDbType.Bytea, part, entry => AlertCauses.Seal(entry.Patient.Key, entry.Id, AlertCauses.Of(entry.Type, entry.Transition, entry.Scene, entry.Text)));
        command.Add(NpgsqlDbType.Boolean, part, entry => entry.Patient.IsCanary);
        var raised = new Dictionary<Guid, bool>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            raised.Add(reader.GetGuid(0), reader.GetBoolean(1));
        }

        return raised;
    }

    private async Task ChangeAsync(List<int> numbers, Written work, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (numbers.Count == 0)
        {
            return;
        }

        var part = numbers.ConvertAll(i => _entries[i]);
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

        foreach (var i in numbers)
        {
            work.IsNew[i] = changed.Contains(_entries[i].Id);
        }
    }

    /// <summary>What the statements answered, until it is told.</summary>
    private sealed class Written(int entries, Dictionary<int, (string? Ward, string? Bed)> places)
    {
        /// <summary>By entry: whether it brought about what it says.</summary>
        public bool[] IsNew { get; } = new bool[entries];

        /// <summary>By the new alert: what ended in its place.</summary>
        public Dictionary<Guid, NewEvent> Ended { get; } = [];

        public (string? Ward, string? Bed) PlaceOf(Entry entry) =>
            places.TryGetValue(entry.Patient.Number, out var place) && place.Ward is not null ? place : (entry.Patient.Ward, entry.Patient.Bed);
    }
}

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

        var isNew = new bool[_entries.Count];
        foreach (var round in rounds)
        {
            await ChangeAsync(round.FindAll(i => !_entries[i].IsRaised), isNew, connection, cancellation);
            await RaiseAsync(round.FindAll(i => _entries[i].IsRaised), isNew, connection, cancellation);
        }

        // It is told in the order in which it happened, whatever was written first.
        for (var i = 0; i < _entries.Count; i++)
        {
            if (isNew[i])
            {
                events.Add(EventOf(_entries[i]));
            }
        }
    }

    private NewEvent EventOf(in Entry entry)
    {
        var origin = new EventOrigin(entry.Patient.TenantId, entry.Patient.Number, entry.At);
        if (entry.IsRaised)
        {
            if (!entry.Patient.IsCanary)
            {
                metrics.Raised(entry.Type, entry.Transition.Priority);
            }

            return NewEvent.Of(AlertEvents.Raised, origin, new AlertRaised(
                $"{entry.Id}", entry.Type.Code, entry.Transition.Priority.Word(), entry.Type.IsTechnical, entry.Patient.Id, entry.Patient.Ward, entry.Patient.Bed,
                UnixTime.ToDateTimeOffset(entry.Transition.OnsetAt), entry.At, entry.Text, entry.Patient.IsCanary));
        }

        var condition = entry.Transition.Phase == AlertPhase.Ended ? AlertWords.Ended : AlertWords.Active;
        return NewEvent.Of(AlertEvents.Changed, origin, new AlertChanged(
            $"{entry.Id}", entry.Type.Code, AlertCauses.WordOf(entry.Transition.Phase), entry.Transition.Priority.Word(), condition, entry.Patient.Id, entry.Patient.Ward, entry.At, entry.Patient.IsCanary));
    }

    private async Task RaiseAsync(List<int> numbers, bool[] isNew, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (numbers.Count == 0)
        {
            return;
        }

        var part = numbers.ConvertAll(i => _entries[i]);
        await using var command = new NpgsqlCommand(AlertSql.Raise, connection);
        command.Add(NpgsqlDbType.Integer, part, entry => entry.Patient.TenantId);
        command.Add(NpgsqlDbType.Uuid, part, entry => entry.Id);
        command.Add(NpgsqlDbType.Text, part, entry => entry.Type.Code);
        command.Add(NpgsqlDbType.Smallint, part, entry => (short)entry.Transition.Priority);
        command.Add(NpgsqlDbType.Boolean, part, entry => entry.Type.IsTechnical);
        command.Add(NpgsqlDbType.Integer, part, entry => entry.Patient.Number);
        command.Add(NpgsqlDbType.Text, part, entry => AlertCauses.SubjectOf(entry.Patient));
        command.Add(NpgsqlDbType.Text, part, entry => entry.Patient.Ward);
        command.Add(NpgsqlDbType.Text, part, entry => entry.Patient.Bed);
        command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.OnsetAt));
        command.Add(NpgsqlDbType.TimestampTz, part, entry => UnixTime.ToDateTime(entry.Transition.At));
        command.Add(NpgsqlDbType.Bytea, part, entry => AlertCauses.Seal(entry.Patient.Key, entry.Id, AlertCauses.Of(entry.Type, entry.Transition, entry.Scene, entry.Text)));
        command.Add(NpgsqlDbType.Boolean, part, entry => entry.Patient.IsCanary);
        var raised = new HashSet<Guid>();
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                raised.Add(reader.GetGuid(0));
            }
        }

        foreach (var i in numbers)
        {
            isNew[i] = raised.Contains(_entries[i].Id);
        }
    }

    private async Task ChangeAsync(List<int> numbers, bool[] isNew, NpgsqlConnection connection, CancellationToken cancellation)
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
            isNew[i] = changed.Contains(_entries[i].Id);
        }
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>What a lane did with one message: why it was refused, or the row that it became.</summary>
internal readonly record struct Taken(RefusalReason Reason, ReadingFlags Flags, int Patient, ReadingContent Content, string Unmapped);

/// <summary>A lane's processor and watch over invented patients, fed message by message with times that the test states.</summary>
internal sealed class LaneRig
{
    private readonly RecordedOwner _owner = new();
    private ulong _counter;

    public LaneRig(params PatientEntry[] patients)
    {
        Patients = new FakePatients(patients.Length > 0 ? patients : [TestWard.Patient(1), TestWard.Patient(2)]);
        Options = new MonitoringOptions { Lanes = 1 };
        States = new PatientStates(Options);
        var scoring = new Scoring(new ShippedModel());
        Alerts = new LaneAlerts(Book);
        Processor = new ReadingProcessor(Patients, scoring, States, new CriticalReadings(Critical, Options), Alerts, [Changes], new MonitoringMetrics(new UnreadMeters()), Options, NullLogger<ReadingProcessor>.Instance);
        Silence = new SilenceWatch(0, 1, Patients, Devices, States, Presence, Processor.TrackOf, scoring, Alerts, [Changes], Options, NullLogger<SilenceWatch>.Instance);
    }

    public FakePatients Patients { get; }

    /// <summary>Who was set critical.</summary>
    public RecordedCritical Critical { get; } = new();

    /// <summary>Which alerts there were.</summary>
    public RecordedAlerts Book { get; } = new();

    /// <summary>Runs the alert engine.</summary>
    public LaneAlerts Alerts { get; }

    /// <summary>The devices that have sent, and what else a test puts in.</summary>
    public FakeDevices Devices { get; } = new();

    public MonitoringOptions Options { get; }

    public PatientStates States { get; }

    public RecordedChanges Changes { get; } = new();

    public DevicePresence Presence { get; } = new();

    public ReadingProcessor Processor { get; }

    public SilenceWatch Silence { get; }

    public CommitGroup Group { get; } = new();

    /// <summary>The live state of a patient.</summary>
    public PatientView View(int patient = 1) => States.Get(patient).Copy();

    /// <summary>Seals a payload under the next counter (or the one given) and has it processed as received at a time.</summary>
    public Taken Send(DeviceEntry device, long receivedAt, string json, ulong? counter = null, ulong boot = 7, int topicOf = 1)
    {
        _counter = counter ?? _counter + 1;
        return Process(device, receivedAt, TestWard.Seal(json, _counter, boot, topicOf), TestWard.TopicOf(topicOf));
    }

    /// <summary>Seals a status, and has it processed likewise.</summary>
    public Taken Say(DeviceEntry device, long receivedAt, string json, ulong? counter = null, ulong boot = 7)
    {
        _counter = counter ?? _counter + 1;
        var topic = System.Text.Encoding.UTF8.GetBytes($"devices/{device.Id}/status");
        return Process(device, receivedAt, TestWard.SealFor(topic, json, _counter, boot, EnvelopeKind.DeviceStatus), topic);
    }

    /// <summary>Has bytes processed as one batch and answers what became of them.</summary>
    public Taken Process(DeviceEntry device, long receivedAt, byte[] envelope, byte[] topic)
    {
        Devices.Put(device);
        var batch = new EnvelopeBatch();
        batch.Begin(device, _owner, receivedAt);
        batch.Add(topic, envelope, 0);
        var (rows, letters, listeners) = (Group.Count, Group.DeadLetters.Count, Group.Listeners.Count);
        Processor.Process(batch, Group);

        // Whatever happens, somebody answers for the message: it is a row, or it is set aside, and its batch is told.
        Group.Listeners.Count.ShouldBe(listeners + 1);
        (Group.Count - rows + Group.DeadLetters.Count - letters).ShouldBe(1);
        if (Group.Count == rows)
        {
            Group.DeadLetters[^1].Reason.ShouldBe(batch.Outcome(0));
            return new Taken(batch.Outcome(0), default, 0, default, "");
        }

        var (content, unmapped) = OpenLastRow();
        return new Taken(batch.Outcome(0), Group.FlagsOf(Group.Count - 1), Group.KeyOf(Group.Count - 1).PatientNumber, content, unmapped);
    }

    private (ReadingContent Content, string Unmapped) OpenLastRow()
    {
        var key = Group.KeyOf(Group.Count - 1);
        var associated = new byte[ReadingKey.AssociatedDataBytes];
        key.WriteAssociatedData(associated);
        var record = Group.Record(Group.Count - 1);
        var plain = new byte[record.Length];
        Patients.Find(key.PatientNumber)!.Key.TryOpen(associated, record, plain, out var length).ShouldBeTrue();
        if ((Group.FlagsOf(Group.Count - 1) & ReadingFlags.Status) != ReadingFlags.None)
        {
            StatusRecord.TryRead(plain.AsSpan(0, length), out _).ShouldBeTrue();
            return (default, System.Text.Encoding.UTF8.GetString(plain, 1, length - 1));
        }

        ReadingRecord.TryRead(plain.AsSpan(0, length), out var content, out var unmapped).ShouldBeTrue();
        return (content, System.Text.Encoding.UTF8.GetString(unmapped));
    }
}

/// <summary>Notes who is set critical.</summary>
internal sealed class RecordedCritical : ICriticalPatients
{
    public List<(int Patient, DateTimeOffset At)> Set { get; } = [];

    public Task<bool> SetCriticalAsync(NpgsqlConnection connection, PatientEntry patient, DateTimeOffset at, ICollection<NewEvent> events, CancellationToken cancellation)
    {
        Set.Add((patient.Number, at));
        return Task.FromResult(true);
    }
}

/// <summary>A change of an alert that a lane told of.</summary>
internal sealed record TakenAlert(int Patient, string Type, AlertPhase Phase, Guid Id, int PhaseNumber, string Text);

/// <summary>Notes what lanes tell of alerts.</summary>
internal sealed class RecordedAlerts : IAlertBook
{
    /// <summary>What was told, in order.</summary>
    public List<TakenAlert> Told { get; } = [];

    /// <summary>What was active before the start.</summary>
    public List<OpenAlert> Open { get; } = [];

    /// <summary>The limits in force.</summary>
    public AlertSettings Settings { get; set; } = AlertSettings.Default;

    public AlertSettings SettingsOf(PatientEntry patient) => Settings;

    public IAlertBatch Begin() => new Batch(this);

    public Task<IReadOnlyList<OpenAlert>> ReadOpenAsync(IReadOnlyCollection<int> patients, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<OpenAlert>>([.. Open.Where(open => patients.Contains(open.PatientNumber))]);

    private sealed class Batch(RecordedAlerts book) : IAlertBatch
    {
        public void Add(PatientEntry patient, Guid id, int phaseNumber, in AlertTransition transition, in AlertScene scene, string text) =>
            book.Told.Add(new(patient.Number, AlertCatalogue.Of(transition.Type).Code, transition.Phase, id, phaseNumber, text));

        public Task WriteAsync(NpgsqlConnection connection, ICollection<NewEvent> events, CancellationToken cancellation) => Task.CompletedTask;

        public IEnumerable<KeyValuePair<int, ICommitCompanion>> ByPatient() => [];
    }
}

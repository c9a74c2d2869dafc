using System.Diagnostics.Metrics;
using System.Text;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Models.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>Patients, devices and sealed messages of a small invented ward. Times are microseconds since the Unix epoch.</summary>
internal static class TestWard
{
    /// <summary>2026-11-20T09:00:00Z.</summary>
    public const long Start = 1_795_165_200_000_000;

    public const long Second = 1_000_000;
    public const uint KeyId = 3;

    private static readonly IAeadCipher Cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, new byte[16]);
    private static readonly DataKey RecordKey = new(new byte[32], new LeasedNonces(1));

    public static PatientEntry Patient(int number = 1, int spO2Scale = 1) => new(
        number, 1, $"p{number}", "Quill, Ada", $"MRN-{number}", new DateOnly(1960, 1, 2), "female", "admitted", "w1", $"{number}", spO2Scale, RecordKey);

    public static byte[] TopicOf(int patient) => Encoding.UTF8.GetBytes($"hospital/h1/ward/w1/patient/p{patient}");

    public static DeviceBinding Binding(int patient, long from = 0, long until = long.MaxValue, bool awaited = false) => new(patient, TopicOf(patient), from, until, awaited);

    /// <summary>A device that patient 1 wears, if nothing else is said.</summary>
    public static DeviceEntry Device(int number = 10, params DeviceBinding[] bindings) => new()
    {
        Number = number,
        TenantId = 1,
        Id = $"mon-{number}",
        TokenHash = DeviceTokens.Hash("token"),
        Keys = [new DeviceKey(KeyId, AeadAlgorithm.AsconAead128, Cipher)],
        Bindings = bindings.Length > 0 ? bindings : [Binding(1)],
    };

    /// <summary>The payload of a heart rate and whatever else is given, as the wire has it: <c>{"t":"…","hr":75,…}</c>.</summary>
    public static string Json(long measuredAt, string members = "\"hr\":75") =>
        $$"""{"t":"{{UnixTime.ToDateTime(measuredAt):yyyy-MM-ddTHH:mm:ss.ffffff}}Z",{{members}}}""";

    /// <summary>All that NEWS2 and the anomaly model ask for, at rest.</summary>
    public const string Resting =
        "\"hr\":75,\"spo2\":97,\"sbp\":120,\"dbp\":80,\"temp\":37.1,\"rr\":16,\"acvpu\":\"A\",\"o2\":false";

    public static byte[] Seal(string json, ulong counter, ulong boot = 7, int patient = 1, EnvelopeKind kind = EnvelopeKind.Vitals, uint keyId = KeyId) =>
        SealFor(TopicOf(patient), json, counter, boot, kind, keyId);

    public static byte[] SealFor(byte[] topic, string json, ulong counter, ulong boot, EnvelopeKind kind, uint keyId = KeyId)
    {
        var plain = Encoding.UTF8.GetBytes(json);
        var envelope = new byte[plain.Length + Envelope.Overhead];
        Envelope.Seal(Cipher, new EnvelopeHeader(kind, keyId, boot, counter), topic, plain, envelope);
        return envelope;
    }
}

/// <summary>Devices that a test puts in and takes out.</summary>
internal sealed class FakeDevices(params DeviceEntry[] devices) : IDeviceDirectory
{
    private readonly Dictionary<string, DeviceEntry> _byId = devices.ToDictionary(device => device.Id, StringComparer.Ordinal);

    public int Version { get; private set; } = 1;

    public IReadOnlyCollection<DeviceEntry> All => _byId.Values;

    public DeviceEntry? Find(string id) => _byId.GetValueOrDefault(id);

    public DeviceEntry? Find(int number) => _byId.Values.FirstOrDefault(device => device.Number == number);

    public void Put(DeviceEntry device)
    {
        _byId[device.Id] = device;
        Version++;
    }

    public void Remove(string id)
    {
        _byId.Remove(id);
        Version++;
    }
}

/// <summary>Patients in memory.</summary>
internal sealed class FakePatients(params PatientEntry[] patients) : IPatientDirectory
{
    private readonly Dictionary<int, PatientEntry> _byNumber = patients.ToDictionary(patient => patient.Number);

    /// <summary>Called before each search by number, on the searcher's thread.</summary>
    public Action<int>? Searched { get; set; }

    public IReadOnlyList<PatientEntry> Present { get; private set; } = patients;

    public IReadOnlyList<WardEntry> Wards { get; } = [new(1, "w1", "Ward One", ["1", "2"])];

    public IReadOnlyList<HospitalEntry> Hospitals { get; } = [new(1, "h1", "Hospital One")];

    /// <summary>Replaces what is known of a patient, as a change of the directory does.</summary>
    public void Put(PatientEntry patient)
    {
        _byNumber[patient.Number] = patient;
        Present = [.. _byNumber.Values.Where(one => one.IsPresent)];
    }

    /// <summary>The patient is still known, and no longer there.</summary>
    public void Discharge(int number)
    {
        _byNumber[number] = _byNumber[number] with { Status = "discharged" };
        Present = [.. Present.Where(patient => patient.Number != number)];
    }

    public ValueTask<PatientEntry?> FindAsync(int tenantId, string id, CancellationToken cancellation) => new(Find(id));

    public PatientEntry? Find(string id) => _byNumber.Values.FirstOrDefault(patient => patient.Id == id);

    public PatientEntry? Find(int number)
    {
        Searched?.Invoke(number);
        return _byNumber.GetValueOrDefault(number);
    }
}

/// <summary>The model that ships with the product.</summary>
internal sealed class ShippedModel : IAnomalyModels
{
    public VitalAnomalyModel Active => DefaultAnomalyModel.Instance;
}

/// <summary>A meter that nobody reads; one for all, since each stays in the process for good, and every new listener looks at every instrument of every meter.</summary>
internal sealed class UnreadMeters : IMeterFactory
{
    private static readonly Meter Shared = new("Unread");

    public Meter Create(MeterOptions options) => Shared;

    public void Dispose()
    {
        // Others use it.
    }
}

/// <summary>Keeps what observers are told; <see cref="Defect"/> makes it throw for a patient.</summary>
internal sealed class RecordedChanges : IMonitoringObserver
{
    public List<(PatientView View, ChangeKind Kind)> All { get; } = [];

    public int? Defect { get; set; }

    public void Changed(in PatientView view, ChangeKind kind)
    {
        if (view.PatientNumber == Defect)
        {
            throw new InvalidOperationException("A planted defect.");
        }

        All.Add((view, kind));
    }
}

/// <summary>Keeps what became of batches.</summary>
internal sealed class RecordedOwner : IDeliveryOwner
{
    public List<(EnvelopeBatch Batch, DeliveryState State)> Completed { get; } = [];

    public void Complete(EnvelopeBatch batch, DeliveryState state) => Completed.Add((batch, state));
}

/// <summary>Keeps the groups that lanes submit; takes none while it is <see cref="Full"/>.</summary>
internal sealed class RecordedCommits : ICommitter
{
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<CommitGroup> Groups { get; } = [];

    public bool Full { get; private set; }

    public CommitGroup Rent() => new();

    public void Fill() => (Full, _room) = (true, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void MakeRoom()
    {
        Full = false;
        _room.SetResult();
    }

    public bool TrySubmit(CommitGroup group)
    {
        if (!Full)
        {
            Groups.Add(group);
        }

        return !Full;
    }

    public async ValueTask WaitForRoomAsync(CancellationToken cancellation) => await (Full ? _room.Task : Task.CompletedTask).WaitAsync(cancellation);
}

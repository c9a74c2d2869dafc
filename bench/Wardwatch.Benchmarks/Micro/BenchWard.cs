using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Anomaly;
using Wardwatch.Devices.Ascon;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Models.Contracts;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Benchmarks.Micro;

/// <summary>One patient with one device, held in memory: all that a lane looks up.</summary>
internal sealed class BenchWard : IPatientDirectory, IAnomalyModels, IMeterFactory, IAlertBook
{
    private readonly Meter _meter = new("Wardwatch.Benchmarks");

    public BenchWard()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        Patient = new PatientEntry(1, 1, "p-0001", "Example, Anna", "R-1", new DateOnly(1970, 1, 1), "female", "stable", "ward-1", "1", 1, new DataKey(key, new LeasedNonces(1)));
        Cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, RandomNumberGenerator.GetBytes(AeadCipher.KeyBytes));
    }

    /// <summary>The patient.</summary>
    public PatientEntry Patient { get; }

    /// <summary>The device's cipher.</summary>
    public IAeadCipher Cipher { get; }

    /// <summary>The device's topic.</summary>
    public byte[] Topic { get; } = Encoding.UTF8.GetBytes("hospital/demo/ward/ward-1/patient/p-0001");

    public VitalAnomalyModel Active => DefaultAnomalyModel.Instance;

    public IReadOnlyList<PatientEntry> Present => [Patient];

    public IReadOnlyList<WardEntry> Wards => [];

    public IReadOnlyList<HospitalEntry> Hospitals => [];

    /// <summary>A lane's processor with its own states.</summary>
    public ReadingProcessor CreateProcessor()
    {
        var options = new MonitoringOptions();
        return new ReadingProcessor(this, new Scoring(this), new PatientStates(options), new CriticalReadings(null, options), new LaneAlerts(this), [], new MonitoringMetrics(this), options, NullLogger<ReadingProcessor>.Instance);
    }

    /// <summary>The patient's device under a number of its own, so that a lane meets it for the first time.</summary>
    public DeviceEntry Device(int number) => new()
    {
        Number = number,
        TenantId = 1,
        Id = "M-101",
        TokenHash = [],
        Keys = [new DeviceKey(1, AeadAlgorithm.AsconAead128, Cipher)],
        Bindings = [new DeviceBinding(Patient.Number, Topic, 0, long.MaxValue)],
    };

    public PatientEntry? Find(string id) => id == Patient.Id ? Patient : null;

    public PatientEntry? Find(int number) => number == Patient.Number ? Patient : null;

    public ValueTask<PatientEntry?> FindAsync(int tenantId, string id, CancellationToken cancellation) => new(Find(id));

    public AlertSettings SettingsOf(PatientEntry patient) => AlertSettings.Default;

    // The readings that are measured raise nothing.
    public IAlertBatch Begin() => throw new NotSupportedException();

    public Task<IReadOnlyList<OpenAlert>> ReadOpenAsync(IReadOnlyCollection<int> patients, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<OpenAlert>>([]);

    public Meter Create(MeterOptions options) => _meter;

    public void Dispose() => _meter.Dispose();
}

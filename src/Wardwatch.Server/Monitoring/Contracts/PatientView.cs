using System.Runtime.CompilerServices;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>
/// The state of one patient at one moment, copied out of the lane: a value without shared parts. Times are microseconds since the Unix epoch.
/// </summary>
public struct PatientView
{
    /// <summary>The patient's database key.</summary>
    public int PatientNumber;

    /// <summary>Counts the changes of this patient's state since the server started.</summary>
    public long Sequence;

    /// <summary>
    /// The latest value of each vital, with its own measurement time, but never later than it was received: a device whose clock runs ahead
    /// must not make a number look fresh for longer.
    /// </summary>
    public VitalSet Vitals;

    /// <summary>The anomaly score.</summary>
    public AnomalyView Anomaly;

    /// <summary>NEWS2 with its bounds; meaningless while <see cref="ScoredAt"/> is 0.</summary>
    public News2Score News2;

    /// <summary>For which moment the scores hold; 0 if there is none.</summary>
    public long ScoredAt;

    /// <summary>What asks for attention, and since when.</summary>
    public Attention Attention;

    /// <summary>Since when <see cref="Attention"/> has had its priority.</summary>
    public long AttentionSince;

    /// <summary>The device that watches the patient: the one whose silence is told. See <see cref="DeviceView.IsContinuous"/>.</summary>
    public DeviceView Device;

    /// <summary>The id of the device that sent the last reading, which may be another one; null if there is none.</summary>
    public string? MeasuredBy;

    /// <summary>When the last reading was measured; 0 if there is none.</summary>
    public long MeasuredAt;
}

/// <summary>An anomaly score with what drove it.</summary>
public struct AnomalyView
{
    /// <summary>How many drivers are kept.</summary>
    public const int DriverCount = 3;

    /// <summary>0..1; NaN if there is none.</summary>
    public float Score;

    /// <summary>Share of the model's inputs that were present.</summary>
    public float Completeness;

    /// <summary>The strongest contributions, strongest first.</summary>
    public DriverArray Drivers;

    /// <summary>How many there are.</summary>
    public byte Count;

    /// <summary>The model that made the score.</summary>
    public string? Model;

    /// <summary>One driver: a vital and its share of the score, positive towards anomalous.</summary>
    public readonly record struct Driver(Vital Vital, float Contribution);

    /// <summary>Drivers, strongest first.</summary>
    [InlineArray(DriverCount)]
    public struct DriverArray
    {
        private Driver _first;
    }
}

/// <summary>A device as the screen shows it.</summary>
public struct DeviceView
{
    /// <summary>Its id, or null if no device is bound and none has sent.</summary>
    public string? Id;

    /// <summary>Whether it sends.</summary>
    public DeviceState State;

    /// <summary>Since when it has been in this state.</summary>
    public long Since;

    /// <summary>When its last reading came; 0 if never.</summary>
    public long LastReceivedAt;

    /// <summary>When that reading was measured, by the device's clock.</summary>
    public long LastMeasuredAt;

    /// <summary>Whether it has sent what a monitor measures all the time (heart rate, SpO2, respiration, EtCO2). A thermometer or glucose meter has not.</summary>
    public bool IsContinuous;

    /// <summary>Whether it is missed although it has never sent: somebody put it on, and it is no spare.</summary>
    public bool IsAwaited;

    /// <summary>Since when the patient has worn it without a break; 0: that is not known.</summary>
    public long WornSince;

    /// <summary>When it last said something of itself; 0: never. The rest is what it said then.</summary>
    public long StatusAt;

    /// <summary>What is left in its battery, in percent; null: it has not said.</summary>
    public double? Battery;

    /// <summary>Which sensors, or electrodes, are off: a bit per <see cref="Vital"/>; null: it has not said.</summary>
    public int? SensorsOff;
}

/// <summary>Whether a device sends.</summary>
public enum DeviceState : byte
{
    /// <summary>Readings come.</summary>
    Online,

    /// <summary>It is connected, but no reading has come within the limit.</summary>
    Silent,

    /// <summary>It is not connected and no reading has come within the limit.</summary>
    Offline,
}

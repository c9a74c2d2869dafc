using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Server.Monitoring.Contracts;

/// <summary>The live state of patients, for everything that shows it.</summary>
public interface IPatientMonitor
{
    /// <summary>A copy of the state; false if nothing is known of the patient.</summary>
    bool TryView(int patientNumber, out PatientView view);

    /// <summary>The latest readings in memory, oldest first (at most 100).</summary>
    IReadOnlyList<RecentReading> Recent(int patientNumber);
}

/// <summary>The live state of those patients whose lanes are in this process.</summary>
public interface IOwnPatients : IPatientMonitor
{
    /// <summary>Their database keys.</summary>
    IReadOnlyCollection<int> Numbers { get; }
}

/// <summary>Told about each change, on the lane's thread. Must not block.</summary>
public interface IMonitoringObserver
{
    /// <summary>A patient's state changed: a reading came, or something fell silent.</summary>
    void Changed(in PatientView view, ChangeKind kind);
}

/// <summary>What changed.</summary>
[Flags]
public enum ChangeKind : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A reading came.</summary>
    Reading = 1,

    /// <summary>What is known about the patient's state changed: a value's or device's state, or what asks for attention.</summary>
    Status = 2,
}

/// <summary>One of the latest readings, kept in memory.</summary>
public struct RecentReading
{
    /// <summary>Measured, received: microseconds since the Unix epoch.</summary>
    public long MeasuredAt, ReceivedAt;

    /// <summary>The device that sent it.</summary>
    public int DeviceNumber;

    /// <summary>True if it came late or out of order.</summary>
    public bool Late;

    /// <summary>True if single values of it were refused.</summary>
    public bool PartlyRefused;

    /// <summary>Its values.</summary>
    public History.Contracts.ReadingContent Content;

    /// <summary>A numeric value, or null.</summary>
    public readonly float? this[Vital vital] => Content.Has((int)vital) ? Content.Values[(int)vital] : null;
}

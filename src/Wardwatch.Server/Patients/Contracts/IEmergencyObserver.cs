namespace Wardwatch.Server.Patients.Contracts;

/// <summary>A record that somebody opened who is not in charge of the patient.</summary>
/// <param name="Patient">Whose record.</param>
/// <param name="OpenedBy">The name of who opened it.</param>
/// <param name="OpenedAt">When.</param>
public sealed record EmergencyAccess(PatientEntry Patient, string OpenedBy, DateTimeOffset OpenedAt);

/// <summary>Is told of emergency accesses when they are durable.</summary>
public interface IEmergencyObserver
{
    /// <summary>A record was opened. Never waits.</summary>
    void Opened(EmergencyAccess access);
}

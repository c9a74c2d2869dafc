namespace Wardwatch.Server.Patients.Contracts;

/// <summary>Is told when a patient was erased, and forgets at once what it keeps of them.</summary>
public interface IErasureObserver
{
    /// <summary>The patient is no longer in the directory, and their key opens nothing any more. Must not wait and must not throw.</summary>
    /// <param name="patientNumber">The patient's database key.</param>
    void Erased(int patientNumber);
}

using System.Security.Cryptography;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Patients;

/// <summary>Who does something to patients.</summary>
/// <param name="Entry">As it goes on record; its hospital is the one in which it is done.</param>
/// <param name="Name">The name to be shown; null: the server itself, or the command line.</param>
internal sealed record Actor(Audit.Contracts.AuditEntry Entry, string? Name);

/// <summary>A patient ready for the database: nothing in it tells who it is.</summary>
/// <param name="Patient">Who it is.</param>
/// <param name="Id">The public id.</param>
/// <param name="WrappedKey">The patient's new key, wrapped.</param>
/// <param name="Identity">Who it is, sealed under that key.</param>
/// <param name="RecordNumberIndex">The keyed hash of the record number.</param>
/// <param name="Tokens">The keyed hashes by which the patient is found.</param>
internal sealed record PatientSeal(NewPatient Patient, string Id, byte[] WrappedKey, byte[] Identity, byte[] RecordNumberIndex, byte[][] Tokens)
{
    /// <summary>Draws a key and seals a patient under it.</summary>
    public static PatientSeal Make(IKeyring keyring, int tenantId, string id, NewPatient patient)
    {
        var tenantKey = keyring.Tenant(tenantId);
        Span<byte> secret = stackalloc byte[32];
        RandomNumberGenerator.Fill(secret);
        var wrapped = keyring.Wrap(tenantId, secret);
        CryptographicOperations.ZeroMemory(secret);
        using var key = keyring.OpenPatientKey(tenantId, wrapped);
        var identity = new PatientIdentity(patient.Name, patient.RecordNumber, patient.DateOfBirth, patient.Sex).Seal(key, tenantId, id);
        return new(
            patient, id, wrapped, identity, PatientIdentity.IndexOf(tenantKey, patient.RecordNumber), PatientSearch.TokensOf(tenantKey, patient.Name, patient.RecordNumber));
    }
}

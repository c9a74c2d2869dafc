using System.Collections.Frozen;

namespace Wardwatch.Server.Access.Contracts;

/// <summary>How far a permission reaches.</summary>
public enum Reach
{
    /// <summary>Nowhere: the role does not have the permission.</summary>
    None,

    /// <summary>The caller's own record.</summary>
    Self,

    /// <summary>The patients to whom the caller is called.</summary>
    Patients,

    /// <summary>The patients of the caller's wards.</summary>
    Wards,

    /// <summary>The whole hospital.</summary>
    Hospital,
}

/// <summary>What a caller may reach under one permission, ready to be asked for each patient. What it does not cover is, to the caller, not there.</summary>
/// <param name="TenantId">The hospital.</param>
/// <param name="WholeHospital">Everything in it.</param>
/// <param name="Wards">Else the patients who lie on these wards now,</param>
/// <param name="Patients">and these, wherever they lie.</param>
public sealed record AccessScope(int TenantId, bool WholeHospital, FrozenSet<string> Wards, FrozenSet<int> Patients)
{
    /// <summary>Whether a patient is within it.</summary>
    /// <param name="tenantId">The patient's hospital.</param>
    /// <param name="ward">The ward on which the patient lies, or null.</param>
    /// <param name="patientNumber">The patient's database key.</param>
    public bool Covers(int tenantId, string? ward, int patientNumber) =>
        tenantId == TenantId && (WholeHospital || (ward is not null && Wards.Contains(ward)) || Patients.Contains(patientNumber));

    /// <summary>Whether a ward as a whole is within it.</summary>
    public bool CoversWard(int tenantId, string ward) => tenantId == TenantId && (WholeHospital || Wards.Contains(ward));
}

using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;

namespace Wardwatch.Server.Patients.Contracts;

/// <summary>
/// The one door to patients' records for requests: what is not the caller's to see is not there, and who went through is on record before anything is answered.
/// </summary>
public sealed class RecordAccess(IPatientDirectory patients, IAuditTrail trail)
{
    /// <summary>Opens one record. Null: there is no such patient, or not for this caller; which of both is told to nobody but the audit.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">The patient's public id.</param>
    /// <param name="action">One of <see cref="AuditActions"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<PatientEntry?> OpenAsync(HttpContext context, string id, string action, CancellationToken cancellation)
    {
        var patient = await patients.FindAsync(context.User.TenantId(), id, cancellation);
        if (patient is not null && context.User.Caller().Visible.Covers(patient.TenantId, patient.Ward, patient.Number))
        {
            await trail.RecordAsync(AuditEntry.Of(context, action) with { Patients = [patient.Number] }, cancellation);
            return patient;
        }

        await RefuseAsync(context, patient, action, cancellation);
        return null;
    }

    /// <summary>The same for something that is no look and is recorded with what it does: a refusal alone is recorded here.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">The patient's public id.</param>
    /// <param name="permission">The permission that must reach the patient.</param>
    /// <param name="action">What is to be done.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<PatientEntry?> FindAsync(HttpContext context, string id, string permission, string action, CancellationToken cancellation)
    {
        var patient = await patients.FindAsync(context.User.TenantId(), id, cancellation);
        if (patient is not null && context.User.Caller().ScopeOf(permission).Covers(patient.TenantId, patient.Ward, patient.Number))
        {
            return patient;
        }

        await RefuseAsync(context, patient, action, cancellation);
        return null;
    }

    /// <summary>
    /// Present patients whom the caller may see, of one ward or of all. Null: there is no such ward, or not for this caller. <paramref name="action"/> is on record.
    /// </summary>
    public async Task<IReadOnlyList<PatientEntry>?> OpenWardAsync(HttpContext context, string? ward, string action, CancellationToken cancellation)
    {
        var visible = context.User.Caller().Visible;
        List<PatientEntry> present = [.. patients.Present.Where(patient => (ward is null || patient.Ward == ward) && visible.Covers(patient.TenantId, patient.Ward, patient.Number))];
        if (ward is not null && present.Count == 0 && WardsFor(visible).All(known => known.Id != ward))
        {
            await trail.RecordAsync(AuditEntry.Of(context, action) with { Done = false, Detail = "no such ward, or not the caller's" }, cancellation);
            return null;
        }

        await trail.RecordAsync(AuditEntry.Of(context, action) with { Patients = [.. present.Select(patient => patient.Number)], Detail = ward }, cancellation);
        return present;
    }

    /// <summary>The wards of which the caller sees somebody, or everybody.</summary>
    public IEnumerable<WardEntry> WardsFor(AccessScope visible) => patients.Wards.Where(ward =>
        visible.CoversWard(ward.TenantId, ward.Id)
        || (visible.Patients.Count > 0 && ward.TenantId == visible.TenantId && visible.Patients.Any(number => patients.Find(number) is { IsPresent: true } patient && patient.TenantId == ward.TenantId && patient.Ward == ward.Id)));

    // Another hospital's patient is not named in this one's trail.
    private Task RefuseAsync(HttpContext context, PatientEntry? patient, string action, CancellationToken cancellation)
    {
        var own = patient is not null && patient.TenantId == context.User.TenantId();
        return trail.RecordAsync(
            AuditEntry.Of(context, action) with { Done = false, Patients = own ? [patient!.Number] : [], Detail = own ? "not the caller's" : "no such patient" }, cancellation);
    }
}

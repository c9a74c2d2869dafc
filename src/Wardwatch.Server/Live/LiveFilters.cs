using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Live;

/// <summary>Reads <c>?ward=</c> and <c>?patient=</c> of a live connection, within the caller's hospital.</summary>
internal sealed class LiveFilters(IPatientDirectory patients)
{
    /// <summary>False if a patient is named that there is not, or that is another hospital's.</summary>
    public bool TryRead(HttpContext context, out LiveFilter filter)
    {
        var tenant = context.User.TenantId();
        var ward = context.Request.Query["ward"].FirstOrDefault();
        filter = new LiveFilter(tenant, string.IsNullOrEmpty(ward) ? null : ward, null);
        if (context.Request.Query["patient"].FirstOrDefault() is not { Length: > 0 } id)
        {
            return true;
        }

        if (patients.Find(id) is not { } patient || patient.TenantId != tenant)
        {
            return false;
        }

        filter = filter with { PatientNumber = patient.Number };
        return true;
    }
}

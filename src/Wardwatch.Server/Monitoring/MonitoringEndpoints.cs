using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.AlertPath.Contracts;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>The live state over HTTP, from memory.</summary>
internal static class MonitoringEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api").WithTags("Live").RequireAuthorization(Policies.SeePatients);
        group.MapGet("/dashboard-data", DashboardAsync)
            .WithSummary("Every present patient with the latest values, their ages, scores and state; one ward with ?ward=");
        group.MapGet("/patients/{id}/vitals/latest", LatestAsync)
            .WithSummary("One patient's latest values, and the readings in memory (at most 100, oldest first)");
        group.MapGet("/live/recent", RecentAsync)
            .WithSummary("The last minutes of every present patient, thinned to about 300 points each, to fill a wall at its start");
    }

    private static async Task<Results<Ok<DashboardDocument>, ProblemHttpResult>> DashboardAsync(
        string? ward, HttpContext context, RecordAccess access, IPatientDirectory patients, IPatientMonitor monitor, IActiveAlerts alerts, IAlertPaths paths, IStorageState storage, DemoMark demo, TimeProvider time,
        CancellationToken cancellation)
    {
        if (await access.OpenWardAsync(context, ward, AuditActions.ViewWard, cancellation) is not { } present)
        {
            return Problems.WardNotFound();
        }

        var (caller, now) = (context.User.Caller(), time.Microseconds());
        var documents = new List<PatientDocument>(present.Count);
        foreach (var patient in present)
        {
            monitor.TryView(patient.Number, out var view);
            documents.Add(PatientDocumentBuilder.Patient(patient, in view, alerts.Of(patient.Number), alerts.AreLimitsChanged(patient.Number), now));
        }

        var hospital = patients.Hospitals.Where(entry => entry.TenantId == caller.TenantId).Select(entry => new HospitalDocument(entry.Id, entry.Name)).FirstOrDefault();
        WardDocument[] wards = [.. access.WardsFor(caller.Visible).Where(entry => ward is null || entry.Id == ward).Select(entry => new WardDocument(entry.Id, entry.Name, entry.Beds))];
        return TypedResults.Ok(new DashboardDocument(
            UnixTime.ToDateTimeOffset(now), hospital, demo.IsDemo, StorageDocument.Of(storage.Current), [.. paths.Of(caller.TenantId).Where(path => Array.Exists(wards, entry => entry.Id == path.Ward))], wards, documents));
    }

    private static async Task<Results<Ok<PatientDocument>, ProblemHttpResult>> LatestAsync(
        string id, HttpContext context, RecordAccess access, IDeviceDirectory devices, IPatientMonitor monitor, IActiveAlerts alerts, RecentTrends trends, TimeProvider time, CancellationToken cancellation)
    {
        if (await access.OpenAsync(context, id, AuditActions.ReadVitals, cancellation) is not { } patient)
        {
            return Problems.PatientNotFound();
        }

        monitor.TryView(patient.Number, out var view);
        return TypedResults.Ok(PatientDocumentBuilder.Patient(patient, in view, alerts.Of(patient.Number), alerts.AreLimitsChanged(patient.Number), time.Microseconds()) with
        {
            Recent = [.. (await trends.LatestAsync(patient, monitor, cancellation)).Select(reading => ReadingDocuments.Build(
                reading.MeasuredAt, reading.ReceivedAt, devices.Find(reading.DeviceNumber)?.Id, reading.Late, reading.PartlyRefused, in reading.Content))],
        });
    }

    private static async Task<Results<Ok<RecentDocument>, ProblemHttpResult>> RecentAsync(
        string? ward, double? minutes, HttpContext context, RecordAccess access, IPatientMonitor monitor, RecentTrends trends, CancellationToken cancellation) =>
        await access.OpenWardAsync(context, ward, AuditActions.ViewWard, cancellation) is { } present
            ? TypedResults.Ok(await trends.ReadAsync(present, Math.Clamp(minutes ?? 10, 0.1, 60), monitor, cancellation))
            : Problems.WardNotFound();
}

/// <summary>Everything that a wall shows.</summary>
/// <param name="GeneratedAt">The server's clock, from which a page computes ages.</param>
/// <param name="Hospital">The hospital.</param>
/// <param name="Demo">True in the demo, where every patient is invented.</param>
/// <param name="Storage">Whether readings reach the disk.</param>
/// <param name="AlertPath">Of each of these wards, how far it is proven that its alerts reach somebody; empty where that is not tested.</param>
/// <param name="Wards">Wards with their beds in fixed order.</param>
/// <param name="Patients">Present patients, in bed order.</param>
internal sealed record DashboardDocument(
    DateTimeOffset GeneratedAt, HospitalDocument? Hospital, bool Demo, StorageDocument Storage, IReadOnlyList<AlertPathDocument> AlertPath, IReadOnlyList<WardDocument> Wards, IReadOnlyList<PatientDocument> Patients);

internal sealed record HospitalDocument(string Id, string Name);

internal sealed record WardDocument(string Id, string Name, IReadOnlyList<string> Beds);

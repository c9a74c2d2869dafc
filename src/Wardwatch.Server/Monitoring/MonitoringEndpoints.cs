using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>The live state over HTTP, from memory.</summary>
internal static class MonitoringEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api").WithTags("Live").RequireAuthorization(Permissions.ReadPatients);
        group.MapGet("/dashboard-data", Dashboard)
            .WithSummary("Every present patient with the latest values, their ages, scores and state; one ward with ?ward=");
        group.MapGet("/patients/{id}/vitals/latest", Latest)
            .WithSummary("One patient's latest values, and the readings in memory (at most 100, oldest first)");
        group.MapGet("/live/recent", RecentAsync)
            .WithSummary("The last minutes of every present patient, thinned to about 300 points each, to fill a wall at its start");
    }

    private static Ok<DashboardDocument> Dashboard(string? ward, ClaimsPrincipal user, IPatientDirectory patients, IPatientMonitor monitor, IStorageState storage, DemoMark demo, TimeProvider time)
    {
        var (tenant, now) = (user.TenantId(), time.Microseconds());
        var documents = new List<PatientDocument>();
        foreach (var patient in patients.Present.Where(patient => patient.TenantId == tenant && (ward is null || patient.Ward == ward)))
        {
            monitor.TryView(patient.Number, out var view);
            documents.Add(PatientDocumentBuilder.Patient(patient, in view, now));
        }

        var hospital = patients.Hospitals.Where(entry => entry.TenantId == tenant).Select(entry => new HospitalDocument(entry.Id, entry.Name)).FirstOrDefault();
        var wards = patients.Wards.Where(entry => entry.TenantId == tenant && (ward is null || entry.Id == ward)).Select(entry => new WardDocument(entry.Id, entry.Name, entry.Beds));
        return TypedResults.Ok(new DashboardDocument(
            UnixTime.ToDateTimeOffset(now), hospital, demo.IsDemo, StorageDocument.Of(storage.Current), [.. wards], documents));
    }

    private static Results<Ok<PatientDocument>, ProblemHttpResult> Latest(
        string id, ClaimsPrincipal user, IPatientDirectory patients, IDeviceDirectory devices, IPatientMonitor monitor, TimeProvider time)
    {
        if (patients.Find(id) is not { } patient || patient.TenantId != user.TenantId())
        {
            return Problems.PatientNotFound();
        }

        monitor.TryView(patient.Number, out var view);
        return TypedResults.Ok(PatientDocumentBuilder.Patient(patient, in view, time.Microseconds()) with
        {
            Recent = [.. monitor.Recent(patient.Number).Select(reading => ReadingDocuments.Build(
                reading.MeasuredAt, reading.ReceivedAt, devices.Find(reading.DeviceNumber)?.Id, reading.Late, reading.PartlyRefused, in reading.Content))],
        });
    }

    private static async Task<Ok<RecentDocument>> RecentAsync(
        string? ward, double? minutes, ClaimsPrincipal user, IPatientDirectory patients, IPatientMonitor monitor, RecentTrends trends, CancellationToken cancellation)
    {
        var tenant = user.TenantId();
        var wanted = patients.Present.Where(patient => patient.TenantId == tenant && (ward is null || patient.Ward == ward));
        return TypedResults.Ok(await trends.ReadAsync(wanted, Math.Clamp(minutes ?? 10, 0.1, 60), monitor, cancellation));
    }
}

/// <summary>Everything that a wall shows.</summary>
/// <param name="GeneratedAt">The server's clock, from which a page computes ages.</param>
/// <param name="Hospital">The hospital.</param>
/// <param name="Demo">True in the demo, where every patient is invented.</param>
/// <param name="Storage">Whether readings reach the disk.</param>
/// <param name="Wards">Wards with their beds in fixed order.</param>
/// <param name="Patients">Present patients, in bed order.</param>
internal sealed record DashboardDocument(
    DateTimeOffset GeneratedAt, HospitalDocument? Hospital, bool Demo, StorageDocument Storage, IReadOnlyList<WardDocument> Wards, IReadOnlyList<PatientDocument> Patients);

internal sealed record HospitalDocument(string Id, string Name);

internal sealed record WardDocument(string Id, string Name, IReadOnlyList<string> Beds);

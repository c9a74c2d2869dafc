using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Devices;

/// <summary>A device to be registered.</summary>
/// <param name="Id">1 to 64 letters, digits, dots, underscores or hyphens.</param>
/// <param name="Algorithm">ascon-aead128 (the default) or ascon-128.</param>
internal sealed record RegisterDeviceRequest(string? Id, string? Algorithm = null);

/// <summary>A key to be handed out.</summary>
/// <param name="Algorithm">ascon-aead128 (the default) or ascon-128.</param>
/// <param name="OverlapHours">For how many hours the older keys are still good, 0 to 8760; null: they do not end.</param>
internal sealed record IssueKeyRequest(string? Algorithm = null, double? OverlapHours = null);

/// <summary>A device that a patient wears.</summary>
/// <param name="Device">The device's id.</param>
/// <param name="From">From when; now when absent.</param>
/// <param name="Until">Until when, exclusive; open when absent.</param>
/// <param name="ConfirmSamePatient">Somebody looked: the device is still on the same patient.</param>
/// <param name="TakeFrom">The patient who wears it and from whom it is taken.</param>
internal sealed record BindDeviceRequest(string? Device, DateTimeOffset? From = null, DateTimeOffset? Until = null, bool ConfirmSamePatient = false, string? TakeFrom = null);

/// <summary>What a patient wears and wore, the newest first.</summary>
internal sealed record WornBindingPage(IReadOnlyList<WornBinding> Items, string? Next);

/// <summary>A new device with its secrets, which are shown this once.</summary>
internal sealed record DeviceResponse(string Device, string Token, uint KeyId, string Algorithm, string Key);

/// <summary>A new key, which is shown this once, in hexadecimal.</summary>
internal sealed record DeviceKeyResponse(string Device, uint KeyId, string Algorithm, string Key);

/// <summary>A device as the list shows it.</summary>
internal sealed record DeviceListItem(string Id, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? Patient, string? Ward, long Keys)
{
    public static DeviceListItem Of(DeviceRow row) => new(row.Id, row.CreatedAt, row.RevokedAt, row.Patient, row.Ward, row.Keys);
}

/// <summary>A page of devices.</summary>
internal sealed record DevicePage(IReadOnlyList<DeviceListItem> Items, string? Next);

/// <summary>A key of a device, without the key.</summary>
internal sealed record DeviceKeyItem(uint KeyId, string Algorithm, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>A device with all its keys.</summary>
internal sealed record DeviceDetails(
    string Id, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? Patient, string? Ward, long Keys, IReadOnlyList<DeviceKeyItem> KeyList);

/// <summary>Devices, their keys, and who wears them.</summary>
internal static class DeviceEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int MostHours = 8760;
    private const int LongestSearch = 64;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var devices = routes.MapGroup("/api/devices").RequireAuthorization(Permissions.ManageDevices).WithTags("Devices");
        devices.MapGet("/", ListAsync).WithName("listDevices").WithSummary("Devices by id, revoked ones as well; search looks in the ids.");
        devices.MapGet("/{id}", GetAsync).WithName("getDevice").WithSummary("One device with its keys; no key is shown.");
        devices.MapDelete("/{id}", RevokeAsync).WithName("revokeDevice").WithSummary("Revoke a device with all its keys, at once and for good.");
        devices.MapPost("/", RegisterAsync).WithName("registerDevice").WithSummary("Register a device; its token and first key are shown this once.");
        devices.MapPost("/{id}/keys", IssueKeyAsync).WithName("issueDeviceKey").WithSummary("One more key for a device; it is shown this once. With overlapHours the older keys end then.");
        devices.MapDelete("/{id}/keys/{keyId}", RevokeKeyAsync).WithName("revokeDeviceKey").WithSummary("Revoke a key at once.");

        var bindings = routes.MapGroup("/api/patients/{id}/device").RequireAuthorization(Permissions.BindDevices).WithTags("Devices");
        bindings.MapPut("/", BindAsync).WithName("bindDevice").WithSummary("Say that a patient wears a device.");
        routes.MapGet("/api/patients/{id}/devices", WornAsync).RequireAuthorization(Policies.SeePatients).WithTags("Devices").WithName("listPatientDevices")
            .WithSummary("What a patient wears and wore, the newest first.");
        bindings.MapDelete("/{device}", UnbindAsync).WithName("unbindDevice").WithSummary("Say that a patient no longer wears a device.");
    }

    private static async Task<Results<Ok<DevicePage>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, DeviceRegistry registry, string? search = null, int limit = DefaultLimit, string? after = null, CancellationToken cancellation = default)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidParameter($"limit must be between 1 and {MaxLimit}.");
        }

        if (search is { Length: > LongestSearch } || search?.Contains('\0', StringComparison.Ordinal) == true)
        {
            return Problems.InvalidParameter($"search must be a part of an id: at most {LongestSearch} characters.");
        }

        if (after is not null && !DeviceRegistry.IsId(after))
        {
            return Problems.InvalidParameter("after is not the next of a page of devices.");
        }

        var rows = await registry.ListAsync(user.TenantId(), search, after, limit + 1, cancellation);
        var more = rows.Count > limit;
        return TypedResults.Ok(new DevicePage([.. rows.Take(limit).Select(DeviceListItem.Of)], more ? rows[limit - 1].Id : null));
    }

    private static async Task<Results<Ok<DeviceDetails>, ProblemHttpResult>> GetAsync(string id, ClaimsPrincipal user, DeviceRegistry registry, CancellationToken cancellation) =>
        await registry.GetAsync(user.TenantId(), id, cancellation) is var (device, keys)
            ? TypedResults.Ok(new DeviceDetails(
                device.Id, device.CreatedAt, device.RevokedAt, device.Patient, device.Ward, device.Keys,
                keys.ConvertAll(key => new DeviceKeyItem(key.KeyId, key.Algorithm, key.CreatedAt, key.ExpiresAt, key.RevokedAt))))
            : Refused(DeviceOutcome.UnknownDevice);

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(string id, HttpContext context, DeviceRegistry registry, CancellationToken cancellation) =>
        Answer(await registry.RevokeAsync(AuditEntry.Of(context, AuditActions.RevokeDevice), id, cancellation));

    private static async Task<Results<Created<DeviceResponse>, ProblemHttpResult>> RegisterAsync(
        RegisterDeviceRequest request, HttpContext context, DeviceRegistry registry, CancellationToken cancellation)
    {
        if (request.Id is null || !DeviceRegistry.IsId(request.Id))
        {
            return Problems.InvalidParameter("id must have 1 to 64 letters, digits, dots, underscores or hyphens.");
        }

        var algorithm = request.Algorithm ?? DeviceAlgorithms.Standard;
        if (!DeviceAlgorithms.IsKnown(algorithm))
        {
            return InvalidAlgorithm();
        }

        var issued = await registry.RegisterAsync(AuditEntry.Of(context, AuditActions.RegisterDevice), request.Id, algorithm, cancellation);
        return issued is null
            ? TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:device-exists", title: "There is already a device with this id")
            : TypedResults.Created(
                $"/api/devices/{issued.Id}",
                new DeviceResponse(issued.Id, issued.Token, issued.Key.KeyId, issued.Key.Algorithm, Convert.ToHexStringLower(issued.Key.Key)));
    }

    private static async Task<Results<Created<DeviceKeyResponse>, ProblemHttpResult>> IssueKeyAsync(
        string id, IssueKeyRequest? request, HttpContext context, DeviceRegistry registry, CancellationToken cancellation)
    {
        if (request?.OverlapHours is { } hours && !(hours is >= 0 and <= MostHours))
        {
            return Problems.InvalidParameter($"overlapHours must be from 0 to {MostHours}.");
        }

        var algorithm = request?.Algorithm ?? DeviceAlgorithms.Standard;
        if (!DeviceAlgorithms.IsKnown(algorithm))
        {
            return InvalidAlgorithm();
        }

        TimeSpan? overlap = request?.OverlapHours is { } overlapHours ? TimeSpan.FromHours(overlapHours) : null;
        var key = await registry.IssueKeyAsync(AuditEntry.Of(context, AuditActions.IssueDeviceKey), id, algorithm, overlap, cancellation);
        return key is null
            ? Refused(DeviceOutcome.UnknownDevice)
            : TypedResults.Created(
                $"/api/devices/{id}/keys/{key.KeyId}", new DeviceKeyResponse(id, key.KeyId, key.Algorithm, Convert.ToHexStringLower(key.Key)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeKeyAsync(
        string id, uint keyId, HttpContext context, DeviceRegistry registry, CancellationToken cancellation) =>
        Answer(await registry.RevokeKeyAsync(AuditEntry.Of(context, AuditActions.RevokeDeviceKey), id, keyId, cancellation));

    private static async Task<Results<Ok<WornBinding>, ProblemHttpResult>> BindAsync(
        string id, BindDeviceRequest request, HttpContext context, RecordAccess records, DeviceRegistry registry, IOptions<PatientsOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        if (request.Device is null)
        {
            return Problems.InvalidParameter("device must be the id of a device.");
        }

        if (request.Until is { } until && until <= (request.From ?? time.GetUtcNow()))
        {
            return Problems.InvalidParameter("until must be later than from.");
        }

        if (await records.FindAsync(context, id, Permissions.BindDevices, AuditActions.BindDevice, cancellation) is null
            || (request.TakeFrom is { } wearer && await records.FindAsync(context, wearer, Permissions.BindDevices, AuditActions.UnbindDevice, cancellation) is null))
        {
            return Problems.PatientNotFound();
        }

        var wish = new BindingWish(request.Device, id, request.From, request.Until, request.ConfirmSamePatient, request.TakeFrom);
        var result = await registry.AttachAsync(AuditEntry.Of(context, AuditActions.BindDevice), wish, TimeSpan.FromMinutes(options.Value.SamePatientGapMinutes), cancellation);
        return result.Outcome switch
        {
            DeviceOutcome.Done => TypedResults.Ok(result.Binding!),
            DeviceOutcome.AlreadyBound => BoundElsewhere(context, result),
            DeviceOutcome.SamePatientQuestion => TypedResults.Problem(
                statusCode: 409, type: "urn:wardwatch:same-patient-question", title: "Is the device still on the same patient?",
                detail: "It was silent for long. Look at the patient, then say it with confirmSamePatient.",
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["lastSeenAt"] = result.LastSeenAt,
                    ["gapMinutes"] = (int)(time.GetUtcNow() - result.LastSeenAt!.Value).TotalMinutes,
                }),
            var refused => Refused(refused),
        };
    }

    // Who wears it is told to whoever may see that patient.
    private static ProblemHttpResult BoundElsewhere(HttpContext context, BindingResult result)
    {
        var (number, wearer, ward) = result.Wearer!.Value;
        var problem = Refused(DeviceOutcome.AlreadyBound);
        if (context.User.Caller().Visible.Covers(context.User.TenantId(), ward, number))
        {
            problem.ProblemDetails.Extensions["patient"] = wearer;
        }

        return problem;
    }

    private static async Task<Results<Ok<WornBindingPage>, ProblemHttpResult>> WornAsync(
        string id, HttpContext context, RecordAccess records, DeviceRegistry registry, CancellationToken cancellation) =>
        await records.OpenAsync(context, id, AuditActions.ReadBindings, cancellation) is { } patient
            ? TypedResults.Ok(new WornBindingPage(await registry.WornAsync(patient.TenantId, patient.Number, DefaultLimit, cancellation), Next: null))
            : Problems.PatientNotFound();

    private static async Task<Results<NoContent, ProblemHttpResult>> UnbindAsync(
        string id, string device, HttpContext context, RecordAccess records, DeviceRegistry registry, CancellationToken cancellation) =>
        await records.FindAsync(context, id, Permissions.BindDevices, AuditActions.UnbindDevice, cancellation) is null
            ? Problems.PatientNotFound()
            : Answer(await registry.DetachAsync(AuditEntry.Of(context, AuditActions.UnbindDevice), device, id, cancellation));

    private static Results<NoContent, ProblemHttpResult> Answer(DeviceOutcome outcome) =>
        outcome == DeviceOutcome.Done ? TypedResults.NoContent() : Refused(outcome);

    private static ProblemHttpResult Refused(DeviceOutcome outcome) => outcome switch
    {
        DeviceOutcome.UnknownDevice => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:device-not-found", title: "There is no such device, or it is revoked"),
        DeviceOutcome.UnknownKey => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:device-key-not-found", title: "The device has no such key in force"),
        DeviceOutcome.UnknownPatient => Problems.PatientNotFound(),
        DeviceOutcome.PatientNotOnWard => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:patient-not-on-ward", title: "The patient is on no ward, so there is no place to bind the device to"),
        DeviceOutcome.AlreadyBound => TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:device-bound", title: "The device is bound to a patient during that time; end that binding first"),
        DeviceOutcome.NotBound => TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:device-not-bound", title: "The patient does not wear the device"),
        _ => throw new UnreachableException($"{outcome}"),
    };

    private static ProblemHttpResult InvalidAlgorithm() => Problems.InvalidParameter($"algorithm must be {DeviceAlgorithms.Standard} or {DeviceAlgorithms.Older}.");
}

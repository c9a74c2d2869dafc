using System.Diagnostics;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Access.Contracts;

namespace Wardwatch.Server.Devices;

/// <summary>A device to be registered.</summary>
/// <param name="Id">1 to 64 letters, digits, dots, underscores or hyphens.</param>
/// <param name="Algorithm">ascon-aead128 (the default) or ascon-128.</param>
internal sealed record RegisterDeviceRequest(string? Id, string? Algorithm = null);

/// <summary>A key to be handed out.</summary>
/// <param name="Algorithm">ascon-aead128 (the default) or ascon-128.</param>
internal sealed record IssueKeyRequest(string? Algorithm = null);

/// <summary>A device that a patient wears.</summary>
/// <param name="Device">The device's id.</param>
/// <param name="From">From when; now when absent.</param>
/// <param name="Until">Until when, exclusive; open when absent.</param>
internal sealed record BindDeviceRequest(string? Device, DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <summary>A new device with its secrets, which are shown this once.</summary>
internal sealed record DeviceResponse(string Device, string Token, uint KeyId, string Algorithm, string Key);

/// <summary>A new key, which is shown this once, in hexadecimal.</summary>
internal sealed record DeviceKeyResponse(string Device, uint KeyId, string Algorithm, string Key);

/// <summary>Devices, their keys, and who wears them.</summary>
internal static class DeviceEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var devices = routes.MapGroup("/api/devices").RequireAuthorization(Permissions.ManageDevices).WithTags("Devices");
        devices.MapPost("/", RegisterAsync).WithName("registerDevice").WithSummary("Register a device; its token and first key are shown this once.");
        devices.MapPost("/{id}/keys", IssueKeyAsync).WithName("issueDeviceKey").WithSummary("One more key for a device; it is shown this once.");
        devices.MapDelete("/{id}/keys/{keyId}", RevokeKeyAsync).WithName("revokeDeviceKey").WithSummary("Revoke a key at once.");

        var bindings = routes.MapGroup("/api/patients/{id}/device").RequireAuthorization(Permissions.BindDevices).WithTags("Devices");
        bindings.MapPut("/", BindAsync).WithName("bindDevice").WithSummary("Say that a patient wears a device.");
        bindings.MapDelete("/{device}", UnbindAsync).WithName("unbindDevice").WithSummary("Say that a patient no longer wears a device.");
    }

    private static async Task<Results<Created<DeviceResponse>, ProblemHttpResult>> RegisterAsync(
        RegisterDeviceRequest request, ClaimsPrincipal user, DeviceRegistry registry, CancellationToken cancellation)
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

        var issued = await registry.RegisterAsync(user.TenantId(), request.Id, algorithm, cancellation);
        return issued is null
            ? TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:device-exists", title: "There is already a device with this id")
            : TypedResults.Created(
                $"/api/devices/{issued.Id}",
                new DeviceResponse(issued.Id, issued.Token, issued.Key.KeyId, issued.Key.Algorithm, Convert.ToHexStringLower(issued.Key.Key)));
    }

    private static async Task<Results<Created<DeviceKeyResponse>, ProblemHttpResult>> IssueKeyAsync(
        string id, IssueKeyRequest? request, ClaimsPrincipal user, DeviceRegistry registry, CancellationToken cancellation)
    {
        var algorithm = request?.Algorithm ?? DeviceAlgorithms.Standard;
        if (!DeviceAlgorithms.IsKnown(algorithm))
        {
            return InvalidAlgorithm();
        }

        var key = await registry.IssueKeyAsync(user.TenantId(), id, algorithm, cancellation);
        return key is null
            ? Refused(DeviceOutcome.UnknownDevice)
            : TypedResults.Created(
                $"/api/devices/{id}/keys/{key.KeyId}", new DeviceKeyResponse(id, key.KeyId, key.Algorithm, Convert.ToHexStringLower(key.Key)));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeKeyAsync(
        string id, uint keyId, ClaimsPrincipal user, DeviceRegistry registry, CancellationToken cancellation) =>
        Answer(await registry.RevokeKeyAsync(user.TenantId(), id, keyId, cancellation));

    private static async Task<Results<NoContent, ProblemHttpResult>> BindAsync(
        string id, BindDeviceRequest request, ClaimsPrincipal user, DeviceRegistry registry, TimeProvider time, CancellationToken cancellation)
    {
        if (request.Device is null)
        {
            return Problems.InvalidParameter("device must be the id of a device.");
        }

        if (request.Until is { } until && until <= (request.From ?? time.GetUtcNow()))
        {
            return Problems.InvalidParameter("until must be later than from.");
        }

        return Answer(await registry.AttachAsync(user.TenantId(), request.Device, id, request.From, request.Until, cancellation));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> UnbindAsync(
        string id, string device, ClaimsPrincipal user, DeviceRegistry registry, CancellationToken cancellation) =>
        Answer(await registry.DetachAsync(user.TenantId(), device, id, cancellation));

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

using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Gateway.Http;

/// <summary>What became of one reading of a request.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Outcome">stored (also if it had come before), or refused: set aside with its reason.</param>
/// <param name="Reason">Why it was refused, as in the dead letters; null if it is stored.</param>
internal sealed record ReadingOutcome(int Index, string Outcome, string? Reason);

/// <summary>What became of the readings of a request, all of them durably.</summary>
internal sealed record ReadingOutcomes(int Stored, int Refused, IReadOnlyList<ReadingOutcome> Items);

/// <summary>
/// <c>POST /api/devices/{id}/readings</c>: the way of devices that speak HTTP, and of gateways that are trusted with the values. Answered after the commit, as a PUBACK is.
/// </summary>
internal static class ReadingEndpoint
{
    // The topic stands in a header, not in the address: it names a patient, and addresses are logged.
    private const string TopicHeader = "Wardwatch-Topic";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/devices/{id}/readings", SendAsync)
        .RequireAuthorization(Permissions.SendReadings)
        .WithMetadata(DevicesMayCall.Mark)
        .WithTags("Devices")
        .WithName("sendReadings")
        .WithSummary("Send readings of a device, sealed or, as a service account, in clear; answered when they are durable.")
        .AddOpenApiOperationTransformer(DescribeBodyAsync)
        .Produces<ReadingOutcomes>(StatusCodes.Status202Accepted)
        .Produces<ReadingOutcomes>(StatusCodes.Status207MultiStatus)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    // Declared to routing instead, another type would be answered before it is known who asks.
    private static Task DescribeBodyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var binary = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
        var payload = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "A vitals payload, as docs/wire.md says" };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "One envelope; several, each behind its length in two bytes, big-endian; or, from a service account, vitals payloads in clear.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [ReadingBodies.EnvelopeType] = binary,
                [ReadingBodies.EnvelopesType] = binary,
                [ReadingBodies.JsonType] = new() { Schema = new OpenApiSchema { AnyOf = [payload, new OpenApiSchema { Type = JsonSchemaType.Array, Items = payload }] } },
            },
        };
        return Task.CompletedTask;
    }

    private static async Task<IResult> SendAsync(
        string id, HttpContext context, IDeviceDirectory devices, IEnvelopeQueue queue, IOptions<HttpIngestOptions> options, ReadingTraces traces, TimeProvider time,
        CancellationToken cancellation)
    {
        var caller = context.User.Caller();
        if (devices.Find(id) is not { } device || device.TenantId != caller.TenantId || (caller.Role == AccountRoles.Device && caller.User != device.Id))
        {
            return TypedResults.Problem(statusCode: 404, type: "urn:wardwatch:device-not-found", title: "There is no such device");
        }

        var now = time.Microseconds();
        if (TopicOf(context, device, now) is not { } topic)
        {
            return TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:device-unbound", title: "The device is bound to no patient, so its readings would belong to nobody");
        }

        var delivery = new ReadingDelivery(device, now);
        var refusal = await FillAsync(delivery.Batch, context, caller, topic, options.Value.MaxReadingsPerRequest, now, cancellation);
        delivery.Batch.Trace = refusal is null ? traces.JoinRequest(now) : null;
        return refusal ?? await DeliverAsync(delivery, context, queue, options.Value, time, cancellation);
    }

    /// <summary>The topic under which the device sealed: the one it names, if it is one of its own, else the one of its patient now.</summary>
    private static byte[]? TopicOf(HttpContext context, DeviceEntry device, long now)
    {
        if (context.Request.Headers[TopicHeader].ToString() is { Length: > 0 } named)
        {
            var wanted = Encoding.UTF8.GetBytes(named);
            return device.Bindings.FirstOrDefault(binding => binding.VitalsTopic.AsSpan().SequenceEqual(wanted))?.VitalsTopic;
        }

        return (device.BindingAt(now) ?? (device.Bindings.Count > 0 ? device.Bindings[^1] : null))?.VitalsTopic;
    }

    /// <summary>Takes the body apart; answers why it cannot be taken, or null.</summary>
    private static async Task<IResult?> FillAsync(EnvelopeBatch batch, HttpContext context, Caller caller, byte[] topic, int most, long now, CancellationToken cancellation)
    {
        var type = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var parsed) ? parsed.MediaType.ToString().ToLowerInvariant() : "";
        if (type is not (ReadingBodies.JsonType or ReadingBodies.EnvelopeType or ReadingBodies.EnvelopesType))
        {
            return TypedResults.Problem(statusCode: 415, type: "urn:wardwatch:unsupported-media-type", title: "Readings come as envelopes or as JSON",
                detail: $"Content-Type must be {ReadingBodies.EnvelopeType}, {ReadingBodies.EnvelopesType} or {ReadingBodies.JsonType}.");
        }

        if (type == ReadingBodies.JsonType && caller.Role == AccountRoles.Device)
        {
            return TypedResults.Problem(statusCode: 403, type: "urn:wardwatch:not-permitted", title: "A device seals its readings; values in clear are taken from service accounts only");
        }

        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, cancellation);
        var body = content.GetBuffer().AsMemory(0, (int)content.Length);
        if (type == ReadingBodies.JsonType)
        {
            if (NewestKey(batch.Device, now) is not { } key)
            {
                return TypedResults.Problem(statusCode: 409, type: "urn:wardwatch:device-without-key", title: "The device has no key in force");
            }

            return ReadingBodies.TryAddJson(batch, body.Span, topic, new ServerSeal(caller.AccountId, key), most)
                ? null
                : Problems.InvalidParameter($"The body must be a vitals payload, or an array of 1 to {most} of them.");
        }

        if (type == ReadingBodies.EnvelopeType)
        {
            if (body.Length is 0 or > ushort.MaxValue)
            {
                return Problems.InvalidParameter($"The body must be one envelope of at most {ushort.MaxValue} bytes.");
            }

            batch.Add(topic, body.Span, tag: 0);
            return null;
        }

        return ReadingBodies.TryAddEnvelopes(batch, body.Span, topic, most)
            ? null
            : Problems.InvalidParameter($"The body must be 1 to {most} envelopes, each behind its length in two bytes.");
    }

    private static DeviceKey? NewestKey(DeviceEntry device, long now) => device.Keys.Where(key => key.IsInForceAt(now)).MaxBy(key => key.KeyId);

    private static async Task<IResult> DeliverAsync(
        ReadingDelivery delivery, HttpContext context, IEnvelopeQueue queue, HttpIngestOptions options, TimeProvider time, CancellationToken cancellation)
    {
        if (!await TryPublishAsync(delivery.Batch, queue, TimeSpan.FromSeconds(options.RoomSeconds), time, cancellation))
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(options.RoomSeconds).ToString(CultureInfo.InvariantCulture);
            return TypedResults.Problem(statusCode: 429, type: "urn:wardwatch:busy", title: "There is no room for these readings at the moment; send them again shortly");
        }

        try
        {
            var state = await delivery.Told.WaitAsync(TimeSpan.FromSeconds(options.CommitSeconds), time, cancellation);
            return state == DeliveryState.Durable ? Answer(delivery.Outcomes) : NotStored(context);
        }
        catch (TimeoutException)
        {
            return NotStored(context);
        }
    }

    private static async Task<bool> TryPublishAsync(EnvelopeBatch batch, IEnvelopeQueue queue, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            while (!queue.TryPublish(batch))
            {
                if (!await queue.WaitForRoomAsync(batch, either.Token))
                {
                    return false;
                }
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private static JsonHttpResult<ReadingOutcomes> Answer(RefusalReason[] outcomes)
    {
        var items = outcomes.Select((reason, index) =>
            reason == RefusalReason.None ? new ReadingOutcome(index, "stored", null) : new ReadingOutcome(index, "refused", reason.Name())).ToList();
        var refused = outcomes.Count(reason => reason != RefusalReason.None);
        return TypedResults.Json(
            new ReadingOutcomes(outcomes.Length - refused, refused, items), statusCode: refused == 0 ? StatusCodes.Status202Accepted : StatusCodes.Status207MultiStatus);
    }

    // They may be stored all the same, a moment later; sent again, they are recognised.
    private static ProblemHttpResult NotStored(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "5";
        return TypedResults.Problem(statusCode: 503, type: "urn:wardwatch:not-stored", title: "The readings are not durable yet; send them again",
            detail: "Nothing is acknowledged. What is sent again and was stored meanwhile is recognised, and not stored twice.");
    }
}

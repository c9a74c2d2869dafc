using System.Net.Http.Headers;
using System.Security.Cryptography;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Notifications.Outside;
using Wardwatch.Server.Notifications.Sending;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Webhooks;

/// <summary>What another system gets: who is to be told and how urgently, by ids. No name, no value, no bed.</summary>
/// <param name="Id">The same at each repetition.</param>
/// <param name="Kind">As in the list of notifications.</param>
/// <param name="Priority">high, medium or low.</param>
/// <param name="Notification">The notification.</param>
/// <param name="Account">Who is told.</param>
/// <param name="Incident">The incident, or null.</param>
/// <param name="Ward">The ward, or null.</param>
/// <param name="CreatedAt">When it was queued.</param>
internal sealed record WebhookContent(Guid Id, string Kind, string Priority, Guid Notification, Guid Account, Guid? Incident, string? Ward, DateTimeOffset CreatedAt);

/// <summary>Posts to other systems, signed.</summary>
internal sealed class WebhookSender(GuardedHttp http, IKeyring keyring, TimeProvider time) : IChannelSender
{
    /// <summary>The header with the id that stays the same at each repetition.</summary>
    public const string IdHeader = "Wardwatch-Delivery";

    /// <inheritdoc />
    public string Channel => ChannelNames.Webhook;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(ClaimedAttempt attempt, CancellationToken cancellation)
    {
        if (attempt.Receiver is null || WebhookStore.OpenAddress(keyring.Tenant(attempt.TenantId), attempt.TenantId, attempt.Target!.Value, attempt.Receiver) is not { } address)
        {
            return SendResult.Withdrawn("webhook-removed");
        }

        if (!attempt.IsEnabled && attempt.Kind != NotificationKinds.Test)
        {
            return SendResult.Withdrawn("webhook-disabled");
        }

        using var request = Request(attempt, address);
        try
        {
            var (status, after) = await http.PostAsync(request, time.GetUtcNow(), cancellation);
            return status switch
            {
                >= 200 and < 300 => SendResult.Sent,
                >= 300 and < 400 => SendResult.Failed("redirected"),
                408 or 425 or 429 or >= 500 => SendResult.Again($"status-{status}", after),
                _ => SendResult.Failed($"status-{status}"),
            };
        }
        catch (Exception failure) when (OutsideFaults.Of(failure) is { } result)
        {
            return result;
        }
    }

    private HttpRequestMessage Request(ClaimedAttempt attempt, Uri address)
    {
        var body = WireJson.Bytes(new WebhookContent(
            attempt.Id, attempt.Kind, attempt.Priority.Word(), attempt.Notification, attempt.Account, attempt.Incident, attempt.Ward, attempt.CreatedAt));
        var secret = keyring.Unwrap(attempt.TenantId, attempt.WrappedSecret!);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Wardwatch", null));
        request.Headers.Add(IdHeader, attempt.Id.ToString());
        request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(secret, time.GetUtcNow(), body));
        CryptographicOperations.ZeroMemory(secret);
        return request;
    }
}

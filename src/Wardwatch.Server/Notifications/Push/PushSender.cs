using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Notifications.Outside;
using Wardwatch.Server.Notifications.Sending;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Push;

/// <summary>What a browser's worker gets: enough to ring, and nothing that a lock screen must not show.</summary>
/// <param name="Id">The notification.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Title">Wardwatch.</param>
/// <param name="Body">The words to be shown.</param>
/// <param name="Subscription">This browser's subscription, for the receipt.</param>
internal sealed record PushContent(Guid Id, string Kind, string Priority, string Title, string Body, Guid Subscription);

/// <summary>Hands messages to push services (RFC 8030).</summary>
internal sealed class PushSender(GuardedHttp http, PushKeys keys, IKeyring keyring, IOptions<NotificationsOptions> options, TimeProvider time) : IChannelSender
{
    // For how long a service keeps one for a phone that is off: an alert of yesterday rings nobody.
    private const int KeepSeconds = 3600;

    /// <inheritdoc />
    public string Channel => ChannelNames.Push;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(ClaimedAttempt attempt, CancellationToken cancellation)
    {
        if (attempt.Receiver is null || PushSubscription.Open(keyring.Tenant(attempt.TenantId), attempt.TenantId, attempt.Target!.Value, attempt.Receiver) is not { } browser)
        {
            return SendResult.Withdrawn("subscription-ended");
        }

        var identity = await keys.OfAsync(attempt.TenantId, cancellation);
        using var request = Request(attempt, browser, identity);
        try
        {
            var (status, after) = await http.PostAsync(request, time.GetUtcNow(), cancellation);
            return status switch
            {
                >= 200 and < 300 => SendResult.Sent,
                404 or 410 => new SendResult(SendOutcome.Failed, "subscription-ended", EndsTarget: true),
                408 or 425 or 429 or >= 500 => SendResult.Again($"status-{status}", after),
                >= 300 and < 400 => SendResult.Failed("redirected"),
                _ => SendResult.Failed($"status-{status}"),
            };
        }
        catch (Exception failure) when (OutsideFaults.Of(failure) is { } result)
        {
            return result;
        }
    }

    private HttpRequestMessage Request(ClaimedAttempt attempt, PushSubscription browser, PushIdentity identity)
    {
        var content = new PushContent(
            attempt.Notification, attempt.Kind, attempt.Priority.Word(), "Wardwatch", OutsideWords.Line(attempt.Kind, attempt.Priority, attempt.Carries), attempt.Target!.Value);
        var contact = options.Value.PushContact ?? (options.Value.PublicAddress is { Scheme: "https" } own ? own.AbsoluteUri : null);
        var request = new HttpRequestMessage(HttpMethod.Post, browser.Endpoint)
        {
            Content = new ByteArrayContent(PushCipher.Encrypt(JsonSerializer.SerializeToUtf8Bytes(content, WireJson.Options), browser.Key, browser.Authentication)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Content.Headers.ContentEncoding.Add("aes128gcm");
        request.Headers.TryAddWithoutValidation("Authorization", identity.Authorization(browser.Endpoint.GetLeftPart(UriPartial.Authority), contact, time.GetUtcNow()));
        request.Headers.TryAddWithoutValidation("TTL", $"{KeepSeconds}");
        request.Headers.TryAddWithoutValidation("Urgency", attempt.Priority switch { AlertPriority.High => "high", AlertPriority.Medium => "normal", _ => "low" });
        return request;
    }
}

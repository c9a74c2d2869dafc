using Wardwatch.Clinical.Alerts;

namespace Wardwatch.Server.Notifications.Channels;

/// <summary>What somebody chose for what can wait; who never chose anything has <see cref="Default"/>.</summary>
/// <param name="Medium">Channels for medium priority, beside in-app.</param>
/// <param name="Low">Channels for low priority, beside in-app: gathered.</param>
/// <param name="Quiet">When neither may make a sound; null: always.</param>
internal sealed record PersonRules(IReadOnlyList<string> Medium, IReadOnlyList<string> Low, QuietHours? Quiet)
{
    /// <summary>Medium rings, low is read when there is time.</summary>
    public static PersonRules Default { get; } = new([ChannelNames.Push], [ChannelNames.Mail], null);
}

/// <summary>A browser that takes messages.</summary>
internal readonly record struct PushTarget(Guid Id, string Service);

/// <summary>The ways to one person.</summary>
/// <param name="Rules">What they chose.</param>
/// <param name="HasMail">Whether a mail would reach them.</param>
/// <param name="Browsers">Their browsers.</param>
internal sealed record PersonChannels(PersonRules Rules, bool HasMail, IReadOnlyList<PushTarget> Browsers);

/// <summary>Another system that wants to be told.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Kinds">Of what; empty: of everything but tests.</param>
/// <param name="Priorities">Of which priorities.</param>
internal sealed record WebhookWish(Guid Id, IReadOnlyList<string> Kinds, IReadOnlyList<AlertPriority> Priorities);

/// <summary>An attempt to be made.</summary>
/// <param name="Channel">push, mail or webhook.</param>
/// <param name="Target">The subscription or the webhook.</param>
/// <param name="Destination">Who must answer.</param>
/// <param name="IsDigest">Gathered with others.</param>
/// <param name="NotBefore">Not earlier; null: at once.</param>
internal readonly record struct PlannedAttempt(string Channel, Guid? Target, string Destination, bool IsDigest, DateTimeOffset? NotBefore);

/// <summary>Decides by which ways a notification goes, and when. Pure.</summary>
internal static class Routing
{
    /// <summary>The destination of every mail.</summary>
    public const string MailDestination = "mail";

    /// <summary>The destination of a push service.</summary>
    public static string PushDestination(string service) => "push:" + service;

    /// <summary>The destination of a webhook.</summary>
    public static string WebhookDestination(Guid webhook) => $"webhook:{webhook:N}";

    /// <summary>The attempts of one notification beside in-app, which is always and at once.</summary>
    public static IEnumerable<PlannedAttempt> Plan(string kind, AlertPriority priority, DateTimeOffset now, PersonChannels person, IEnumerable<WebhookWish> webhooks, int digestSeconds)
    {
        if (kind == NotificationKinds.Canary)
        {
            yield break;
        }

        var (isDigest, notBefore) = When(priority, now, person.Rules.Quiet, digestSeconds);
        if (Wants(person.Rules, priority, ChannelNames.Push))
        {
            foreach (var browser in person.Browsers)
            {
                yield return new(ChannelNames.Push, browser.Id, PushDestination(browser.Service), isDigest, notBefore);
            }
        }

        if (person.HasMail && Wants(person.Rules, priority, ChannelNames.Mail))
        {
            yield return new(ChannelNames.Mail, null, MailDestination, isDigest, notBefore);
        }

        // Systems do not sleep.
        foreach (var webhook in webhooks.Where(webhook => Wants(webhook, kind, priority)))
        {
            yield return ToWebhook(webhook.Id);
        }
    }

    /// <summary>An attempt to a webhook.</summary>
    public static PlannedAttempt ToWebhook(Guid webhook) => new(ChannelNames.Webhook, webhook, WebhookDestination(webhook), IsDigest: false, NotBefore: null);

    /// <summary>The next full step of the clock after a time.</summary>
    public static DateTimeOffset NextDigest(DateTimeOffset now, int seconds) => DateTimeOffset.FromUnixTimeSeconds(((now.ToUnixTimeSeconds() / seconds) + 1) * seconds);

    // High goes out whatever the hour; medium waits for the end of quiet hours, and is gathered there; low is always gathered.
    private static (bool IsDigest, DateTimeOffset? NotBefore) When(AlertPriority priority, DateTimeOffset now, QuietHours? quiet, int digestSeconds)
    {
        if (priority == AlertPriority.High)
        {
            return (false, null);
        }

        if (priority == AlertPriority.Medium)
        {
            var end = quiet?.EndAt(now);
            return (end is not null, end);
        }

        var next = NextDigest(now, digestSeconds);
        return (true, quiet?.EndAt(next) ?? next);
    }

    private static bool Wants(PersonRules rules, AlertPriority priority, string channel) => priority switch
    {
        AlertPriority.High => true,
        AlertPriority.Medium => rules.Medium.Contains(channel, StringComparer.Ordinal),
        _ => rules.Low.Contains(channel, StringComparer.Ordinal),
    };

    private static bool Wants(WebhookWish webhook, string kind, AlertPriority priority) =>
        webhook.Priorities.Contains(priority) && (webhook.Kinds.Count == 0 ? kind != NotificationKinds.Test : webhook.Kinds.Contains(kind, StringComparer.Ordinal));
}

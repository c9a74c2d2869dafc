using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Notifications.Mail;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>Channels by priority, beside in-app.</summary>
/// <param name="High">Every one; it cannot be chosen.</param>
/// <param name="Medium">push, mail, both or none.</param>
/// <param name="Low">push, mail, both or none: gathered.</param>
internal sealed record RuleChannels(IReadOnlyList<string>? High, IReadOnlyList<string>? Medium, IReadOnlyList<string>? Low);

/// <summary>Hours in which medium and low priority wait.</summary>
/// <param name="From">From when: <c>22:00</c>.</param>
/// <param name="Until">Until when: <c>06:30</c>; before <paramref name="From"/>: of the next day.</param>
/// <param name="Zone">Whose clock, as IANA names it: <c>Europe/Berlin</c>.</param>
internal sealed record RuleQuiet(string? From, string? Until, string? Zone);

/// <summary>How the caller wants to be told.</summary>
/// <param name="Mail">The address for mails; null: none.</param>
/// <param name="Channels">Channels by priority.</param>
/// <param name="Quiet">Quiet hours; null: none.</param>
internal sealed record RulesRequest(string? Mail, RuleChannels? Channels, RuleQuiet? Quiet);

/// <summary>How the caller is told.</summary>
/// <param name="Mail">The address for mails; null: none.</param>
/// <param name="Channels">Channels by priority.</param>
/// <param name="Quiet">Quiet hours; null: none.</param>
/// <param name="Browsers">How many of the caller's browsers take messages.</param>
/// <param name="MailServer">Whether this installation sends mails at all.</param>
internal sealed record RulesResponse(string? Mail, RuleChannels Channels, RuleQuiet? Quiet, int Browsers, bool MailServer);

/// <summary>How the caller wants to be told.</summary>
internal static class RuleEndpoints
{
    private const string ClockFormat = "HH:mm";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/notifications").WithTags("Notifications");
        group.MapGet("/rules", GetAsync).WithName("getNotificationRules").WithSummary("How the caller is told: channels by priority, mail address, quiet hours.");
        group.MapPut("/rules", PutAsync).WithName("setNotificationRules").WithSummary("Set it. High priority goes by every channel at any hour, whatever is set.");
    }

    private static async Task<Ok<RulesResponse>> GetAsync(ClaimsPrincipal user, RuleStore store, IOptions<NotificationsOptions> options, CancellationToken cancellation)
    {
        var caller = user.Caller();
        var (rules, mail, browsers) = await store.FindAsync(caller.TenantId, caller.AccountId, cancellation);
        return TypedResults.Ok(Show(rules, mail, browsers, options.Value));
    }

    private static async Task<Results<Ok<RulesResponse>, ProblemHttpResult>> PutAsync(
        RulesRequest request, HttpContext context, RuleStore store, IOptions<NotificationsOptions> options, CancellationToken cancellation)
    {
        if (Parse(request, options.Value.MailDomains, out var rules) is { } fault)
        {
            return Problems.InvalidParameter(fault);
        }

        await store.PutAsync(AuditEntry.Of(context, AuditActions.SetNotificationRules), rules!, request.Mail, cancellation);
        var caller = context.User.Caller();
        var (stored, mail, browsers) = await store.FindAsync(caller.TenantId, caller.AccountId, cancellation);
        return TypedResults.Ok(Show(stored, mail, browsers, options.Value));
    }

    /// <summary>Reads rules; answers what is wrong with them, or null.</summary>
    internal static string? Parse(RulesRequest request, string? mailDomains, out PersonRules? rules)
    {
        rules = null;
        if (request.Mail is { } mail && !(MailAddresses.IsAddress(mail) && MailAddresses.IsAt(mail, mailDomains)))
        {
            return mailDomains is null ? "mail must be an address such as name@ward.example." : $"mail must be an address at {mailDomains}.";
        }

        var (high, medium, low) = (request.Channels?.High, request.Channels?.Medium, request.Channels?.Low);
        if (high is not null && !ChannelNames.Chosen.All(channel => high.Contains(channel, StringComparer.Ordinal)))
        {
            return "channels.high cannot be chosen: high priority goes by every channel.";
        }

        if (medium is null || low is null || !AreChannels(high ?? []) || !AreChannels(medium) || !AreChannels(low))
        {
            return "channels.medium and channels.low must be lists of push and mail; in-app is always.";
        }

        QuietHours? quiet = null;
        if (request.Quiet is { } hours)
        {
            if (!TryClock(hours.From, out var from) || !TryClock(hours.Until, out var until) || from == until)
            {
                return "quiet.from and quiet.until must be two different times such as 22:00 and 06:30.";
            }

            if (hours.Zone is not { Length: > 0 and <= 64 } || !TimeZoneInfo.TryFindSystemTimeZoneById(hours.Zone, out var zone))
            {
                return "quiet.zone must be the IANA name of a time zone, such as Europe/Berlin.";
            }

            quiet = new(from, until, zone);
        }

        rules = new(Chosen(medium), Chosen(low), quiet);
        return null;
    }

    private static RulesResponse Show(PersonRules rules, string? mail, int browsers, NotificationsOptions options) => new(
        mail, new(Beside(ChannelNames.Chosen), Beside(rules.Medium), Beside(rules.Low)),
        rules.Quiet is { } quiet ? new(quiet.From.ToString(ClockFormat, CultureInfo.InvariantCulture), quiet.Until.ToString(ClockFormat, CultureInfo.InvariantCulture), quiet.Zone.Id) : null,
        browsers, options.SmtpHost is not null);

    private static IReadOnlyList<string> Beside(IReadOnlyList<string> channels) => [ChannelNames.InApp, .. channels];

    private static List<string> Chosen(IReadOnlyList<string> channels) => [.. ChannelNames.Chosen.Where(channel => channels.Contains(channel, StringComparer.Ordinal))];

    private static bool AreChannels(IReadOnlyList<string> channels) => channels.All(channel => channel == ChannelNames.InApp || ChannelNames.Chosen.Contains(channel, StringComparer.Ordinal));

    private static bool TryClock(string? text, out TimeOnly clock) => TimeOnly.TryParseExact(text, ClockFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out clock);
}

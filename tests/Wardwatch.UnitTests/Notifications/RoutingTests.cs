using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications;
using Wardwatch.Server.Notifications.Channels;
using Xunit;

namespace Wardwatch.UnitTests.Notifications;

/// <summary>By which ways somebody is told, and when.</summary>
public sealed class RoutingTests
{
    private static readonly DateTimeOffset Noon = QuietHoursTests.Time("2026-11-22T11:10:00Z");
    private static readonly DateTimeOffset Night = QuietHoursTests.Time("2026-11-22T23:10:00Z");
    private static readonly QuietHours Quiet = QuietHoursTests.Hours("22:00", "06:00", "Europe/Berlin");
    private static readonly PushTarget Phone = new(Guid.NewGuid(), "push.example");
    private static readonly WebhookWish Pager = new(Guid.NewGuid(), [], [AlertPriority.High, AlertPriority.Medium]);

    [Fact]
    public void High_priority_goes_by_every_way_at_once_whatever_was_chosen_and_whatever_the_hour()
    {
        var planned = Plan(AlertPriority.High, Night, new PersonRules([], [], Quiet));
        planned.ShouldBe(
        [
            new(ChannelNames.Push, Phone.Id, "push:push.example", IsDigest: false, null), new(ChannelNames.Mail, null, "mail", IsDigest: false, null),
            new(ChannelNames.Webhook, Pager.Id, $"webhook:{Pager.Id:N}", IsDigest: false, null),
        ]);
    }

    [Fact]
    public void Medium_priority_goes_by_the_ways_that_were_chosen_and_waits_for_the_end_of_quiet_hours()
    {
        var rules = new PersonRules([ChannelNames.Mail], [], Quiet);
        Plan(AlertPriority.Medium, Noon, rules)[0].ShouldBe(new(ChannelNames.Mail, null, "mail", IsDigest: false, null));
        Plan(AlertPriority.Medium, Night, rules)[0].ShouldBe(new(ChannelNames.Mail, null, "mail", IsDigest: true, QuietHoursTests.Time("2026-11-23T05:00:00Z")), "together with what else came in the night");
        Plan(AlertPriority.Medium, Night, rules).ShouldNotContain(attempt => attempt.Channel == ChannelNames.Push);
    }

    [Fact]
    public void Low_priority_waits_for_the_digest_and_the_digest_for_the_end_of_quiet_hours()
    {
        var rules = new PersonRules([], [ChannelNames.Push], Quiet);
        Plan(AlertPriority.Low, Noon, rules).ShouldBe([new(ChannelNames.Push, Phone.Id, "push:push.example", IsDigest: true, QuietHoursTests.Time("2026-11-22T12:00:00Z"))]);
        Plan(AlertPriority.Low, Night, rules)[0].NotBefore.ShouldBe(QuietHoursTests.Time("2026-11-23T05:00:00Z"));
    }

    [Fact]
    public void Systems_are_told_of_what_they_asked_for_and_of_tests_only_if_they_say_so()
    {
        Wanted(Pager, "assigned", AlertPriority.Medium).ShouldBeTrue();
        Wanted(Pager, "assigned", AlertPriority.Low).ShouldBeFalse();
        Wanted(Pager, "test", AlertPriority.High).ShouldBeFalse();
        Wanted(Pager with { Kinds = ["escalated"] }, "assigned", AlertPriority.High).ShouldBeFalse();
        Wanted(Pager with { Kinds = ["escalated", "test"] }, "test", AlertPriority.High).ShouldBeTrue();
    }

    [Fact]
    public void A_canary_sings_inside_only() =>
        Routing.Plan("canary", AlertPriority.High, Noon, new(PersonRules.Default, HasMail: true, [Phone]), [Pager], 3600).ShouldBeEmpty();

    [Fact]
    public void Who_has_no_address_and_no_browser_is_told_inside_only() =>
        Routing.Plan("assigned", AlertPriority.High, Noon, new(PersonRules.Default, HasMail: false, []), [], 3600).ShouldBeEmpty();

    [Theory]
    [InlineData("2026-11-22T11:00:00Z", 3600, "2026-11-22T12:00:00Z")]
    [InlineData("2026-11-22T11:59:59.999Z", 3600, "2026-11-22T12:00:00Z")]
    [InlineData("2026-11-22T11:00:01Z", 2, "2026-11-22T11:00:02Z")]
    public void A_digest_is_due_at_the_next_full_step_of_the_clock(string now, int seconds, string due) =>
        Routing.NextDigest(QuietHoursTests.Time(now), seconds).ShouldBe(QuietHoursTests.Time(due));

    [Fact]
    public void Rules_that_make_no_sense_are_refused_with_a_reason()
    {
        var good = new RulesRequest("falk@ward.example", new(null, ["push"], ["in-app", "mail"]), new("22:00", "06:00", "Europe/Berlin"));
        RuleEndpoints.Parse(good, null, out var rules).ShouldBeNull();
        rules!.Low.ShouldBe([ChannelNames.Mail]);
        foreach (var bad in new[]
        {
            good with { Mail = "falk@ward.example\r\nBcc: all@example.org" }, good with { Mail = "falk" }, good with { Channels = null }, good with { Channels = new(null, null, []) },
            good with { Channels = new(null, ["pigeon"], []) }, good with { Channels = new(["in-app"], [], []) }, good with { Quiet = new("22:00", "22:00", "Europe/Berlin") },
            good with { Quiet = new("25:00", "06:00", "Europe/Berlin") }, good with { Quiet = new("22:00", null, "Europe/Berlin") }, good with { Quiet = new("22:00", "06:00", "Europe/Nowhere") },
            good with { Quiet = new("22:00", "06:00", "../../etc/passwd") },
        })
        {
            RuleEndpoints.Parse(bad, null, out var none).ShouldNotBeNull($"{bad}");
            none.ShouldBeNull();
        }

        RuleEndpoints.Parse(good, "other.example", out _).ShouldNotBeNull();
        RuleEndpoints.Parse(good, "other.example, ward.example", out _).ShouldBeNull();
    }

    [Theory]
    [InlineData("", false, null)]
    [InlineData("u17", false, 17L)]
    [InlineData("s3", true, 3L)]
    public void A_page_begins_where_the_last_one_said(string text, bool seen, long? before)
    {
        NotificationCursor.TryRead(text, out var cursor).ShouldBeTrue();
        cursor.ShouldBe(new(seen, before));
        if (before is { } number)
        {
            NotificationCursor.Write(seen, number).ShouldBe(text);
        }
    }

    [Theory]
    [InlineData("17")]
    [InlineData("u")]
    [InlineData("u-1")]
    [InlineData("x1")]
    [InlineData("u99999999999999999999")]
    public void A_page_that_nobody_named_is_refused(string text) => NotificationCursor.TryRead(text, out _).ShouldBeFalse();

    private static bool Wanted(WebhookWish webhook, string kind, AlertPriority priority) =>
        Routing.Plan(kind, priority, Noon, new(new([], [], null), HasMail: false, []), [webhook], 3600).Any();

    private static List<PlannedAttempt> Plan(AlertPriority priority, DateTimeOffset at, PersonRules rules) =>
        [.. Routing.Plan("assigned", priority, at, new(rules, HasMail: true, [Phone]), [Pager], 3600)];
}

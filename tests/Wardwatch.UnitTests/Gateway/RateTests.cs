using Shouldly;
using Wardwatch.Server.Gateway;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>How much and how often: packets, connects, take-overs, failures, and lines in the log.</summary>
public class RateTests
{
    private static readonly SourceAddress Here = new(0, 1);
    private static readonly SourceAddress There = new(0, 2);

    [Fact]
    public void A_connection_sends_its_burst_at_once_and_then_its_rate()
    {
        var rate = new SendingRate(new GatewayOptions { MessagesPerSecond = 100, BurstSeconds = 2 });
        rate.Count(200, 0, 0).ShouldBe(0);
        rate.Count(1, 0, 0).ShouldBe(10, "one too many is owed for a hundredth of a second");
        rate.Count(49, 0, 0).ShouldBe(500);
        rate.Count(0, 0, 500).ShouldBe(0);
        rate.Count(100, 0, 1500).ShouldBe(0);
        rate.Count(201, 0, 100_000).ShouldBe(10, "a long silence saves no more than a burst");
    }

    [Fact]
    public void Bytes_count_beside_packets()
    {
        var rate = new SendingRate(new GatewayOptions { BytesPerSecond = 1000, BurstSeconds = 1 });
        rate.Count(1, 1000, 0).ShouldBe(0);
        rate.Count(1, 500, 0).ShouldBe(500);
    }

    [Fact]
    public void A_packet_that_never_stops_coming_is_slowed_to_the_rate_over_any_length_of_time()
    {
        var rate = new SendingRate(new GatewayOptions { MessagesPerSecond = 1000, BurstSeconds = 2 });
        var (now, sent) = (0L, 0);
        while (now < 60_000)
        {
            sent += 37;
            now += rate.Count(37, 0, now);
        }

        sent.ShouldBeInRange(61_000, 63_000);
    }

    [Fact]
    public void A_device_connects_so_often_and_then_as_often_as_time_passes()
    {
        var connects = new DeviceConnects(new GatewayOptions { ConnectsPerMinute = 6 });
        for (var i = 0; i < 6; i++)
        {
            connects.Judge("M-1", takesOver: false, 0).ShouldBe(ConnectAnswer.Welcome);
        }

        connects.Judge("M-1", takesOver: false, 9_000).ShouldBe(ConnectAnswer.TooOften);
        connects.Judge("M-2", takesOver: false, 9_000).ShouldBe(ConnectAnswer.Welcome, "another device's share is its own");
        connects.Judge("M-1", takesOver: false, 10_000).ShouldBe(ConnectAnswer.Welcome);
    }

    [Fact]
    public void Boxes_that_put_each_other_off_are_held_apart_while_a_device_without_a_session_comes_in()
    {
        var connects = new DeviceConnects(new GatewayOptions { TakeOversPerMinute = 3, ConnectsPerMinute = 1000 });
        for (var i = 0; i < 3; i++)
        {
            connects.Judge("M-1", takesOver: true, 0).ShouldBe(ConnectAnswer.Welcome);
        }

        connects.Judge("M-1", takesOver: true, 0).ShouldBe(ConnectAnswer.Flapping);
        connects.Judge("M-1", takesOver: false, 0).ShouldBe(ConnectAnswer.Welcome);
        connects.Judge("M-1", takesOver: true, 20_000).ShouldBe(ConnectAnswer.Welcome, "never for good: the session there may be a dead one");
    }

    [Fact]
    public void Devices_that_have_not_connected_for_long_are_forgotten_and_those_that_have_are_not()
    {
        var connects = new DeviceConnects(new GatewayOptions { ConnectsPerMinute = 1 });
        for (var i = 0; i < 5000; i++)
        {
            connects.Judge($"old-{i}", takesOver: false, 0);
        }

        for (var i = 0; i < 20_000; i++)
        {
            connects.Judge($"new-{i}", takesOver: false, 100_000);
        }

        connects.Judge("new-0", takesOver: false, 100_001).ShouldBe(ConnectAnswer.TooOften);
        connects.Known.ShouldBeLessThan(25_000);
    }

    [Fact]
    public void Wrong_credentials_are_answered_at_once_a_few_times_and_then_ever_more_slowly_up_to_a_limit()
    {
        var failures = new AuthenticationFailures(new GatewayOptions { FailuresBeforeDelay = 3, MaxFailureDelaySeconds = 2 });
        var waits = Enumerable.Range(0, 9).Select(_ => failures.Count(Here, "M-1", 5).TotalSeconds).ToList();
        waits.ShouldBe([0, 0, 0, 0.5, 1, 1.5, 2, 2, 2]);
    }

    [Fact]
    public void Failures_count_by_address_whatever_the_name_and_by_name_whatever_the_address_and_are_forgiven()
    {
        var failures = new AuthenticationFailures(new GatewayOptions { FailuresBeforeDelay = 3 });
        for (var i = 0; i < 4; i++)
        {
            failures.Count(Here, $"name-{i}", 0);
        }

        failures.Count(Here, "another", 0).ShouldBeGreaterThan(TimeSpan.Zero);
        for (uint i = 0; i < 4; i++)
        {
            failures.Count(new SourceAddress(0, 100 + i), "M-7", 0);
        }

        failures.Count(There, "M-7", 0).ShouldBeGreaterThan(TimeSpan.Zero);
        failures.Count(There, "M-7", 300_000).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_thousand_made_up_names_cost_those_who_fail_and_no_memory()
    {
        var failures = new AuthenticationFailures(new GatewayOptions());
        Allocations.Of(() =>
        {
            for (uint i = 0; i < 1000; i++)
            {
                failures.Count(new SourceAddress(i, 0), "name", 0);
            }
        }).ShouldBe(0);
    }

    [Fact]
    public void A_flood_is_one_line_a_minute_for_each_subject_and_the_next_line_says_how_many_there_were()
    {
        var once = new OncePerMinute<string>();
        once.ShouldTell("a", 0, out _).ShouldBeTrue();
        for (var i = 1; i <= 500; i++)
        {
            once.ShouldTell("a", i, out _).ShouldBeFalse();
        }

        once.ShouldTell("b", 500, out var ofB).ShouldBeTrue();
        ofB.ShouldBe(1);
        once.ShouldTell("a", 60_000, out var ofA).ShouldBeTrue();
        ofA.ShouldBe(501);
    }

    [Fact]
    public void Subjects_are_remembered_up_to_a_limit()
    {
        var once = new OncePerMinute<int>();
        Enumerable.Range(0, 100_000).Count(subject => once.ShouldTell(subject, 0, out _)).ShouldBe(1024);
        once.ShouldTell(-1, 59_999, out _).ShouldBeFalse();
        once.ShouldTell(-1, 60_000, out _).ShouldBeTrue();
    }

    [Fact]
    public void The_limit_of_open_files_is_read_as_the_kernel_writes_it()
    {
        OpenFiles.Parse(["Limit                     Soft Limit           Hard Limit           Units     ", "Max open files            20000                524288               files     "]).ShouldBe(20_000);
        OpenFiles.Parse(["Max open files            unlimited            unlimited            files     "]).ShouldBeNull();
        OpenFiles.Parse([]).ShouldBeNull();
    }
}

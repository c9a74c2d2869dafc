using Shouldly;
using Wardwatch.Server.History;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.History;

/// <summary>What callers may ask of the history, and what they are told when they may not.</summary>
public class HistoryRangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_said_means_the_last_day_and_a_little_ahead()
    {
        HistoryRange.Parse(null, null, Now, out var range).ShouldBeNull();
        range.ShouldBe(new HistoryRange(Micros(Now.AddMinutes(5).AddDays(-1)), Micros(Now.AddMinutes(5))));
    }

    [Theory]
    [InlineData("2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z")]
    [InlineData("2026-11-20T11:00:00+02:00", "2026-11-20T09:00:00Z")]
    [InlineData("2026-11-20T09:00:00", "2026-11-20T09:00:00Z")]
    [InlineData("2026-11-20", "2026-11-20T00:00:00Z")]
    [InlineData("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z")]
    [InlineData("2026-11-20T09:00:00.123456Z", "2026-11-20T09:00:00.123456Z")]
    public void A_time_is_taken_in_utc_unless_it_says_otherwise(string text, string utc)
    {
        HistoryRange.Parse(text, "2027-01-01T00:00:00Z", Now, out var range).ShouldBeNull();
        range.From.ShouldBe(Micros(DateTimeOffset.Parse(utc)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("09:00")]
    [InlineData("20/11/2026")]
    [InlineData("11/20/2026 09:00")]
    [InlineData("20 Nov 2026")]
    [InlineData("1969-12-31T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("2026-13-01")]
    public void What_is_no_time_of_the_standard_is_refused_at_both_ends(string text)
    {
        HistoryRange.Parse(text, null, Now, out _).ShouldNotBeNull();
        HistoryRange.Parse(null, text, Now, out _).ShouldNotBeNull();
    }

    [Fact]
    public void A_range_must_have_a_length()
    {
        HistoryRange.Parse("2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z", Now, out _).ShouldBe("start must be before end.");
        HistoryRange.Parse("2026-11-20T09:00:01Z", "2026-11-20T09:00:00Z", Now, out _).ShouldNotBeNull();
        HistoryRange.Parse("1970-01-01T00:00:00Z", "9998-12-31T23:59:59Z", Now, out _).ShouldBeNull();
    }

    [Theory]
    [InlineData("60", 60_000_000)]
    [InlineData("30s", 30_000_000)]
    [InlineData("5m", 300_000_000)]
    [InlineData("1h", 3_600_000_000)]
    [InlineData("1d", 86_400_000_000)]
    [InlineData("0.5", 500_000)]
    [InlineData("0.001", 1000)]
    [InlineData("366d", 31_622_400_000_000)]
    public void A_bucket_has_a_length_and_a_unit(string text, long microseconds)
    {
        HistoryRange.TryParseBucket(text, default, 600, out var length).ShouldBeTrue();
        length.ShouldBe(microseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("0")]
    [InlineData("-60")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("0.0001")]
    [InlineData("367d")]
    [InlineData("1w")]
    [InlineData("1,5")]
    [InlineData(" 60")]
    public void A_bucket_that_makes_no_sense_is_refused(string text) => HistoryRange.TryParseBucket(text, default, 600, out _).ShouldBeFalse();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(600, 1)]
    [InlineData(601, 2)]
    [InlineData(86_400, 144)]
    public void Left_to_the_server_a_range_has_about_600_buckets_of_whole_seconds(long rangeSeconds, long bucketSeconds)
    {
        HistoryRange.TryParseBucket("auto", new HistoryRange(0, rangeSeconds * 1_000_000), 600, out var length).ShouldBeTrue();
        length.ShouldBe(bucketSeconds * 1_000_000);
    }

    [Fact]
    public void A_cursor_survives_the_way_to_the_client_and_back()
    {
        HistoryCursor.TryParse(null, out var none).ShouldBeTrue();
        none.MeasuredAt.ShouldBe(long.MinValue);
        var cursor = new HistoryCursor(Micros(Now), 3);
        HistoryCursor.TryParse(cursor.ToString(), out var read).ShouldBeTrue();
        read.ShouldBe(cursor);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1")]
    [InlineData("1.")]
    [InlineData(".1")]
    [InlineData("-1.0")]
    [InlineData("1.-1")]
    [InlineData("1.1.1")]
    [InlineData("99999999999999999999.0")]
    [InlineData("9223372036854775807.0")]
    [InlineData("253402300800000000.0")]
    [InlineData("1.99999999999")]
    [InlineData("x.y")]
    public void A_cursor_that_the_server_never_gave_is_refused(string text) => HistoryCursor.TryParse(text, out _).ShouldBeFalse();

    private static long Micros(DateTimeOffset time) => UnixTime.FromDateTimeOffset(time);
}

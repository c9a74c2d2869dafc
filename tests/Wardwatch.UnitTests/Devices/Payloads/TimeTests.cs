using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Devices.Payloads;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Payloads;

public class TimeTests
{
    private const long Now = 1_795_165_200_000_000;
    private const long Second = 1_000_000;

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1970-01-01T00:00:00.000001Z", 1)]
    [InlineData("1969-12-31T23:59:59.999999Z", -1)]
    [InlineData("2026-11-20T09:00:00Z", Now)]
    [InlineData("2026-11-20T09:00:00.1Z", Now + 100_000)]
    [InlineData("2026-11-20T09:00:00.123456789Z", Now + 123_456)]
    [InlineData("2026-11-20T10:30:00+01:30", Now)]
    [InlineData("2026-11-20T01:00:00-08:00", Now)]
    [InlineData("2026-11-20T09:00:00-00:00", Now)]
    public void A_time_is_read_to_the_microsecond(string text, long expected)
    {
        Timestamp.TryRead(Encoding.UTF8.GetBytes(text), out var microseconds).ShouldBeTrue();
        microseconds.ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-20")]
    [InlineData("2026-11-20T09:00:00")]
    [InlineData("2026-11-20T09:00Z")]
    [InlineData("2026-11-20 09:00:00Z")]
    [InlineData("2026-11-20t09:00:00z")]
    [InlineData("2026-11-20T09:00:00.Z")]
    [InlineData("2026-11-20T09:00:00,5Z")]
    [InlineData("2026-11-20T09:00:00.1234567890Z")]
    [InlineData("2026-11-20T09:00:00Z ")]
    [InlineData("2026-11-20T09:00:00+1:00")]
    [InlineData("2026-11-20T09:00:00+0100")]
    [InlineData("2026-11-20T09:00:00+24:00")]
    [InlineData("2026-11-20T09:00:00+00:60")]
    [InlineData("2026-11-20T24:00:00Z")]
    [InlineData("2026-11-20T23:60:00Z")]
    [InlineData("2026-11-20T23:59:60Z")]
    [InlineData("2026-00-20T09:00:00Z")]
    [InlineData("2026-13-20T09:00:00Z")]
    [InlineData("2026-11-00T09:00:00Z")]
    [InlineData("2026-11-31T09:00:00Z")]
    [InlineData("2026-02-29T09:00:00Z")]
    [InlineData("2100-02-29T09:00:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+00:01")]
    [InlineData("9999-12-31T23:59:59-00:01")]
    [InlineData("20a6-11-20T09:00:00Z")]
    [InlineData("2026-11-20T09:00:0/Z")]
    public void Anything_else_is_not_a_time(string text) => Timestamp.TryRead(Encoding.UTF8.GetBytes(text), out _).ShouldBeFalse();

    [Fact]
    public void Reading_and_writing_agree_with_the_framework_over_the_whole_calendar()
    {
        var property = Prop.ForAll(ArbMap.Default.ArbFor<DateTime>(), time =>
        {
            var utc = new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc));
            var microseconds = MeasurementTimes.ToUnixMicroseconds(utc);
            var text = Encoding.UTF8.GetBytes(utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
            var read = Timestamp.TryRead(text, out var ours);
            Span<byte> written = stackalloc byte[Timestamp.MaxWrittenBytes];
            var wrote = Timestamp.TryWrite(microseconds, written, out var length);
            var again = Timestamp.TryRead(written[..length], out var reread);
            return read && wrote && again && ours == microseconds && reread == microseconds && MeasurementTimes.FromUnixMicroseconds(ours) <= utc;
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20261120, 7), property);
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000Z")]
    [InlineData(Now + 123_000, "2026-11-20T09:00:00.123Z")]
    [InlineData(Now + 1, "2026-11-20T09:00:00.000001Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999999Z")]
    public void A_time_is_written_with_milliseconds_or_with_microseconds_where_it_has_them(long microseconds, string expected)
    {
        var text = new byte[Timestamp.MaxWrittenBytes];
        Timestamp.TryWrite(microseconds, text, out var written).ShouldBeTrue();
        Encoding.UTF8.GetString(text, 0, written).ShouldBe(expected);
        Timestamp.TryWrite(microseconds, text.AsSpan(0, written - 1), out _).ShouldBeFalse();
    }

    [Fact]
    public void Times_are_believed_from_seven_days_ago_to_five_minutes_ahead()
    {
        const long Future = 300 * Second, Past = 7 * 86_400 * Second;
        MeasurementTimes.Judge(Now, Now).ShouldBe(TimeVerdict.Acceptable);
        MeasurementTimes.Judge(Now + Future, Now).ShouldBe(TimeVerdict.Acceptable);
        MeasurementTimes.Judge(Now + Future + 1, Now).ShouldBe(TimeVerdict.TooFarInFuture);
        MeasurementTimes.Judge(Now - Past, Now).ShouldBe(TimeVerdict.Acceptable);
        MeasurementTimes.Judge(Now - Past - 1, Now).ShouldBe(TimeVerdict.TooFarInPast);
    }

    [Fact]
    public void A_value_whose_own_time_is_out_of_bounds_is_refused_and_the_others_stand()
    {
        var payload = new VitalsPayload { MeasuredAt = Now };
        payload.Set(VitalKind.HeartRate, 75);
        payload.Set(VitalKind.SystolicPressure, 120, Now - (8 * 86_400 * Second));
        payload.Set(VitalKind.DiastolicPressure, 80, Now + (3600 * Second));

        payload.JudgeTimes(Now).ShouldBe(TimeVerdict.Acceptable);
        payload[VitalKind.SystolicPressure].Status.ShouldBe(VitalStatus.TooFarInPast);
        payload[VitalKind.DiastolicPressure].Status.ShouldBe(VitalStatus.TooFarInFuture);
        payload.ValueOf(VitalKind.HeartRate).ShouldBe(75);
        payload.RefusedCount.ShouldBe(2);
        payload.JudgeTimes(Now + (8 * 86_400 * Second)).ShouldBe(TimeVerdict.TooFarInPast);
    }
}

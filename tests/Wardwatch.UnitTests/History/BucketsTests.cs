using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.History;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.History;

/// <summary>Trends: buckets against the plainest way to compute them, and gaps that stay gaps.</summary>
public class BucketsTests
{
    private const double Threshold = 0.6;
    private const long Minute = 60 * Second;

    [Fact]
    public void Buckets_agree_with_the_plainest_computation()
    {
        var gaps = Gen.Frequency((8, Gen.Choose(1, 2_000_000)), (1, Gen.Choose(1, 400_000_000))).ArrayOf().Resize(150).ToArbitrary();
        var property = Prop.ForAll(gaps, Gen.Choose(1, 600).ToArbitrary(), (steps, seconds) =>
        {
            var (at, readings) = (Start, new List<(long At, float? Value)>());
            foreach (var step in steps)
            {
                at += step;
                readings.Add((at, step % 5 == 0 ? null : step % 200));
            }

            var buckets = new Buckets(seconds * Second, 100_000);
            foreach (var (measuredAt, value) in readings)
            {
                Add(buckets, measuredAt, value).ShouldBeTrue();
            }

            var actual = buckets.Finish().Items.Select(item => (item.Start, item.Count, Hr: item.Vitals.GetValueOrDefault("hr")));
            var expected = readings.GroupBy(reading => reading.At / (seconds * Second)).OrderBy(group => group.Key).Select(group =>
            {
                var values = group.Where(reading => reading.Value is not null).Select(reading => (double)reading.Value!.Value).ToList();
                return (UnixTime.ToDateTimeOffset(group.Key * seconds * Second), group.Count(),
                    values.Count == 0 ? null : new SpreadDocument(values.Min(), Math.Round(values.Average(), 3), values.Max(), values.Count));
            });
            return actual.SequenceEqual(expected);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20261120, 9), property);
    }

    [Fact]
    public void A_gap_stays_a_gap()
    {
        var buckets = new Buckets(Minute, 100);
        Add(buckets, Start, 70);
        Add(buckets, Start + 10 * Minute, 80);
        buckets.Finish().Items.Select(item => item.Start).ShouldBe([UnixTime.ToDateTimeOffset(Start), UnixTime.ToDateTimeOffset(Start + 10 * Minute)]);
    }

    [Fact]
    public void A_bucket_takes_its_first_microsecond_and_leaves_the_next_ones_first()
    {
        var buckets = new Buckets(Minute, 100);
        Add(buckets, Start, 1);
        Add(buckets, Start + Minute - 1, 2);
        Add(buckets, Start + Minute, 3);
        buckets.Finish().Items.Select(item => item.Count).ShouldBe([2, 1]);
    }

    [Fact]
    public void The_same_range_asked_from_another_second_gives_the_same_buckets()
    {
        // Buckets stand on whole multiples since 1970 in UTC: neither the range's start nor a change of summer time moves them.
        var (whole, later) = (new Buckets(3600 * Second, 100), new Buckets(3600 * Second, 100));
        var summerEnds = UnixTime.FromDateTimeOffset(new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.Zero));
        for (var i = 0; i < 240; i++)
        {
            var at = summerEnds + i * Minute;
            Add(whole, at, i);
            if (i >= 60)
            {
                Add(later, at, i);
            }
        }

        whole.Finish().Items.Skip(1).Select(item => (item.Start, item.Vitals["hr"])).ShouldBe(later.Finish().Items.Select(item => (item.Start, item.Vitals["hr"])));
    }

    [Fact]
    public void No_more_buckets_are_made_than_were_asked_for()
    {
        var buckets = new Buckets(Minute, 2);
        Add(buckets, Start, 1).ShouldBeTrue();
        Add(buckets, Start + Minute, 2).ShouldBeTrue();
        Add(buckets, Start + Minute + 1, 3).ShouldBeTrue();
        Add(buckets, Start + 2 * Minute, 4).ShouldBeFalse();
        buckets.Finish().Items.Select(item => item.Count).ShouldBe([1, 2]);
    }

    [Fact]
    public void Levels_of_consciousness_have_no_mean()
    {
        var buckets = new Buckets(Minute, 10);
        ReadingContent content = default;
        content.Set((int)Vital.Consciousness, 2, 0);
        content.Set((int)Vital.SupplementalOxygen, 1, 0);
        content.News2Min = 255;
        content.AnomalyScore = float.NaN;
        buckets.Add(Reading(Start, content), Threshold);
        var item = buckets.Finish().Items.Single();
        (item.Count, item.Vitals.Count, item.Anomaly, item.News2).ShouldBe((1, 0, null, null));
    }

    [Fact]
    public void The_bounds_of_NEWS2_are_the_widest_of_the_bucket()
    {
        var buckets = new Buckets(Minute, 10);
        foreach (var (min, max) in new[] { (3, 5), (1, 4), (2, 9), (255, 0) })
        {
            ReadingContent content = default;
            (content.News2Min, content.News2Max, content.AnomalyScore) = ((byte)min, (byte)max, float.NaN);
            buckets.Add(Reading(Start, content), Threshold);
        }

        buckets.Finish().Items.Single().News2.ShouldBe(new PointsDocument(1, 9));
    }

    [Fact]
    public void Of_many_anomalies_the_highest_are_listed_in_order_of_time()
    {
        var buckets = new Buckets(Minute, 1000);
        var scores = Enumerable.Range(0, 900).Select(i => 0.5f + i * 7919 % 900 / 2000f).ToArray();
        for (var i = 0; i < scores.Length; i++)
        {
            ReadingContent content = default;
            (content.AnomalyScore, content.News2Min) = (scores[i], 255);
            buckets.Add(Reading(Start + i * Second, content), Threshold);
        }

        var anomalies = buckets.Finish().Anomalies;
        anomalies.Count.ShouldBe(Buckets.MostAnomalies);
        anomalies.Select(anomaly => anomaly.At).ShouldBeInOrder();
        anomalies.Min(anomaly => anomaly.Score).ShouldBe(Math.Round(scores.OrderDescending().ElementAt(Buckets.MostAnomalies - 1), 4), 1e-4);
    }

    [Fact]
    public void A_cuff_pressure_that_is_repeated_with_each_reading_counts_once()
    {
        var buckets = new Buckets(Minute, 10);
        for (var i = 0; i < 30; i++)
        {
            ReadingContent content = default;
            // The age is kept in whole milliseconds, so the time computed from it moves a little.
            content.Set((int)Vital.SystolicPressure, 120, i == 0 ? 0 : i * 1000);
            (content.News2Min, content.AnomalyScore) = (255, float.NaN);
            buckets.Add(Reading(Start + i * Second + i % 7 * 100, content), Threshold);
        }

        buckets.Finish().Items.Single().Vitals["sbp"].Count.ShouldBe(1);
    }

    private static bool Add(Buckets buckets, long measuredAt, float? heartRate)
    {
        ReadingContent content = default;
        (content.News2Min, content.AnomalyScore) = (255, float.NaN);
        if (heartRate is { } value)
        {
            content.Set((int)Vital.HeartRate, value, 0);
        }

        return buckets.Add(Reading(measuredAt, content), Threshold);
    }

    private static StoredReading Reading(long measuredAt, ReadingContent content) =>
        new() { Key = new ReadingKey(1, 1, 10, 3, 7, 1, measuredAt), ReceivedAt = measuredAt, Flags = ReadingFlags.None, Content = content };
}

using Shouldly;
using Wardwatch.Server.OnCall.Calculation;
using Xunit;

namespace Wardwatch.UnitTests.OnCall;

/// <summary>What holds of every schedule, on schedules drawn from a seed; each run draws the same.</summary>
public class SchedulePropertyTests
{
    private const int Runs = 150;
    private static readonly string[] ZoneIds = ["Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata", "UTC", "Australia/Lord_Howe", "America/Sao_Paulo"];

    // Around the changes of the clock of the year in which Samoa left out a day.
    private static readonly DateTimeOffset[] Times = [.. new[] { "2011-03-13", "2011-03-27", "2011-04-03", "2011-10-30", "2011-11-06", "2011-12-30" }.Select(Rota.Utc)];

    [Fact]
    public void Stretches_are_in_order_apart_and_together_with_the_gaps_cover_everything() => ForEach((_, schedule, within) =>
    {
        foreach (var stretches in new[] { schedule.Rotation(within, _ => true), schedule.Final(within, _ => true) })
        {
            stretches.ShouldAllBe(stretch => stretch.From < stretch.Until && stretch.From >= within.From && stretch.Until <= within.Until);
            stretches.Zip(stretches.Skip(1)).ShouldAllBe(pair => pair.First.Until <= pair.Second.From);
            var covered = stretches.Select(stretch => new Period(stretch.From, stretch.Until)).Concat(Stretches.Gaps(stretches, within)).OrderBy(period => period.From).ToList();
            covered[0].From.ShouldBe(within.From);
            covered[^1].Until.ShouldBe(within.Until);
            covered.Zip(covered.Skip(1)).ShouldAllBe(pair => pair.First.Until == pair.Second.From);
        }
    });

    [Fact]
    public void A_layer_without_restrictions_leaves_no_hole_once_it_has_begun() => ForEach((random, schedule, within) =>
    {
        var layer = schedule.Revisions[0].Layers[0] with { Restrictions = [], Start = new(2010, 12, 1 + random.Next(28)) };
        var always = new Schedule([schedule.Revisions[0] with { From = DateTimeOffset.MinValue, Until = null, Layers = [layer] }], []);
        Stretches.Gaps(always.Final(within, _ => true), within).ShouldBeEmpty();
    });

    [Fact]
    public void Who_is_on_duty_at_a_time_is_whoever_a_longer_while_says() => ForEach((random, schedule, within) =>
    {
        var final = schedule.Final(within, _ => true);
        for (var i = 0; i < 20; i++)
        {
            var at = within.From + TimeSpan.FromMinutes(random.Next((int)(within.Until - within.From).TotalMinutes));
            var alone = Containing(schedule.Final(schedule.Widen(new(at, at)), _ => true), at);
            var among = Containing(final, at);
            (alone?.Person, alone?.Source).ShouldBe((among?.Person, among?.Source));

            // The longer while cuts at its ends only.
            if (alone is { } one && among is { } other)
            {
                (Stretches.Later(one.From, within.From), Stretches.Earlier(one.Until, within.Until)).ShouldBe((other.From, other.Until));
            }
        }
    });

    [Fact]
    public void One_more_override_changes_nothing_outside_it() => ForEach((random, schedule, within) =>
    {
        var from = within.From + TimeSpan.FromMinutes(random.Next(60 * 24 * 10));
        var added = new Period(from, from + TimeSpan.FromMinutes(1 + random.Next(60 * 24 * 5)));
        var (before, after) = (schedule.Final(within, _ => true), (schedule with { Substitutions = [.. schedule.Substitutions, new(null, Rota.Dee, added)] }).Final(within, _ => true));
        foreach (var outside in new[] { within with { Until = Stretches.Earlier(added.From, within.Until) }, within with { From = Stretches.Earlier(added.Until, within.Until) } }.Where(outside => outside.From < outside.Until))
        {
            Stretches.Within(after, [outside]).ShouldBe(Stretches.Within(before, [outside]));
        }

        var inside = new Period(Stretches.Earlier(added.From, within.Until), Stretches.Earlier(added.Until, within.Until));
        if (inside.From < inside.Until)
        {
            Stretches.Within(after, [inside]).ShouldBe([new(inside.From, inside.Until, Rota.Dee, DutySource.Override)]);
        }
    });

    private static Stretch? Containing(List<Stretch> stretches, DateTimeOffset at) =>
        stretches.Where(stretch => stretch.From <= at && at < stretch.Until).Select(stretch => (Stretch?)stretch).SingleOrDefault();

    private static void ForEach(Action<Random, Schedule, Period> check)
    {
        for (var seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            var from = Times[random.Next(Times.Length)].AddMinutes(-random.Next(60 * 24 * 8));
            var (schedule, within) = (Draw(random, from), new Period(from, from.AddDays(16)));
            try
            {
                check(random, schedule, within);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"With seed {seed}.", failure);
            }
        }
    }

    private static Schedule Draw(Random random, DateTimeOffset from)
    {
        var zone = Rota.Zone(ZoneIds[random.Next(ZoneIds.Length)]);
        var change = from.AddMinutes(random.Next(60 * 24 * 16));
        List<Revision> revisions = random.Next(2) == 0
            ? [new(DateTimeOffset.MinValue, null, zone, DrawLayers(random, from))]
            : [new(from.AddDays(-40), change, zone, DrawLayers(random, from)), new(change, null, zone, DrawLayers(random, from))];
        return new(revisions, [.. Enumerable.Range(0, random.Next(5)).Select(_ => DrawSubstitution(random, from))]);
    }

    private static List<Layer> DrawLayers(Random random, DateTimeOffset from) => [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => DrawLayer(random, from))];

    private static Layer DrawLayer(Random random, DateTimeOffset from)
    {
        var rotation = new[] { Layer.Daily, Layer.Weekly, Layer.Custom }[random.Next(3)];
        var hours = random.Next(2) == 0;
        return new(
            rotation, rotation != Layer.Custom ? 1 : hours ? 1 + random.Next(80) : 1 + random.Next(12), rotation != Layer.Custom ? null : hours ? Layer.Hours : Layer.Days,
            new(random.Next(24), random.Next(4) * 15), DateOnly.FromDateTime(from.UtcDateTime).AddDays(random.Next(60) - 50),
            [.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Rota.Person(1 + random.Next(3)))], random.Next(2) == 0 ? [] : [.. Enumerable.Range(0, 1 + random.Next(3)).Select(_ => DrawRestriction(random))]);
    }

    private static Restriction DrawRestriction(Random random) => new(
        [.. Enum.GetValues<DayOfWeek>().Where(_ => random.Next(3) > 0).DefaultIfEmpty(DayOfWeek.Sunday)], new(random.Next(24), random.Next(4) * 15), new(random.Next(24), random.Next(4) * 15));

    private static Substitution DrawSubstitution(Random random, DateTimeOffset from)
    {
        var begin = from.AddMinutes(random.Next(60 * 24 * 16));
        var within = new Period(begin, begin.AddMinutes(1 + random.Next(60 * 24 * 4)));
        return random.Next(2) == 0 ? new(null, Rota.Person(1 + random.Next(4)), within) : new(Rota.Ada, Rota.Ben, within);
    }
}

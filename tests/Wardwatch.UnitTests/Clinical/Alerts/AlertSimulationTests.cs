using System.Text;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

/// <summary>What holds whatever comes: made-up patients with gaps, artefacts, cuffs, changed limits and restarts.</summary>
public class AlertSimulationTests
{
    private const long Second = 1_000_000;

    private static readonly Vital[] Streams = [Vital.HeartRate, Vital.SpO2, Vital.RespiratoryRate, Vital.EndTidalCo2];
    private static readonly Vital[] Taken = [Vital.SystolicPressure, Vital.Temperature, Vital.Consciousness, Vital.Glucose, Vital.SupplementalOxygen];

    [Fact]
    public void Raised_and_ended_alternate_one_problem_is_one_alert_and_the_memory_knows_what_was_told()
    {
        var told = new Dictionary<int, AlertTransition>();
        var pairs = AlertLadders.Pairs.ToArray();
        int raised = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            told.Clear();
            AlertSettings? settings = null;
            Run(seed, tickEvery: 1, restarts: true, (memory, transitions, moment) =>
            {
                bool hasEnded = false;
                foreach (var transition in transitions)
                {
                    string what = $"seed {seed}, {AlertCatalogue.Of(transition.Type).Code} {transition.Phase}";
                    transition.At.ShouldBe(moment.Now, what);
                    transition.OnsetAt.ShouldBeInRange(1, transition.At, what);
                    told.ContainsKey(transition.Type).ShouldBe(transition.Phase != AlertPhase.Raised, what);
                    (hasEnded && transition.Phase != AlertPhase.Ended).ShouldBeFalse("what ends is told last, so that no problem is without its alert in between");
                    hasEnded |= transition.Phase == AlertPhase.Ended;
                    if (told.TryGetValue(transition.Type, out var before))
                    {
                        transition.OnsetAt.ShouldBe(before.OnsetAt, what);
                        transition.Priority.CompareTo(before.Priority).ShouldBe(transition.Phase switch { AlertPhase.Escalated => 1, AlertPhase.Deescalated => -1, _ => 0 }, what);
                    }

                    if (transition.Phase == AlertPhase.Ended)
                    {
                        told.Remove(transition.Type);
                        if (transition.SupersededBy >= 0)
                            memory.IsActive(transition.SupersededBy).ShouldBeTrue(what);
                    }
                    else
                    {
                        raised += transition.Phase == AlertPhase.Raised ? 1 : 0;
                        told[transition.Type] = transition;
                    }
                }

                // Nothing that was told is different while nothing is told; but what is switched off has ended in the same step.
                if (transitions.IsEmpty && ReferenceEquals(settings, moment.Settings))
                    return;
                settings = moment.Settings;
                memory.ActiveCount.ShouldBe(told.Count);
                foreach (var (type, open) in told)
                {
                    memory.IsActive(type).ShouldBeTrue();
                    memory.PriorityOf(type).ShouldBe(open.Priority);
                    moment.Settings.Of(type).IsOn.ShouldBeTrue("what is switched off has ended");
                }

                foreach (var (severe, milder) in pairs)
                    (memory.IsActive(severe) && memory.IsActive(milder)).ShouldBeFalse();
            });
        }

        raised.ShouldBeGreaterThan(1_000, "the patients must be ill enough to show anything");
    }

    [Fact]
    public void Between_readings_only_scores_and_silence_change_anything()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            AlertSettings? before = null;
            Run(seed, tickEvery: 1, restarts: false, (_, transitions, moment) =>
            {
                bool isSame = ReferenceEquals(before, moment.Settings);
                before = moment.Settings;
                if (moment.IsReading || !isSame)
                    return;
                foreach (var transition in transitions)
                {
                    var kind = AlertCatalogue.Of(transition.Type).Kind;
                    bool mayChange = kind is AlertRuleKind.News2Total or AlertRuleKind.News2Single or AlertRuleKind.DeviceSilence or AlertRuleKind.ParameterSilence;
                    mayChange.ShouldBeTrue($"{AlertCatalogue.Of(transition.Type).Code} {transition.Phase} on a gap");
                }
            });
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void However_often_the_clock_ticks_limits_tell_the_same(int tickEvery)
    {
        for (int seed = 0; seed < 10; seed++)
            Limits(seed, tickEvery).ShouldBe(Limits(seed, 1), $"seed {seed}");
    }

    [Fact]
    public void The_same_history_tells_the_same_twice() => Everything(3).ShouldBe(Everything(3));

    /// <summary>Against the rule as a sentence: raised when the values have not been good since a bad one at least a delay ago; ended when all have been good for ten seconds.</summary>
    [Fact]
    public void A_limit_on_a_stream_is_what_its_sentence_says()
    {
        var type = AlertCatalogue.Of(AlertTypes.HeartRateHigh);
        int raised = 0;
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            double[] values = new double[3_000];
            double level = 110;
            for (int i = 0; i < values.Length; i++)
                values[i] = Math.Round(level = Math.Clamp(level + (random.NextDouble() * 6) - 3, 100, 135));

            var expected = new List<(int, AlertPhase)>();
            int endedAt = -1;
            bool isActive = false;
            for (int t = 0; t < values.Length; t++)
            {
                if (!isActive && values[t] > type.Limit)
                {
                    int since = t;
                    for (int back = t; back > endedAt && values[back] > type.Limit - type.Hysteresis; back--)
                        since = values[back] > type.Limit ? back : since;
                    if (t - since >= type.DelaySeconds)
                    {
                        isActive = true;
                        expected.Add((t, AlertPhase.Raised));
                    }
                }
                else if (isActive && t >= type.ClearSeconds && values[(t - (int)type.ClearSeconds)..(t + 1)].All(value => value <= type.Limit - type.Hysteresis))
                {
                    (isActive, endedAt) = (false, t);
                    expected.Add((t, AlertPhase.Ended));
                }
            }

            var memory = new AlertMemory();
            var vitals = new VitalSet();
            var transitions = new AlertTransition[AlertCatalogue.Count];
            var found = new List<(int, AlertPhase)>();
            for (int t = 0; t < values.Length; t++)
            {
                long now = Bedside.Start + (t * Second);
                vitals.Update(Vital.HeartRate, values[t], now);
                int count = AlertEngine.Step(memory, AlertSettings.Default, new AlertInput(in vitals, default, now), transitions);
                found.AddRange(transitions.Take(count).Where(transition => transition.Type == type.Index).Select(transition => (t, transition.Phase)));
            }

            found.ShouldBe(expected, $"seed {seed}");
            raised += found.Count;
        }

        raised.ShouldBeGreaterThan(100);
    }

    private static string Limits(int seed, int tickEvery) => Text(seed, tickEvery, type => type.Kind is AlertRuleKind.Above or AlertRuleKind.Below or AlertRuleKind.Fall);

    private static string Everything(int seed) => Text(seed, 1, static _ => true);

    private static string Text(int seed, int tickEvery, Func<AlertType, bool> isMeant)
    {
        var text = new StringBuilder();
        Run(seed, tickEvery, restarts: false, (_, transitions, moment) =>
        {
            foreach (var transition in transitions)
            {
                if (isMeant(AlertCatalogue.Of(transition.Type)))
                    text.Append($"{(moment.Now - Bedside.Start) / Second} {AlertCatalogue.Of(transition.Type).Code} {transition.Phase} {AlertText.Format(in transition)}\n");
            }
        });
        text.Length.ShouldBeGreaterThan(200);
        return text.ToString();
    }

    private readonly record struct Moment(long Now, bool IsReading, AlertSettings Settings);

    private delegate void Seen(AlertMemory memory, ReadOnlySpan<AlertTransition> transitions, Moment moment);

    /// <summary>Two hours of one patient. Random numbers are drawn in the same order however often the clock ticks.</summary>
    private static void Run(int seed, int tickEvery, bool restarts, Seen seen)
    {
        var random = new Random(seed);
        var transitions = new AlertTransition[AlertCatalogue.Count];
        var open = new Dictionary<int, AlertTransition>();
        var (memory, settings, vitals, heard) = (new AlertMemory(), AlertSettings.Default, new VitalSet(), 0L);
        double[] levels = [80, 96, 120, 70, 37.5, 16, 0, 0, 40, 7];
        int silentUntil = 0;
        int[] lostUntil = new int[VitalCatalogue.Count];
        for (int second = 0; second < 7_200; second++)
        {
            long now = Bedside.Start + (second * Second);
            Drift(random, levels);
            silentUntil = random.Next(1_500) == 0 ? second + random.Next(400) : silentUntil;
            var lost = Streams[random.Next(Streams.Length)];
            lostUntil[(int)lost] = random.Next(600) == 0 ? second + random.Next(300) : lostUntil[(int)lost];
            bool takes = random.Next(300) == 0, artefact = random.Next(60) == 0, changes = random.Next(900) == 0, ends = random.Next(1_800) == 0;
            var change = new AlertOverride(random.Next(AlertCatalogue.Count), random.Next(4) == 0 ? null : random.Next(5, 200), random.Next(0, 60), random.Next(5) > 0);
            int battery = random.Next(5, 30);

            bool reads = second >= silentUntil;
            if (reads)
            {
                foreach (var vital in Streams)
                {
                    if (second >= lostUntil[(int)vital])
                        vitals.Update(vital, artefact ? levels[(int)vital] / 2 : Math.Round(levels[(int)vital]), now);
                }

                foreach (var vital in Taken)
                {
                    if (takes)
                        vitals.Update(vital, vital is Vital.Temperature or Vital.Glucose ? Math.Round(levels[(int)vital], 1) : Math.Round(levels[(int)vital]), now);
                }

                heard = now;
            }

            settings = changes ? AlertSettings.Default.With([change]) : settings;
            if (restarts && ends)
            {
                memory = new AlertMemory();
                foreach (var (type, transition) in open)
                    memory.Restore(type, transition.Priority, transition.OnsetAt, transition.At, transition.Vital);
            }

            if (!reads && !changes && second % tickEvery != 0)
                continue;
            var score = News2.Score(in vitals, now, ScoreWindow.Default, SpO2Scale.One);
            var input = new AlertInput(in vitals, in score, now)
            {
                DeviceHeardAt = heard,
                DeviceFrom = Bedside.Start,
                BatteryPercent = battery,
                SensorsOff = battery == 7 ? 1 << (int)Vital.HeartRate : 0,
                AnomalyScore = levels[0] / 250,
                AnomalyCompleteness = 1,
            };
            int count = AlertEngine.Step(memory, settings, in input, transitions);
            foreach (var transition in transitions.AsSpan(0, count))
            {
                if (transition.Phase == AlertPhase.Ended)
                    open.Remove(transition.Type);
                else
                    open[transition.Type] = transition;
            }

            seen(memory, transitions.AsSpan(0, count), new Moment(now, reads, settings));
        }
    }

    /// <summary>Everything wanders through its whole range, and back towards the middle.</summary>
    private static void Drift(Random random, double[] levels)
    {
        foreach (var (vital, middle, step, least, most) in new (Vital, double, double, double, double)[]
        {
            (Vital.HeartRate, 90, 3, 20, 200), (Vital.SpO2, 92, 0.7, 60, 100), (Vital.RespiratoryRate, 16, 0.8, 0, 50), (Vital.EndTidalCo2, 42, 0.8, 10, 90),
            (Vital.SystolicPressure, 110, 2.5, 50, 240), (Vital.Temperature, 37.6, 0.06, 33, 41.5), (Vital.Glucose, 8, 0.4, 1.5, 30), (Vital.Consciousness, 0, 0.12, 0, 4), (Vital.SupplementalOxygen, 0, 0.1, 0, 1),
        })
        {
            ref double level = ref levels[(int)vital];
            level = Math.Clamp(level + ((random.NextDouble() - 0.5) * 2 * step) + ((middle - level) * 0.002), least, most);
        }
    }
}

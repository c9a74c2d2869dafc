using System.Numerics;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

public static partial class AlertEngine
{
    private const double LeastCompleteness = 0.799;

    // For each type that judges a parameter of NEWS2, that parameter's bit as News2Score.CertainThrees numbers it.
    private static readonly ulong[] NewsParameterOf =
    [
        .. AlertCatalogue.All.ToArray().Select(type => type.Kind is AlertRuleKind.Above or AlertRuleKind.Below && News2.IsParameter(type.Vital!.Value) ? 1UL << (8 * News2.IndexOf(type.Vital.Value)) : 0),
    ];

    private static void JudgeScores(AlertMemory memory, AlertSettings settings, in AlertInput input, bool isReading)
    {
        ref readonly var score = ref input.News2;
        if (score.KnownInputs > 0)
        {
            bool isBroken = memory.ScoredAt != 0 && input.Now - memory.ScoredAt > VitalTrack.StreamGap;
            memory.ScoredAt = input.Now;
            JudgeTotal(memory, settings, AlertTypes.News2Emergency, in score, input.Now, isBroken);
            JudgeTotal(memory, settings, AlertTypes.News2Urgent, in score, input.Now, isBroken);
            JudgeSingle(memory, settings, in input, isBroken);
        }

        if (isReading)
        {
            memory.Readings.Take(input.Now, 0, isContinuous: true);
            JudgeAnomaly(memory, settings, in input);
        }
    }

    private static void JudgeTotal(AlertMemory memory, AlertSettings settings, int type, in News2Score score, long now, bool isBroken)
    {
        if (!settings.IsOn(type))
            return;
        ref var condition = ref memory.Conditions[type];
        double limit = settings.LimitOf(type);
        var verdict = Verdict.Uncertain;
        if (score.Min >= limit)
        {
            verdict = Verdict.Bad;
            condition.Known = score.KnownMask;
        }
        else if (score.Max < limit || (condition.Known & ~score.KnownMask) == 0)
        {
            verdict = Verdict.Good;
        }

        condition.Value = score.Min;
        condition.IsLowerBound = !score.Complete;
        condition.Vital = AlertTransition.NoVital;
        Advance(memory, type, ref condition, verdict, now, settings, isAlone: false, isBroken);
    }

    private static void JudgeSingle(AlertMemory memory, AlertSettings settings, in AlertInput input, bool isBroken)
    {
        const int type = AlertTypes.News2Single;
        if (!settings.IsOn(type))
            return;
        ulong covered = 0;
        for (ulong rest = memory.Established & ~memory.HeldBack; rest != 0; rest &= rest - 1)
            covered |= NewsParameterOf[BitOperations.TrailingZeroCount(rest)];

        ref readonly var score = ref input.News2;
        ref var condition = ref memory.Conditions[type];
        if (memory.AreSinglesRestored)
        {
            // Another may have joined since; if it scored 3 when it was last measured, it stood for that too, and a gap does not clear it.
            memory.AreSinglesRestored = false;
            memory.Singles |= News2.Score(in input.Vitals, input.Now, ScoreWindow.Endless, score.Scale).CertainThrees;
        }

        ulong threes = score.CertainThrees & ~covered, before = memory.Singles & score.PossibleThrees;
        memory.Singles = (before & ~covered) | threes;
        if (threes != 0)
        {
            var vital = News2.Parameters[BitOperations.TrailingZeroCount(threes) / 8];
            condition.Vital = (byte)vital;
            condition.Value = input.Vitals.ValueOrNaN(vital);
            Advance(memory, type, ref condition, Verdict.Bad, input.Now, settings, isAlone: false, isBroken);
        }
        else if (memory.Singles == 0 && before != 0)
        {
            // What it stood for has an alert of its own now.
            Drop(memory, type, CovererOf(memory, before));
        }
        else
        {
            Advance(memory, type, ref condition, memory.Singles == 0 ? Verdict.Good : Verdict.Uncertain, input.Now, settings, isAlone: false, isBroken);
        }
    }

    private static int CovererOf(AlertMemory memory, ulong parameters)
    {
        for (int type = 0; type < NewsParameterOf.Length; type++)
        {
            if ((memory.Established & ~memory.HeldBack & (1UL << type)) != 0 && (NewsParameterOf[type] & parameters) != 0)
                return type;
        }

        return -1;
    }

    private static void JudgeAnomaly(AlertMemory memory, AlertSettings settings, in AlertInput input)
    {
        const int type = AlertTypes.Anomaly;
        if (!settings.IsOn(type))
            return;
        ref var condition = ref memory.Conditions[type];
        double limit = settings.LimitOf(type), score = input.AnomalyScore;
        var verdict = Verdict.Uncertain;
        if (input.AnomalyCompleteness >= LeastCompleteness && !double.IsNaN(score))
        {
            verdict = score >= limit ? Verdict.Bad : score <= limit - AlertCatalogue.Of(type).Hysteresis ? Verdict.Good : Verdict.Uncertain;
            condition.Value = score;
        }

        condition.Vital = AlertTransition.NoVital;
        Advance(memory, type, ref condition, verdict, input.Now, settings, memory.Readings.IsAlone, memory.Readings.IsBroken);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

/// <summary>
/// Judges the conditions of one patient at one moment. Pure: the same steps give the same transitions, live and over stored history. A step in which nothing changes
/// allocates nothing.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Only new values are evidence. A gap neither raises nor clears: the condition stays as it was, and losing the signal is an alert of its own.</item>
/// <item>A condition on a stream of values is raised when it has held, by the times of measurement, for its delay; a value that is good beyond the hysteresis begins the
/// delay anew. A value that stands alone (a cuff, a spot check) counts at once. See <see cref="VitalTrack"/>.</item>
/// <item>Of types that stand for the same problem at the bedside, only the most severe is active: see <see cref="AlertLadders"/>.</item>
/// <item>Scores are judged at readings and at ticks, as they stand: a lower bound raises; a score clears when its upper bound is below the limit, or when it is below the
/// limit with everything known that was known when it last was not.</item>
/// </list>
/// </remarks>
public static partial class AlertEngine
{
    private static readonly AlertType[][] OfVital = [.. VitalCatalogue.All.ToArray().Select(definition => AlertCatalogue.All.ToArray().Where(type => type.Vital == definition.Vital).ToArray())];

    // A value between limit and hysteresis is a value; a score or a silence of which nothing is certain is a gap.
    private static readonly ulong OfValues = AlertCatalogue.All.ToArray()
        .Where(type => type.Kind is AlertRuleKind.Above or AlertRuleKind.Below or AlertRuleKind.Fall).Aggregate(0UL, (mask, type) => mask | (1UL << type.Index));

    private static readonly long[] ClearMicros = [.. AlertCatalogue.All.ToArray().Select(type => (long)(type.ClearSeconds * 1e6))];

    private enum Verdict
    {
        Bad,
        Good,
        Uncertain,
    }

    /// <summary>Takes one moment into account and tells what has changed.</summary>
    /// <param name="memory">The patient's conditions.</param>
    /// <param name="settings">What is in force for the patient.</param>
    /// <param name="input">The moment. Its vitals never go back in time.</param>
    /// <param name="transitions">Receives the changes: first what is raised or has another priority, then what has ended. At least <see cref="AlertCatalogue.Count"/> long.</param>
    /// <returns>How many there are.</returns>
    public static int Step(AlertMemory memory, AlertSettings settings, in AlertInput input, Span<AlertTransition> transitions)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(settings);
        if (transitions.Length < AlertCatalogue.Count)
            throw new ArgumentException("There must be room for a transition of every type.", nameof(transitions));

        bool areOtherSettings = !ReferenceEquals(memory.Settings, settings);
        if (areOtherSettings)
            TakeUp(memory, settings);
        bool isReading = JudgeVitals(memory, settings, in input, areOtherSettings);
        JudgeScores(memory, settings, in input, isReading);
        JudgeDevice(memory, settings, in input);
        return Tell(memory, settings, input.Now, transitions);
    }

    /// <summary>Ends every condition, for a patient who leaves. The memory is empty afterwards.</summary>
    /// <returns>How many transitions there are.</returns>
    public static int EndAll(AlertMemory memory, long now, Span<AlertTransition> transitions)
    {
        ArgumentNullException.ThrowIfNull(memory);
        for (int type = 0; type < AlertTypes.Judged; type++)
            Drop(memory, type);
        int count = Tell(memory, memory.Settings ?? AlertSettings.Default, now, transitions);
        Array.Clear(memory.Conditions);
        return count;
    }

    private static void TakeUp(AlertMemory memory, AlertSettings settings)
    {
        memory.Settings = settings;
        for (int type = 0; type < AlertTypes.Judged; type++)
        {
            if (!settings.IsOn(type))
                Drop(memory, type);
        }
    }

    private static bool JudgeVitals(AlertMemory memory, AlertSettings settings, in AlertInput input, bool areOtherSettings)
    {
        bool any = false;
        for (int rest = input.Vitals.PresentMask; rest != 0; rest &= rest - 1)
        {
            var vital = (Vital)BitOperations.TrailingZeroCount(rest);
            input.Vitals.TryGet(vital, out double value, out long at);
            ref var track = ref memory.Tracks[(int)vital];
            bool isNew = track.IsNew(at, value), isContinuous = VitalCatalogue.Of(vital).IsContinuous;
            bool settles = !isNew && !isContinuous && track.Settles(input.Now);
            if (isNew)
            {
                track.Take(at, value, isContinuous);
                any = true;
            }
            else if (!areOtherSettings && !settles)
            {
                continue;
            }

            // What is no longer current says nothing of now: a cuff of yesterday that is met after a restart, or when a limit is changed. A stream that comes late is judged by its own times.
            if (!(isNew && isContinuous) && input.Vitals.StateAt(vital, input.Now) >= DataState.Stale)
                continue;

            foreach (var type in OfVital[(int)vital])
            {
                if (type.Kind == AlertRuleKind.Fall)
                {
                    if (isNew)
                        JudgeFall(memory, settings, type, in track, at, value);
                }
                else if (settings.IsOn(type.Index))
                {
                    ref var condition = ref memory.Conditions[type.Index];
                    condition.Value = value;
                    condition.Vital = (byte)vital;
                    var verdict = Judge(type, value, settings.LimitOf(type.Index));

                    // That nothing more comes may end what was found well again; it raises nothing.
                    if (!settles || areOtherSettings || verdict == Verdict.Good)
                        Advance(memory, type.Index, ref condition, verdict, at, settings, track.IsAlone, track.IsBroken);
                }
            }
        }

        return any;
    }

    private static Verdict Judge(AlertType type, double value, double limit) => type.Kind == AlertRuleKind.Above
        ? value > limit ? Verdict.Bad : value <= limit - type.Hysteresis ? Verdict.Good : Verdict.Uncertain
        : value < limit ? Verdict.Bad : value >= limit + type.Hysteresis ? Verdict.Good : Verdict.Uncertain;

    private static void JudgeFall(AlertMemory memory, AlertSettings settings, AlertType type, in VitalTrack track, long at, double value)
    {
        double fall = (type.Vital == Vital.SpO2 ? memory.SpO2Fall : memory.SystolicFall).Take(at, value);
        if (!settings.IsOn(type.Index))
            return;

        double limit = settings.LimitOf(type.Index);
        var verdict = value >= type.FallsBelow || fall <= limit - type.Hysteresis ? Verdict.Good : fall >= limit ? Verdict.Bad : Verdict.Uncertain;
        ref var condition = ref memory.Conditions[type.Index];
        if (!double.IsNaN(fall))
            condition.Value = fall;
        condition.Vital = (byte)type.Vital!.Value;
        Advance(memory, type.Index, ref condition, verdict, at, settings, track.IsAlone, track.IsBroken);
    }

    /// <summary>
    /// Moves one condition on: builds it up, establishes it when it has held for its delay, clears it when it has been good for long enough. In between, within the
    /// hysteresis, nothing builds up and nothing clears.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Advance(AlertMemory memory, int type, ref AlertCondition condition, Verdict verdict, long at, AlertSettings settings, bool isAlone, bool isBroken)
    {
        ulong bit = 1UL << type;
        bool isEstablished = (memory.Established & bit) != 0;
        if (isBroken)
        {
            condition.ClearingSince = 0;
            if (!isEstablished)
                condition.Since = 0;
        }

        switch (verdict)
        {
            case Verdict.Bad:
                condition.ClearingSince = 0;
                condition.IsReceding = false;
                if (isEstablished)
                    return;
                if (condition.Since == 0)
                    condition.Since = at;
                if (isAlone || at - condition.Since >= settings.DelayOf(type))
                {
                    memory.Established |= bit;
                    condition.DelaySeconds = isAlone ? 0 : settings.Of(type).DelaySeconds;
                    condition.Wanted = AlertCatalogue.Of(type).Priority;
                }

                return;
            case Verdict.Good when isEstablished:
                condition.IsReceding = true;
                if (condition.ClearingSince == 0)
                    condition.ClearingSince = at;
                if (isAlone || at - condition.ClearingSince >= ClearMicros[type])
                    Drop(memory, type);
                return;
            case Verdict.Good:
                condition.Since = 0;
                return;
            default:
                condition.ClearingSince = 0;
                condition.IsReceding |= (OfValues & bit) != 0;
                return;
        }
    }

    /// <summary>The condition is over, or not judged any more. Since when it held is kept until its end has been told.</summary>
    private static void Drop(AlertMemory memory, int type, int coveredBy = -1)
    {
        ulong bit = 1UL << type;
        ref var condition = ref memory.Conditions[type];
        memory.Established &= ~bit;
        condition.ClearingSince = 0;
        condition.CoveredBy = coveredBy;
        if ((memory.Active & bit) == 0)
            condition.Since = 0;
    }
}

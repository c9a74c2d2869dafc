using System.Numerics;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

public static partial class AlertEngine
{
    // A value is here again while a screen would show it as a number: the stale limit of continuous vitals.
    private const double HereAgainSeconds = 10;

    // What electrodes measure, of a device that does not say which of its sensors are off.
    private const int Electrodes = (1 << (int)Vital.HeartRate) | (1 << (int)Vital.RespiratoryRate);

    private const ulong SaidByDevice = (1UL << AlertTypes.LeadOff) | (1UL << AlertTypes.BatteryLow) | (1UL << AlertTypes.ClockWrong);

    private static readonly Vital[] ContinuousVitals = [.. VitalCatalogue.All.ToArray().Where(definition => definition.IsContinuous).Select(definition => definition.Vital)];

    private static void JudgeDevice(AlertMemory memory, AlertSettings settings, in AlertInput input)
    {
        bool isAnother = memory.DeviceFrom != 0 && input.DeviceFrom != memory.DeviceFrom;
        memory.DeviceFrom = input.DeviceFrom;
        if (isAnother || input.DeviceHeardAt == 0)
            ForgetWhatTheDeviceSaid(memory);
        JudgeDeviceSilence(memory, settings, in input);
        long spokeAt = Math.Max(input.DeviceHeardAt, input.StatusAt);
        if (input.DeviceHeardAt != 0 && spokeAt != memory.Words.At)
        {
            memory.Words.Take(spokeAt, 0, isContinuous: true);
            JudgeWhatTheDeviceSays(memory, settings, in input, spokeAt);
        }

        JudgeParameterSilence(memory, settings, in input);
    }

    /// <summary>The monitor was taken off, or another is worn: its battery, its electrodes and its clock are the patient's no more.</summary>
    private static void ForgetWhatTheDeviceSaid(AlertMemory memory)
    {
        memory.Words = default;
        for (ulong rest = memory.Established & SaidByDevice; rest != 0; rest &= rest - 1)
            Drop(memory, BitOperations.TrailingZeroCount(rest));
        foreach (int type in (ReadOnlySpan<int>)[AlertTypes.LeadOff, AlertTypes.BatteryLow, AlertTypes.ClockWrong])
        {
            if ((memory.Active & (1UL << type)) == 0)
                memory.Conditions[type].Since = 0;
        }
    }

    private static void JudgeDeviceSilence(AlertMemory memory, AlertSettings settings, in AlertInput input)
    {
        const int type = AlertTypes.DeviceSilent;
        if (!settings.IsOn(type))
            return;
        ref var condition = ref memory.Conditions[type];
        double seconds = input.DeviceHeardAt == 0 ? double.NaN : (input.Now - input.DeviceHeardAt) / 1e6;
        JudgeSilence(memory, settings, type, ref condition, seconds, input.DeviceHeardAt, in input);
        Escalate(memory, type, ref condition, seconds > AlertCatalogue.Of(type).EscalationLimit);
    }

    private static void JudgeParameterSilence(AlertMemory memory, AlertSettings settings, in AlertInput input)
    {
        const int type = AlertTypes.ParameterSilent;
        if (!settings.IsOn(type))
            return;
        ref var condition = ref memory.Conditions[type];
        int explained = (memory.Established & (1UL << AlertTypes.LeadOff)) != 0 ? input.SensorsOff ?? Electrodes : 0;
        double longest = double.NaN, limit = settings.LimitOf(type);
        long oldest = 0;
        int lost = 0;
        foreach (var vital in ContinuousVitals)
        {
            // What is off is told, and explains why nothing comes of it.
            if (input.DeviceHeardAt == 0 || !input.Vitals.TryGet(vital, out _, out long at) || at < input.DeviceFrom || (explained & (1 << (int)vital)) != 0)
                continue;

            double seconds = (input.Now - at) / 1e6;
            lost += seconds > limit ? 1 : 0;
            if (!(seconds <= longest))
                (longest, oldest, condition.Vital) = (seconds, at, (byte)vital);
        }

        JudgeSilence(memory, settings, type, ref condition, longest, oldest, in input);
        Escalate(memory, type, ref condition, lost > 1 || longest > AlertCatalogue.Of(type).EscalationLimit);
    }

    /// <summary>Silence is what a clock shows, not a value: it holds at once, since its beginning; it is over when something comes, and at once where nothing is missed any more (NaN).</summary>
    private static void JudgeSilence(AlertMemory memory, AlertSettings settings, int type, ref AlertCondition condition, double seconds, long since, in AlertInput input)
    {
        bool wasEstablished = (memory.Established & (1UL << type)) != 0;
        double listened = Math.Min(seconds, (input.Now - input.WatchedFrom) / 1e6);
        var verdict = double.IsNaN(seconds) || seconds <= HereAgainSeconds ? Verdict.Good : listened > settings.LimitOf(type) ? Verdict.Bad : Verdict.Uncertain;
        if (verdict == Verdict.Bad)
            condition.Value = seconds;
        Advance(memory, type, ref condition, verdict, input.Now, settings, isAlone: double.IsNaN(seconds) || verdict == Verdict.Bad, isBroken: false);
        if (verdict == Verdict.Bad && !wasEstablished)
            condition.Since = since;
    }

    private static void JudgeWhatTheDeviceSays(AlertMemory memory, AlertSettings settings, in AlertInput input, long at)
    {
        var (isAlone, isBroken) = (memory.Words.IsAlone, memory.Words.IsBroken);
        if (input.SensorsOff is { } off && settings.IsOn(AlertTypes.LeadOff))
        {
            ref var condition = ref memory.Conditions[AlertTypes.LeadOff];
            (condition.Value, condition.Vital) = (double.NaN, off == 0 ? AlertTransition.NoVital : (byte)BitOperations.TrailingZeroCount(off));
            Advance(memory, AlertTypes.LeadOff, ref condition, off != 0 ? Verdict.Bad : Verdict.Good, at, settings, isAlone, isBroken);
        }

        if (!double.IsNaN(input.BatteryPercent) && settings.IsOn(AlertTypes.BatteryLow))
        {
            var type = AlertCatalogue.Of(AlertTypes.BatteryLow);
            ref var condition = ref memory.Conditions[type.Index];
            (condition.Value, condition.Vital) = (input.BatteryPercent, AlertTransition.NoVital);
            Advance(memory, type.Index, ref condition, Judge(type, input.BatteryPercent, settings.LimitOf(type.Index)), at, settings, isAlone, isBroken);
            double bound = condition.Wanted == type.EscalatesTo ? type.EscalationLimit!.Value + type.Hysteresis : type.EscalationLimit!.Value;
            Escalate(memory, type.Index, ref condition, input.BatteryPercent < bound);
        }

        if (!double.IsNaN(input.ClockOffsetSeconds) && settings.IsOn(AlertTypes.ClockWrong))
        {
            var type = AlertCatalogue.Of(AlertTypes.ClockWrong);
            ref var condition = ref memory.Conditions[type.Index];
            (condition.Value, condition.Vital) = (input.ClockOffsetSeconds, AlertTransition.NoVital);
            double offset = Math.Abs(input.ClockOffsetSeconds), limit = settings.LimitOf(type.Index);
            Advance(memory, type.Index, ref condition, offset > limit ? Verdict.Bad : offset <= limit - type.Hysteresis ? Verdict.Good : Verdict.Uncertain, at, settings, isAlone, isBroken);
        }
    }

    /// <summary>Sets the priority that an established condition should have; one that is clearing keeps its own.</summary>
    private static void Escalate(AlertMemory memory, int type, ref AlertCondition condition, bool isSevere)
    {
        if ((memory.Established & (1UL << type)) == 0 || condition.ClearingSince != 0)
            return;
        var definition = AlertCatalogue.Of(type);
        condition.Wanted = isSevere ? definition.EscalatesTo!.Value : definition.Priority;
        memory.PriorityMoved |= (memory.Active & (1UL << type)) != 0 && condition.Wanted != condition.Priority;
    }
}

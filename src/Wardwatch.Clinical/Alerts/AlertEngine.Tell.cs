using System.Numerics;

namespace Wardwatch.Clinical.Alerts;

public static partial class AlertEngine
{
    /// <summary>Tells what is different from what was told before.</summary>
    private static int Tell(AlertMemory memory, AlertSettings settings, long now, Span<AlertTransition> transitions)
    {
        ulong wanted = Wanted(memory);
        if (wanted == memory.Active && !memory.PriorityMoved)
            return 0;

        int count = 0;
        ulong before = memory.Active;
        memory.Active = wanted;
        memory.PriorityMoved = false;
        for (ulong rest = wanted; rest != 0; rest &= rest - 1)
        {
            int type = BitOperations.TrailingZeroCount(rest);
            ref var condition = ref memory.Conditions[type];
            if ((before & (1UL << type)) == 0)
            {
                condition.RaisedAt = now;
                condition.Priority = condition.Wanted;
                transitions[count++] = Transition(type, AlertPhase.Raised, in condition, settings, now);
            }
            else if (condition.Priority != condition.Wanted)
            {
                var phase = condition.Wanted > condition.Priority ? AlertPhase.Escalated : AlertPhase.Deescalated;
                condition.Priority = condition.Wanted;
                transitions[count++] = Transition(type, phase, in condition, settings, now);
            }
        }

        for (ulong rest = before & ~wanted; rest != 0; rest &= rest - 1)
        {
            int type = BitOperations.TrailingZeroCount(rest);
            ref var condition = ref memory.Conditions[type];
            ref var transition = ref transitions[count++];
            transition = Transition(type, AlertPhase.Ended, in condition, settings, now);
            transition.SupersededBy = AlertLadders.Above(wanted, type) is var above and >= 0 ? above : condition.CoveredBy;
            if ((memory.Established & (1UL << type)) == 0)
                condition.Since = 0;
        }

        return count;
    }

    /// <summary>
    /// What is to be active. A milder condition is not told in the place of a severe one that has ended while it is itself on its way back: its alert would be untrue as soon as it sounds.
    /// It is told when it worsens again, without its delay, or ends unheard.
    /// </summary>
    private static ulong Wanted(AlertMemory memory)
    {
        ulong held = 0, wanted = AlertLadders.Active(memory.Established);
        while ((wanted & ~memory.Active) != 0)
        {
            ulong receding = 0;
            for (ulong rest = wanted & ~memory.Active; rest != 0; rest &= rest - 1)
            {
                int type = BitOperations.TrailingZeroCount(rest);
                if (memory.Conditions[type].IsReceding)
                    receding |= 1UL << type;
            }

            if (receding == 0)
                break;

            // Whatever it stood for is looked at in its place.
            held |= receding;
            wanted = AlertLadders.Active(memory.Established & ~held);
        }

        memory.HeldBack = held;
        return wanted;
    }

    private static AlertTransition Transition(int type, AlertPhase phase, in AlertCondition condition, AlertSettings settings, long now) => new()
    {
        Type = type,
        Phase = phase,
        Priority = condition.Priority,
        At = now,
        OnsetAt = condition.Since,
        Value = condition.Value,
        Limit = settings.LimitOf(type),
        DelaySeconds = condition.DelaySeconds,
        Vital = condition.Vital,
        IsLowerBound = condition.IsLowerBound,
        SupersededBy = -1,
    };
}

using System.Numerics;

namespace Wardwatch.Clinical.Alerts;

public static partial class AlertEngine
{
    /// <summary>Tells what is different from what was told before.</summary>
    private static int Tell(AlertMemory memory, AlertSettings settings, long now, Span<AlertTransition> transitions)
    {
        ulong wanted = AlertLadders.Active(memory.Established);
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

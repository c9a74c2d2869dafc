namespace Wardwatch.Clinical.Alerts;

/// <summary>
/// Which alerts stand for the same problem at the bedside. While the more severe one holds, the milder ones are not raised, and one that was active ends as superseded in
/// the same step: one problem is one alert. It is the type that changes, not only the priority, because the more severe one has a response time, a role and a latch of its own,
/// and because what gets worse must signal again, whatever was silenced or acknowledged before. When the severe one ends and the milder one still holds, that is raised in the same
/// step with its own onset, so that the problem is never without its alert; unless its value is on the good side of its limit by then: that is raised when it worsens again.
/// </summary>
internal static class AlertLadders
{
    private static readonly (int Severe, ulong Milder)[] Rules =
    [
        (AlertTypes.HeartRateCriticallyHigh, Bit(AlertTypes.HeartRateHigh)),
        (AlertTypes.HeartRateCriticallyLow, Bit(AlertTypes.HeartRateLow)),
        (AlertTypes.SpO2Critical, Bit(AlertTypes.SpO2Low) | Bit(AlertTypes.SpO2Fall)),
        (AlertTypes.SpO2Low, Bit(AlertTypes.SpO2Fall)),
        (AlertTypes.RespirationCritical, Bit(AlertTypes.RespirationLow)),
        (AlertTypes.SystolicCriticallyLow, Bit(AlertTypes.SystolicLow) | Bit(AlertTypes.SystolicFall)),
        (AlertTypes.SystolicLow, Bit(AlertTypes.SystolicFall)),
        (AlertTypes.News2Emergency, Bit(AlertTypes.News2Urgent) | Bit(AlertTypes.News2Single)),
        (AlertTypes.News2Urgent, Bit(AlertTypes.News2Single)),
        (AlertTypes.DeviceSilent, Bit(AlertTypes.ParameterSilent)),
    ];

    /// <summary>What is to be active of what holds.</summary>
    public static ulong Active(ulong established)
    {
        ulong active = established;
        foreach (var (severe, milder) in Rules)
            active &= ~((established >> severe & 1) * milder);
        return active;
    }

    /// <summary>The active type that stands for this one; -1 if there is none.</summary>
    public static int Above(ulong active, int type)
    {
        foreach (var (severe, milder) in Rules)
        {
            if ((active & Bit(severe)) != 0 && (milder & Bit(type)) != 0)
                return severe;
        }

        return -1;
    }

    /// <summary>The types that a severe one stands for.</summary>
    public static IEnumerable<(int Severe, int Milder)> Pairs =>
        from rule in Rules from type in Enumerable.Range(0, AlertTypes.Judged) where (rule.Milder & Bit(type)) != 0 select (rule.Severe, type);

    private static ulong Bit(int type) => 1UL << type;
}

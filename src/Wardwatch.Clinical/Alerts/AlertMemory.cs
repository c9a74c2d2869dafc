using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Alerts;

/// <summary>
/// The state of one patient's conditions: since when each has been building up, holding or clearing. About 3 KB, made once per patient; not safe for
/// several threads, since a lane owns it. It starts empty and can be built anew from the alerts that are open: see <see cref="Restore"/>.
/// </summary>
public sealed class AlertMemory
{
    internal readonly AlertCondition[] Conditions = new AlertCondition[AlertTypes.Judged];
    internal readonly VitalTrack[] Tracks = new VitalTrack[VitalCatalogue.Count];
    internal readonly FallTrack SpO2Fall = new(AlertCatalogue.Of(AlertTypes.SpO2Fall).WindowSeconds);
    internal readonly FallTrack SystolicFall = new(AlertCatalogue.Of(AlertTypes.SystolicFall).WindowSeconds);

    /// <summary>Conditions that have held for their delay and have not ended: a bit per type.</summary>
    internal ulong Established;

    /// <summary>Conditions that have been told as raised and not as ended.</summary>
    internal ulong Active;

    /// <summary>Conditions that hold, stood behind a more severe one until it ended, and were on their way back by then: told when they worsen again.</summary>
    internal ulong HeldBack;

    /// <summary>The priority of an active one is no longer what was told.</summary>
    internal bool PriorityMoved;

    /// <summary>What was in force at the last step.</summary>
    internal AlertSettings? Settings;

    /// <summary>The parameters that news2-single stands for, as <see cref="News2Score.CertainThrees"/> numbers them.</summary>
    internal ulong Singles;

    /// <summary>Which they were is known of the one that it was raised for only.</summary>
    internal bool AreSinglesRestored;

    /// <summary>How readings have been coming, and what the device says of itself.</summary>
    internal VitalTrack Readings, Words;

    /// <summary>When a score was last judged, and since when the device of the last step is worn.</summary>
    internal long ScoredAt, DeviceFrom;

    /// <summary>The number of active alerts.</summary>
    public int ActiveCount => System.Numerics.BitOperations.PopCount(Active);

    /// <summary>Whether the condition of this type has been told as raised and not as ended.</summary>
    public bool IsActive(int typeIndex) => (Active & (1UL << typeIndex)) != 0;

    /// <summary>The priority of an active alert, as last told.</summary>
    public AlertPriority PriorityOf(int typeIndex) => Conditions[typeIndex].Priority;

    /// <summary>
    /// Takes up an alert that was open when the process before this one ended: it is active and is not raised again. What was building up or clearing at that time begins
    /// anew. To be called before the first step.
    /// </summary>
    /// <param name="typeIndex">The type; one that the engine does not judge is left alone.</param>
    /// <param name="priority">Its last priority.</param>
    /// <param name="onsetAt">Its onset.</param>
    /// <param name="raisedAt">When it was raised.</param>
    /// <param name="vital">The vital of its last transition; for news2-single the one that it was raised for.</param>
    /// <param name="knownVitals">The vitals that were known when it was raised, a bit each: a score is not over before it is known of these. By default all.</param>
    public void Restore(int typeIndex, AlertPriority priority, long onsetAt, long raisedAt, byte vital = AlertTransition.NoVital, int knownVitals = -1)
    {
        if ((uint)typeIndex >= AlertTypes.Judged)
            return;

        ulong bit = 1UL << typeIndex;
        Established |= bit;
        Active |= bit;
        Conditions[typeIndex] = new AlertCondition
        {
            Since = onsetAt,
            RaisedAt = raisedAt,
            Priority = priority,
            Wanted = priority,
            Vital = vital,
            Value = double.NaN,
            Known = News2.InputsOf(knownVitals),
            CoveredBy = -1,
        };
        if (typeIndex == AlertTypes.News2Single)
        {
            Singles = vital < VitalCatalogue.Count && News2.IsParameter((Vital)vital) ? 1UL << (8 * News2.IndexOf((Vital)vital)) : 0x01_01_01_01_01_01_01;
            AreSinglesRestored = true;
        }
    }
}

/// <summary>One type's condition.</summary>
internal struct AlertCondition
{
    /// <summary>Since when it has been building up or holding; 0: it is not there.</summary>
    public long Since;

    /// <summary>Since when it has been good again; 0: it is not.</summary>
    public long ClearingSince;

    /// <summary>When it was told as raised.</summary>
    public long RaisedAt;

    /// <summary>The value judged last, and the delay that it was raised with.</summary>
    public double Value, DelaySeconds;

    /// <summary>NEWS2 inputs that were known when the score was last certainly at the limit.</summary>
    public int Known;

    /// <summary>The type whose alert took over, for the end that comes of it; else -1.</summary>
    public int CoveredBy;

    /// <summary>As last told, and as it should be.</summary>
    public AlertPriority Priority, Wanted;

    /// <summary>The vital concerned.</summary>
    public byte Vital;

    /// <summary>It holds, and what was judged last is on the good side of its limit.</summary>
    public bool IsReceding;

    /// <summary>The value is a lower bound.</summary>
    public bool IsLowerBound;
}

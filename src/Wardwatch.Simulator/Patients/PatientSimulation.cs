using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator.Stories;

namespace Wardwatch.Simulator.Patients;

/// <summary>
/// One bed: a source of vital signs, the stories that happen to the patient, and the manner of devices: whole numbers where monitors show whole numbers, each
/// value with its own measurement time, an intermittent value sent when it is taken and repeated with that same time now and then.
/// </summary>
/// <param name="source">The patient without stories.</param>
/// <param name="stories">What happens to the patient.</param>
public sealed class PatientSimulation(IVitalsSource source, IReadOnlyList<StoryRun> stories)
{
    /// <summary>
    /// Monitors go on sending the last cuff value with its time. Half a minute keeps it within the newest hundred readings at one a second, from which a server rebuilds
    /// its state, without filling each of them.
    /// </summary>
    private const long RepeatMicros = 30_000_000;

    private const double UnstableSeverity = 0.12;

    // That a patient is well again is seen more than once, before one goes: an alert from a cuff's value does not end by a single other one.
    private const int RoundsAfterwards = 4;

    // Nobody leaves an unstable patient to the quarter-hourly cuff.
    private readonly double _roundsSeconds = stories.Select(story => story.RoundsSeconds).DefaultIfEmpty(double.PositiveInfinity).Min();

    private readonly VitalFrame _frame = new();

    // What was last taken of a patient without the story: a table has a cuff's value in a few of its rows, and a story has it taken between them.
    private readonly VitalFrame _beneath = new();
    private VitalSet _intermittent;
    private double _lastTakenSeconds = double.NegativeInfinity;
    private double _lastUnstableSeconds = double.NegativeInfinity;
    private long _lastRepeatMicros;
    private int _takenBefore;

    /// <summary>What the devices measure.</summary>
    /// <param name="seconds">The data timeline; never goes back.</param>
    /// <param name="nowMicros">The measurement time, Unix microseconds.</param>
    public VitalSet Observe(double seconds, long nowMicros)
    {
        _frame.Clear();
        source.Sample(seconds, _frame);
        if (stories.Count > 0) Complete();
        var severity = 0.0;
        foreach (var story in stories)
            severity = Math.Max(severity, story.Apply(_frame, seconds));
        if (severity > 0) KeepPulsePressure(_frame); // measured artefacts stay as they are

        var reading = default(VitalSet);
        var taken = TakenNow(seconds, severity);
        foreach (var definition in VitalCatalogue.All)
        {
            var vital = definition.Vital;
            if (!_frame.Has(vital)) continue;
            var value = AsShown(vital, _frame[vital]);
            if (definition.IsContinuous)
            {
                reading.Update(vital, value, nowMicros);
            }
            else if ((taken & (1 << (int)vital)) != 0)
            {
                reading.Update(vital, value, nowMicros);
                _intermittent.Update(vital, value, nowMicros);
            }
        }

        if (nowMicros - _lastRepeatMicros >= RepeatMicros)
        {
            _lastRepeatMicros = nowMicros;
            reading.Join(_intermittent);
        }

        return reading;
    }

    /// <summary>A value as a monitor shows it: one decimal for temperature and glucose, whole numbers for the rest; saturation at most 100.</summary>
    internal static double AsShown(Vital vital, double value) => vital switch
    {
        Vital.Temperature or Vital.Glucose => Math.Round(value, 1, MidpointRounding.AwayFromZero),
        Vital.SpO2 => Math.Round(Math.Min(value, 100), MidpointRounding.AwayFromZero),
        _ => Math.Round(value, MidpointRounding.AwayFromZero),
    };

    // What the source takes now; during a story also what was last taken a while ago.
    private int TakenNow(double seconds, double severity)
    {
        var taken = _frame.TakenMask;
        if (severity > UnstableSeverity) _lastUnstableSeconds = seconds;
        if (seconds - _lastUnstableSeconds <= RoundsAfterwards * _roundsSeconds && seconds - _lastTakenSeconds >= _roundsSeconds)
            taken |= _intermittent.PresentMask & ~(1 << (int)Vital.Glucose);

        // An arterial line takes the pressure all the time; only what was not taken a moment ago is a round.
        if ((taken & ~_takenBefore) != 0)
            _lastTakenSeconds = seconds;
        _takenBefore = taken;
        return taken;
    }

    private void Complete()
    {
        foreach (var definition in VitalCatalogue.All)
        {
            if (definition.IsContinuous) continue;
            if (_frame.Has(definition.Vital)) _beneath[definition.Vital] = _frame[definition.Vital];
            else _frame[definition.Vital] = _beneath[definition.Vital];
        }
    }

    private static void KeepPulsePressure(VitalFrame frame)
    {
        const double LeastPulsePressure = 12;
        if (frame[Vital.SystolicPressure] - frame[Vital.DiastolicPressure] < LeastPulsePressure)
            frame[Vital.DiastolicPressure] = frame[Vital.SystolicPressure] - LeastPulsePressure;
    }
}

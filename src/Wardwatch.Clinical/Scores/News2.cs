using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Scores;

/// <summary>
/// The National Early Warning Score 2. Source and acknowledgement: Royal College of Physicians, "National Early Warning Score (NEWS) 2: Standardising the
/// assessment of acute-illness severity in the NHS", London, RCP, 2017. The point tables are the College's; bounds for missing inputs, the ages at which an
/// input counts as missing, and the rounding below are Wardwatch's.
/// </summary>
/// <remarks>
/// The chart has whole numbers and, for temperature, tenths. Values in between are first rounded to that step, halves away from zero
/// (94.5 % is charted 95, 38.05 °C is charted 38.1), as a nurse would chart a display that shows more digits.
/// </remarks>
public static class News2
{
    internal const int AllKnown = 0b111_1111;

    private const int RespirationIndex = 0;
    private const int SpO2Index = 1;
    private const int OxygenIndex = 2;
    private const int SystolicIndex = 3;
    private const int PulseIndex = 4;
    private const int ConsciousnessIndex = 5;
    private const int TemperatureIndex = 6;

    private static readonly Vital[] ParameterOrder =
    [
        Vital.RespiratoryRate, Vital.SpO2, Vital.SupplementalOxygen, Vital.SystolicPressure, Vital.HeartRate, Vital.Consciousness, Vital.Temperature,
    ];

    /// <summary>The seven parameters in the chart's order.</summary>
    public static ReadOnlySpan<Vital> Parameters => ParameterOrder;

    /// <summary>Whether the vital is one of the seven parameters.</summary>
    public static bool IsParameter(Vital vital) => Array.IndexOf(ParameterOrder, vital) >= 0;

    /// <summary>
    /// Scores what is known of a patient at a time. An input that is absent, older than the window allows, or not a level of its scale counts as missing.
    /// Does not allocate.
    /// </summary>
    /// <param name="vitals">The patient's latest values.</param>
    /// <param name="nowMicros">The time of the score, Unix microseconds.</param>
    /// <param name="window">How old each input may be.</param>
    /// <param name="scale">Which oxygen-saturation scale applies to this patient.</param>
    public static News2Score Score(in VitalSet vitals, long nowMicros, ScoreWindow window, SpO2Scale scale)
    {
        ArgumentNullException.ThrowIfNull(window);
        var bounds = new Bounds();

        if (bounds.Reads(RespirationIndex, in vitals, nowMicros, window, out double respiration))
            bounds.Set(RespirationIndex, RespirationPoints(respiration));
        if (bounds.Reads(SystolicIndex, in vitals, nowMicros, window, out double systolic))
            bounds.Set(SystolicIndex, SystolicPoints(systolic));
        if (bounds.Reads(PulseIndex, in vitals, nowMicros, window, out double pulse))
            bounds.Set(PulseIndex, PulsePoints(pulse));
        if (bounds.Reads(TemperatureIndex, in vitals, nowMicros, window, out double temperature))
            bounds.Set(TemperatureIndex, TemperaturePoints(temperature));
        if (bounds.Reads(ConsciousnessIndex, in vitals, nowMicros, window, out double consciousness))
            bounds.Set(ConsciousnessIndex, consciousness == (double)Consciousness.Alert ? 0 : 3);

        bool oxygenKnown = bounds.Reads(OxygenIndex, in vitals, nowMicros, window, out double oxygen);
        bool onOxygen = oxygenKnown && oxygen != 0;
        if (oxygenKnown)
            bounds.Set(OxygenIndex, onOxygen ? 2 : 0);

        if (bounds.Reads(SpO2Index, in vitals, nowMicros, window, out double saturation))
        {
            // On scale 2 a high saturation scores only on oxygen. With oxygen unknown, saturation and oxygen are least together on air and greatest
            // together on oxygen, so adding their bounds gives exactly the joint bounds.
            int onAir = scale == SpO2Scale.Two ? Scale2Points(saturation, onOxygen: false) : Scale1Points(saturation);
            int withOxygen = scale == SpO2Scale.Two ? Scale2Points(saturation, onOxygen: true) : onAir;
            bounds.Set(SpO2Index, onOxygen ? withOxygen : onAir, oxygenKnown && !onOxygen ? onAir : withOxygen);
        }

        return bounds.ToScore(scale);
    }

    /// <summary>Points for respiratory rate, breaths per minute.</summary>
    public static int RespirationPoints(double perMinute) => Math.Round(perMinute, MidpointRounding.AwayFromZero) switch
    {
        <= 8 => 3,
        <= 11 => 1,
        <= 20 => 0,
        <= 24 => 2,
        _ => 3,
    };

    /// <summary>Points for oxygen saturation in percent on scale 1.</summary>
    public static int Scale1Points(double percent) => Math.Round(percent, MidpointRounding.AwayFromZero) switch
    {
        <= 91 => 3,
        <= 93 => 2,
        <= 95 => 1,
        _ => 0,
    };

    /// <summary>Points for oxygen saturation in percent on scale 2 (target 88 to 92 %).</summary>
    public static int Scale2Points(double percent, bool onOxygen) => Math.Round(percent, MidpointRounding.AwayFromZero) switch
    {
        <= 83 => 3,
        <= 85 => 2,
        <= 87 => 1,
        <= 92 => 0,
        _ when !onOxygen => 0,
        <= 94 => 1,
        <= 96 => 2,
        _ => 3,
    };

    /// <summary>Points for systolic pressure in mmHg.</summary>
    public static int SystolicPoints(double mmHg) => Math.Round(mmHg, MidpointRounding.AwayFromZero) switch
    {
        <= 90 => 3,
        <= 100 => 2,
        <= 110 => 1,
        <= 219 => 0,
        _ => 3,
    };

    /// <summary>Points for pulse, beats per minute.</summary>
    public static int PulsePoints(double perMinute) => Math.Round(perMinute, MidpointRounding.AwayFromZero) switch
    {
        <= 40 => 3,
        <= 50 => 1,
        <= 90 => 0,
        <= 110 => 1,
        <= 130 => 2,
        _ => 3,
    };

    /// <summary>Points for temperature in °C, rounded to a tenth.</summary>
    public static int TemperaturePoints(double celsius) => Math.Round(celsius * 10, MidpointRounding.AwayFromZero) switch
    {
        <= 350 => 3,
        <= 360 => 1,
        <= 380 => 0,
        <= 390 => 1,
        _ => 2,
    };

    internal static int IndexOf(Vital parameter)
    {
        int index = Array.IndexOf(ParameterOrder, parameter);
        if (index < 0)
            throw new ArgumentOutOfRangeException(nameof(parameter), parameter, "Not a parameter of NEWS2.");
        return index;
    }

    /// <summary>The inputs among some vitals (a bit each), as <see cref="News2Score.KnownMask"/> numbers them.</summary>
    internal static int InputsOf(int vitals)
    {
        int inputs = 0;
        for (int index = 0; index < ParameterOrder.Length; index++)
            inputs |= (vitals >> (int)ParameterOrder[index] & 1) << index;
        return inputs;
    }

    internal static int HighestPoints(int index) => index == OxygenIndex ? 2 : 3;

    private struct Bounds
    {
        private ulong _minPoints;
        private ulong _belowTopPoints;
        private int _known;
        private int _min;
        private int _belowTop;
        private long _oldestMicros;

        public bool Reads(int index, in VitalSet vitals, long nowMicros, ScoreWindow window, out double value)
        {
            var vital = ParameterOrder[index];
            if (!window.TryGetFresh(in vitals, vital, nowMicros, out value, out long measuredAt))
                return false;

            // A code that is none of the scale's is not a level; for the rest any finite number has a row in the table.
            if (index == ConsciousnessIndex && !(value >= 0 && value <= (double)Consciousness.Unresponsive && value == Math.Floor(value)))
                return false;

            _oldestMicros = _known == 0 ? measuredAt : Math.Min(_oldestMicros, measuredAt);
            _known |= 1 << index;
            return true;
        }

        public void Set(int index, int points) => Set(index, points, points);

        public void Set(int index, int min, int max)
        {
            int belowTop = HighestPoints(index) - max;
            _minPoints |= (ulong)min << (8 * index);
            _belowTopPoints |= (ulong)belowTop << (8 * index);
            _min += min;
            _belowTop += belowTop;
        }

        public readonly News2Score ToScore(SpO2Scale scale) =>
            new(_minPoints, _belowTopPoints, _known, _min, _belowTop, scale, _oldestMicros);
    }
}

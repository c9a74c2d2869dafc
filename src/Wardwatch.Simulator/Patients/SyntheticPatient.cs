using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Patients;

/// <summary>
/// A patient who was never measured: each vital wanders about its baseline on two time scales, day and night move it slowly, and a common course of
/// exertion lifts heart rate, respiration and pressure together. A cuff and a thermometer measure now and then, the rest holds all the time.
/// </summary>
/// <remarks>
/// Assumptions, chosen for plausibility on a screen rather than fitted: circadian amplitudes of 4 /min (heart rate), 5 mmHg (systolic) and 0.25 °C, highest in
/// the late afternoon; correlation times of seconds for the counting of beats and breaths, and of tens of minutes for the state of the body.
/// </remarks>
public sealed class SyntheticPatient : IVitalsSource
{
    /// <summary>The time between two cuff measurements, in seconds.</summary>
    public const double CuffIntervalSeconds = 15 * 60;

    private const double GlucoseIntervalSeconds = 4 * 3_600;
    private const double DaySeconds = 86_400;
    private const double StartOfDaySeconds = 10 * 3_600;
    private const double WarmestSeconds = 17 * 3_600;

    private readonly SyntheticProfile _profile;
    private readonly Random _random;
    private readonly bool _continuesAPast;

    private WanderingNoise _exertion = new(1, 400);
    private WanderingNoise _heartRateSlow = new(2.2, 1_500);
    private WanderingNoise _heartRateFast = new(1.1, 9);
    private WanderingNoise _saturationSlow = new(0.45, 900);
    private WanderingNoise _saturationFast = new(0.25, 12);
    private WanderingNoise _breathsSlow = new(0.7, 900);
    private WanderingNoise _breathsFast = new(0.6, 20);
    private WanderingNoise _pressureSlow = new(4, 1_800);
    private WanderingNoise _pressureFast = new(1.5, 10);
    private WanderingNoise _temperatureSlow = new(0.08, 3_600);
    private WanderingNoise _carbonDioxide = new(1.2, 60);
    private WanderingNoise _glucose = new(0.6, 7_200);
    private double _startSeconds = double.NaN;
    private double _nextCuffSeconds;
    private double _nextGlucoseSeconds;

    /// <param name="profile">The baseline.</param>
    /// <param name="seed">The same seed gives the same patient.</param>
    /// <param name="continuesAPast">True where the first sample must meet the baseline, because other values came before it.</param>
    public SyntheticPatient(SyntheticProfile profile, int seed, bool continuesAPast)
    {
        _profile = profile;
        _random = new Random(seed);
        _continuesAPast = continuesAPast;
    }

    /// <inheritdoc/>
    public void Sample(double seconds, VitalFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (double.IsNaN(_startSeconds))
        {
            _startSeconds = seconds;
            // The first cuff comes soon; a ward's cuffs do not all inflate in one second.
            _nextCuffSeconds = seconds + _random.NextBetween(2, 20);
            _nextGlucoseSeconds = seconds + _random.NextBetween(20, 60);
        }

        // -1 … 1 over the day; a continuation counts from where it began, so that its first value is the baseline itself.
        var day = Circadian(seconds) - (_continuesAPast ? Circadian(_startSeconds) : 0);
        var exertion = _exertion.At(seconds, _random);

        frame[Vital.HeartRate] = _profile.HeartRate + (4 * day) + (3 * exertion) + _heartRateSlow.At(seconds, _random) + _heartRateFast.At(seconds, _random);
        frame[Vital.SpO2] = Math.Min(100, _profile.SpO2 + (0.3 * day) - (0.15 * exertion) + _saturationSlow.At(seconds, _random) + _saturationFast.At(seconds, _random));
        frame[Vital.RespiratoryRate] = _profile.RespiratoryRate + (0.5 * day) + (0.8 * exertion) + _breathsSlow.At(seconds, _random) + _breathsFast.At(seconds, _random);
        frame[Vital.EndTidalCo2] = _profile.EndTidalCo2 - (0.8 * exertion) + _carbonDioxide.At(seconds, _random);

        var pressure = (5 * day) + (2.5 * exertion) + _pressureSlow.At(seconds, _random) + _pressureFast.At(seconds, _random);
        frame[Vital.SystolicPressure] = _profile.SystolicPressure + pressure;
        frame[Vital.DiastolicPressure] = _profile.DiastolicPressure + (0.55 * pressure);
        frame[Vital.Temperature] = _profile.Temperature + (0.25 * day) + _temperatureSlow.At(seconds, _random);
        frame[Vital.Consciousness] = _profile.ConsciousnessLevel;
        frame[Vital.SupplementalOxygen] = _profile.SupplementalOxygen;
        frame[Vital.Glucose] = _profile.Glucose + _glucose.At(seconds, _random);
        MarkTaken(seconds, frame);
    }

    private static double Circadian(double seconds) => Math.Cos(2 * Math.PI * (seconds + StartOfDaySeconds - WarmestSeconds) / DaySeconds);

    private void MarkTaken(double seconds, VitalFrame frame)
    {
        if (_profile.HasContinuousPressure)
        {
            frame.Take(Vital.SystolicPressure);
            frame.Take(Vital.DiastolicPressure);
        }

        if (seconds >= _nextGlucoseSeconds)
        {
            frame.Take(Vital.Glucose);
            _nextGlucoseSeconds = Next(_nextGlucoseSeconds, seconds, GlucoseIntervalSeconds);
        }

        if (seconds < _nextCuffSeconds) return;
        frame.Take(Vital.SystolicPressure);
        frame.Take(Vital.DiastolicPressure);
        frame.Take(Vital.Temperature);
        frame.Take(Vital.Consciousness);
        frame.Take(Vital.SupplementalOxygen);
        _nextCuffSeconds = Next(_nextCuffSeconds, seconds, CuffIntervalSeconds);
    }

    private static double Next(double due, double now, double interval) => due + (interval * (Math.Floor((now - due) / interval) + 1));
}

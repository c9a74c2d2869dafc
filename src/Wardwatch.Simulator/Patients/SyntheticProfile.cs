using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Simulator.Patients;

/// <summary>
/// About which values a patient's vital signs wander, in the catalogue's units; NaN where a vital is not measured at this bed.
/// </summary>
public sealed record SyntheticProfile
{
    /// <summary>Beats per minute.</summary>
    public double HeartRate { get; init; } = 75;

    /// <summary>Percent.</summary>
    public double SpO2 { get; init; } = 97;

    /// <summary>mmHg.</summary>
    public double SystolicPressure { get; init; } = 122;

    /// <summary>mmHg.</summary>
    public double DiastolicPressure { get; init; } = 76;

    /// <summary>°C.</summary>
    public double Temperature { get; init; } = 36.8;

    /// <summary>Breaths per minute.</summary>
    public double RespiratoryRate { get; init; } = 15;

    /// <summary>A level of <see cref="Consciousness"/> as a number.</summary>
    public double ConsciousnessLevel { get; init; }

    /// <summary>0 air, 1 oxygen.</summary>
    public double SupplementalOxygen { get; init; }

    /// <summary>mmHg.</summary>
    public double EndTidalCo2 { get; init; } = double.NaN;

    /// <summary>mmol/L.</summary>
    public double Glucose { get; init; } = double.NaN;

    /// <summary>True where an arterial line measures the pressures all the time.</summary>
    public bool HasContinuousPressure { get; init; }

    /// <summary>
    /// Draws an adult on a general ward: mostly within the NEWS2 bands that score 0 or 1, so that a ward is calm by itself. Ranges are Wardwatch's assumption.
    /// </summary>
    public static SyntheticProfile Draw(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var systolic = random.NextBetween(114, 142);
        return new SyntheticProfile
        {
            HeartRate = random.NextBetween(62, 84),
            SpO2 = random.NextBetween(96.6, 98.2),
            SystolicPressure = systolic,
            DiastolicPressure = systolic - random.NextBetween(40, 54),
            Temperature = random.NextBetween(36.5, 37.1),
            RespiratoryRate = random.NextBetween(13.5, 17),
            EndTidalCo2 = random.NextDouble() < 0.2 ? random.NextBetween(34, 41) : double.NaN,
            Glucose = random.NextDouble() < 0.3 ? random.NextBetween(5, 9) : double.NaN,
        };
    }
}

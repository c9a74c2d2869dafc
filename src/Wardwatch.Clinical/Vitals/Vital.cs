namespace Wardwatch.Clinical.Vitals;

/// <summary>
/// The vital signs that Wardwatch knows. The order is fixed: the number indexes <see cref="VitalSet"/>, presence masks and stored rows, so a new
/// vital is added at the end. Units, codes and ranges are in <see cref="VitalCatalogue"/>.
/// </summary>
public enum Vital : byte
{
    /// <summary>Heart rate, beats per minute.</summary>
    HeartRate,

    /// <summary>Oxygen saturation by pulse oximetry, percent.</summary>
    SpO2,

    /// <summary>Systolic arterial pressure, mmHg.</summary>
    SystolicPressure,

    /// <summary>Diastolic arterial pressure, mmHg.</summary>
    DiastolicPressure,

    /// <summary>Body temperature, °C.</summary>
    Temperature,

    /// <summary>Respiratory rate, breaths per minute.</summary>
    RespiratoryRate,

    /// <summary>Level of consciousness as a number of <see cref="Vitals.Consciousness"/>.</summary>
    Consciousness,

    /// <summary>Supplemental oxygen: 0 breathing air, 1 on oxygen.</summary>
    SupplementalOxygen,

    /// <summary>End-tidal carbon dioxide, mmHg.</summary>
    EndTidalCo2,

    /// <summary>Blood glucose, mmol/L.</summary>
    Glucose,
}

namespace Wardwatch.Devices.Payloads;

/// <summary>Names and plausible ranges of the vital signs on the wire.</summary>
public static class Vitals
{
    /// <summary>How many <see cref="VitalKind"/>s there are.</summary>
    public const int Count = 10;

    private static readonly double[] Minima = [0, 0, 0, 0, 20, 0, 0, 0, 0, 0];
    private static readonly double[] Maxima = [350, 100, 350, 250, 46, 120, 4, 1, 150, 100];

    /// <summary>The smallest value that is accepted as plausible, in the vital's unit.</summary>
    public static double Minimum(VitalKind kind) => Minima[(int)kind];

    /// <summary>The largest value that is accepted as plausible, in the vital's unit.</summary>
    public static double Maximum(VitalKind kind) => Maxima[(int)kind];

    /// <summary>False for NaN as well.</summary>
    public static bool IsPlausible(VitalKind kind, double value) => value >= Minima[(int)kind] && value <= Maxima[(int)kind];

    /// <summary>The JSON member's name.</summary>
    public static ReadOnlySpan<byte> WireName(VitalKind kind) => kind switch
    {
        VitalKind.HeartRate => "hr"u8,
        VitalKind.SpO2 => "spo2"u8,
        VitalKind.SystolicPressure => "sbp"u8,
        VitalKind.DiastolicPressure => "dbp"u8,
        VitalKind.Temperature => "temp"u8,
        VitalKind.RespiratoryRate => "rr"u8,
        VitalKind.Consciousness => "acvpu"u8,
        VitalKind.SupplementalOxygen => "o2"u8,
        VitalKind.EndTidalCo2 => "etco2"u8,
        VitalKind.Glucose => "glucose"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown vital sign"),
    };

    /// <summary>Finds the vital sign that a member's name (unescaped UTF-8) stands for. Names are case-sensitive.</summary>
    public static bool TryFromWireName(ReadOnlySpan<byte> name, out VitalKind kind)
    {
        (kind, var known) = name.Length switch
        {
            2 when name.SequenceEqual("hr"u8) => (VitalKind.HeartRate, true),
            2 when name.SequenceEqual("rr"u8) => (VitalKind.RespiratoryRate, true),
            2 when name.SequenceEqual("o2"u8) => (VitalKind.SupplementalOxygen, true),
            3 when name.SequenceEqual("sbp"u8) => (VitalKind.SystolicPressure, true),
            3 when name.SequenceEqual("dbp"u8) => (VitalKind.DiastolicPressure, true),
            4 when name.SequenceEqual("spo2"u8) => (VitalKind.SpO2, true),
            4 when name.SequenceEqual("temp"u8) => (VitalKind.Temperature, true),
            5 when name.SequenceEqual("acvpu"u8) => (VitalKind.Consciousness, true),
            5 when name.SequenceEqual("etco2"u8) => (VitalKind.EndTidalCo2, true),
            7 when name.SequenceEqual("glucose"u8) => (VitalKind.Glucose, true),
            _ => (default, false),
        };
        return known;
    }

    /// <summary>The letter of the ACVPU scale on the wire.</summary>
    public static byte WireLetter(ConsciousnessLevel level) => level switch
    {
        ConsciousnessLevel.Alert => (byte)'A',
        ConsciousnessLevel.Confusion => (byte)'C',
        ConsciousnessLevel.Voice => (byte)'V',
        ConsciousnessLevel.Pain => (byte)'P',
        ConsciousnessLevel.Unresponsive => (byte)'U',
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Unknown level of consciousness"),
    };
}

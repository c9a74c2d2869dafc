namespace Wardwatch.Simulator.Devices;

/// <summary>The battery of a device: it runs down, and is changed for a full one when somebody has noticed. A function of time alone, so that the same run shows the same.</summary>
/// <param name="StartPercent">What is in it at the beginning.</param>
/// <param name="PercentPerHour">How fast it runs down.</param>
/// <param name="ChangedAtPercent">When it is changed.</param>
internal sealed record DeviceBattery(double StartPercent, double PercentPerHour, double ChangedAtPercent)
{
    private const double Full = 100;

    /// <summary>The battery of a bed of the demonstration: one is low after some minutes, the others are looked after.</summary>
    public static DeviceBattery OfDemo(int number) => number == 7 ? new(27, 60, 12) : new(45 + ((number * 13) % 50), 6, 25);

    /// <summary>What is left, in whole percent.</summary>
    public double At(double seconds)
    {
        var used = seconds / 3600 * PercentPerHour;
        var first = StartPercent - ChangedAtPercent;
        var left = used <= first ? StartPercent - used : Full - ((used - first) % (Full - ChangedAtPercent));
        return Math.Round(left);
    }
}

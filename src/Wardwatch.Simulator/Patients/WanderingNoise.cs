namespace Wardwatch.Simulator.Patients;

/// <summary>
/// A value that wanders about zero: the first-order autoregressive process, in its form for any step (Ornstein-Uhlenbeck). After a step of Δt the old value has
/// decayed by exp(-Δt/τ), and fresh noise brings the standard deviation back to σ.
/// </summary>
/// <param name="standardDeviation">σ, in the unit of what it is added to.</param>
/// <param name="correlationSeconds">τ: how long the value remembers itself.</param>
internal struct WanderingNoise(double standardDeviation, double correlationSeconds)
{
    private double _at = double.NaN;
    private double _value;

    /// <summary>The value at a time that does not lie before the last one. The first call answers zero, so that a continuation begins where the past ended.</summary>
    public double At(double seconds, Random random)
    {
        if (double.IsNaN(_at))
        {
            _at = seconds;
            return 0;
        }

        var decay = Math.Exp(-Math.Max(0, seconds - _at) / correlationSeconds);
        _at = seconds;
        _value = (_value * decay) + (standardDeviation * Math.Sqrt(1 - (decay * decay)) * random.NextGaussian());
        return _value;
    }
}

internal static class RandomDraws
{
    /// <summary>A draw from the standard normal distribution (Box and Muller 1958).</summary>
    public static double NextGaussian(this Random random)
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    /// <summary>A draw between two limits, even.</summary>
    public static double NextBetween(this Random random, double min, double max) => min + (random.NextDouble() * (max - min));
}

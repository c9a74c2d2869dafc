namespace Wardwatch.Benchmarks;

/// <summary>A measurement could not be made, or what it must prove does not hold. Printed as a plain line, never as a stack trace.</summary>
public sealed class BenchmarkException : Exception
{
    /// <param name="message">What is wrong, and what to do about it.</param>
    /// <param name="inner">What lay beneath, or null.</param>
    public BenchmarkException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

namespace Wardwatch.UnitTests;

/// <summary>Waiting for another thread.</summary>
internal static class Waiting
{
    /// <summary>
    /// How long anything is waited for that is not measured: far longer than it takes on a machine that is slow and busy. What takes longer does not happen.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
}

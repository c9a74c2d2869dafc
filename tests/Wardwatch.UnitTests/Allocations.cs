namespace Wardwatch.UnitTests;

/// <summary>What code allocates once it runs as it does in the long run.</summary>
internal static class Allocations
{
    private const int Rounds = 12;

    /// <summary>
    /// The least of some rounds: what is compiled anew or set up once in the middle of a round is not of the code, and what the code allocates itself is in every round.
    /// </summary>
    public static long Of(Action round)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Rounds && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}

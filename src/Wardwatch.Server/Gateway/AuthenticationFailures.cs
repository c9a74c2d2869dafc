namespace Wardwatch.Server.Gateway;

/// <summary>
/// Makes the answer to wrong credentials slow for whoever gives them again and again, counted by address and by the device that is claimed. Right credentials
/// are never made to wait, so that nobody can lock a device out by guessing at it. A table of fixed size keeps the counts: however many names somebody makes
/// up, it costs no memory, and that two fall together costs only those who fail a wait.
/// </summary>
internal sealed class AuthenticationFailures(GatewayOptions options)
{
    private const int Slots = 8192;
    private const double ForgivenPerSecond = 1.0 / 12;
    private const int StepMilliseconds = 500;

    private readonly Lock _gate = new();
    private readonly Slot[] _slots = new Slot[Slots];

    /// <summary>Counts a failure; answers how long the refusal is to wait.</summary>
    /// <param name="address">Where it came from.</param>
    /// <param name="device">The id that was claimed.</param>
    /// <param name="nowMilliseconds">Of a clock that only goes forward.</param>
    public TimeSpan Count(SourceAddress address, string device, long nowMilliseconds)
    {
        lock (_gate)
        {
            // Both hashes are keyed anew at each start of the process: nobody can choose whom to fall together with.
            var worst = Math.Max(Add(HashCode.Combine(address), nowMilliseconds), Add(device.GetHashCode(StringComparison.Ordinal), nowMilliseconds));
            var wait = (worst - options.FailuresBeforeDelay) * StepMilliseconds;
            return TimeSpan.FromMilliseconds(Math.Clamp(wait, 0, options.MaxFailureDelaySeconds * 1000.0));
        }
    }

    private double Add(int hash, long nowMilliseconds)
    {
        ref var slot = ref _slots[(uint)hash % Slots];
        slot.Count = Math.Max(0, slot.Count - (nowMilliseconds - slot.At) / 1000.0 * ForgivenPerSecond) + 1;

        // What counts beyond the longest wait would only take longer to be forgiven.
        slot.Count = Math.Min(slot.Count, options.FailuresBeforeDelay + options.MaxFailureDelaySeconds * 1000.0 / StepMilliseconds);
        slot.At = nowMilliseconds;
        return slot.Count;
    }

    private struct Slot
    {
        public double Count;
        public long At;
    }
}

using System.Globalization;

namespace Wardwatch.Simulator.Faults;

/// <summary>What can be wrong with a device.</summary>
public enum FaultKind
{
    /// <summary>The cable is pulled: the connection ends without DISCONNECT and comes back.</summary>
    Disconnect,

    /// <summary>The same envelope is published twice.</summary>
    Duplicate,

    /// <summary>Readings are held back for a while and then sent, late, all together.</summary>
    Delayed,

    /// <summary>Two readings change places.</summary>
    Reorder,

    /// <summary>A byte of the envelope is changed, so that its tag is wrong.</summary>
    Corrupt,

    /// <summary>The device's clock is off.</summary>
    ClockWrong,

    /// <summary>The device stays connected and measures nothing.</summary>
    Silent,

    /// <summary>One parameter is missing, as with a probe that came off.</summary>
    ParameterLost,

    /// <summary>An envelope is sealed under a key that is not the device's.</summary>
    WrongKey,
}

/// <summary>
/// A fault that comes again and again in one device. Some are moments (a duplicate), others last (silence). Times are real seconds since the device was switched on.
/// </summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="FirstSeconds">When it happens first.</param>
/// <param name="EverySeconds">From one beginning to the next; infinite: once.</param>
/// <param name="LastsSeconds">For faults that last: how long.</param>
/// <param name="Amount">For <see cref="FaultKind.ClockWrong"/>: by how many seconds the clock is ahead.</param>
public sealed record FaultRun(FaultKind Kind, double FirstSeconds, double EverySeconds, double LastsSeconds, double Amount)
{
    /// <summary>Whether a fault that lasts is on.</summary>
    public bool IsOnAt(double seconds) => seconds >= FirstSeconds && SinceBeginning(seconds) < LastsSeconds;

    /// <summary>Whether a momentary fault falls between two times (the first excluded, the second included).</summary>
    public bool FallsBetween(double before, double now) => Occurrences(now) > Occurrences(before);

    private double SinceBeginning(double seconds)
    {
        var since = seconds - FirstSeconds;
        return double.IsFinite(EverySeconds) ? since % EverySeconds : since;
    }

    private double Occurrences(double seconds)
    {
        if (seconds < FirstSeconds) return 0;
        return double.IsFinite(EverySeconds) ? Math.Floor((seconds - FirstSeconds) / EverySeconds) + 1 : 1;
    }
}

/// <summary>
/// A fault as the operator asked for it: <c>NAME[:device][@every][,seconds=S]</c>. Without a device it is the first one's; <c>*</c> stands for all.
/// </summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Target">A device's number from 1, its id, its patient's id, or <c>*</c>.</param>
/// <param name="EverySeconds">How often, or null for the kind's own.</param>
/// <param name="Seconds">How long it lasts, or by how much the clock is ahead, or null for the kind's own.</param>
public sealed record FaultRequest(FaultKind Kind, string Target, double? EverySeconds, double? Seconds)
{
    private static readonly Dictionary<string, FaultKind> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["disconnect"] = FaultKind.Disconnect,
        ["duplicate"] = FaultKind.Duplicate,
        ["delayed"] = FaultKind.Delayed,
        ["delay"] = FaultKind.Delayed,
        ["reorder"] = FaultKind.Reorder,
        ["corrupt"] = FaultKind.Corrupt,
        ["clock-wrong"] = FaultKind.ClockWrong,
        ["clock"] = FaultKind.ClockWrong,
        ["silent"] = FaultKind.Silent,
        ["silence"] = FaultKind.Silent,
        ["parameter-lost"] = FaultKind.ParameterLost,
        ["probe-off"] = FaultKind.ParameterLost,
        ["wrong-key"] = FaultKind.WrongKey,
    };

    /// <exception cref="SimulatorException">The text cannot be understood.</exception>
    public static FaultRequest Parse(string text)
    {
        var request = RequestText.Parse(text, "fault");
        if (!Names.TryGetValue(request.Name, out var kind))
            throw SimulatorException.Usage($"There is no fault '{request.Name}'. Known: {string.Join(", ", Names.Keys)}.");
        return new FaultRequest(kind, request.Target ?? "1", request.Every, request.Take("seconds", double.MinValue));
    }

    /// <summary>The run of it, with the kind's own times where none were asked for.</summary>
    public FaultRun ToRun()
    {
        var (every, lasts, amount) = Kind switch
        {
            FaultKind.Disconnect => (60.0, 0.0, 0.0),
            FaultKind.Duplicate => (10, 0, 0),
            FaultKind.Delayed => (120, Seconds ?? 30, 0),
            FaultKind.Reorder => (15, 0, 0),
            FaultKind.Corrupt => (30, 0, 0),
            FaultKind.ClockWrong => (double.PositiveInfinity, double.PositiveInfinity, Seconds ?? 240),
            FaultKind.Silent => (300, Seconds ?? 90, 0),
            FaultKind.ParameterLost => (240, Seconds ?? 60, 0),
            _ => (30, 0, 0),
        };
        every = EverySeconds ?? every;
        if (lasts > 0 && double.IsFinite(lasts) && lasts > every)
            throw SimulatorException.Usage($"The fault {Kind} lasts {lasts.ToString(CultureInfo.InvariantCulture)} s and so cannot come every {every.ToString(CultureInfo.InvariantCulture)} s.");
        return new FaultRun(Kind, Kind == FaultKind.ClockWrong ? 0 : Math.Min(every, 20), every, lasts, amount);
    }
}

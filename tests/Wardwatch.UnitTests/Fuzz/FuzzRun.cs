using System.Globalization;

namespace Wardwatch.UnitTests.Fuzz;

/// <summary>An input for which something does not hold.</summary>
/// <param name="Execution">Which of the run it was, from 1.</param>
/// <param name="Input">The bytes.</param>
/// <param name="Problem">What does not hold.</param>
internal sealed record FuzzFinding(long Execution, byte[] Input, string Problem);

/// <summary>
/// Feeds one parser with mutated inputs until a budget is used up or something is found. The same seed gives the same inputs in the same order. It works on
/// a thread of its own, so that an input without an answer is found as well.
/// </summary>
internal sealed class FuzzRun
{
    // Longer than any hiccup of a busy machine: what takes so long will never answer.
    private static readonly TimeSpan NoAnswer = TimeSpan.FromSeconds(60);
    private const int MaxKept = 4_096;
    private const string Schedule = "/proc/thread-self/schedstat";

    private readonly FuzzTarget _target;
    private readonly FuzzMutator _mutator;
    private readonly FuzzMeter _meter = new();
    private readonly List<byte[]> _pool = [];
    private readonly HashSet<ulong> _known = [];
    private byte[] _current = [];
    private long _began;
    private long _executions;
    private FuzzFinding? _finding;

    public FuzzRun(FuzzTarget target, int seed)
    {
        _target = target;
        Seed = seed;
        _mutator = new FuzzMutator(seed, target.Words, target.MaxBytes);
    }

    public int Seed { get; }

    public long Executions => Volatile.Read(ref _executions);

    /// <summary>Different answers so far.</summary>
    public int Answers => _known.Count;

    /// <summary>Runs until <paramref name="goOn"/>, asked before each input, says no; answers the first finding, or null.</summary>
    /// <param name="kept">Cases that were kept; they come first, with the target's seeds.</param>
    /// <param name="goOn">Whether there is budget left.</param>
    /// <param name="watch">Called twice a second or so from the calling thread.</param>
    public FuzzFinding? Run(IEnumerable<byte[]> kept, Func<long, bool> goOn, Action? watch = null)
    {
        byte[][] first = [.. _target.Seeds, .. kept];
        Volatile.Write(ref _began, TimeProvider.System.GetTimestamp());
        var thread = new Thread(() => Work(first, goOn)) { IsBackground = true, Name = $"fuzz {_target.Name}" };
        thread.Start();
        while (!thread.Join(TimeSpan.FromMilliseconds(500)))
        {
            watch?.Invoke();
            if (TimeProvider.System.GetElapsedTime(Volatile.Read(ref _began)) > NoAnswer)
                return new FuzzFinding(Executions, _current, $"There is no answer after {NoAnswer.TotalSeconds} s.");
        }

        return _finding;
    }

    /// <summary>What a person needs to see it again.</summary>
    public string Describe(FuzzFinding finding)
    {
        var hex = Convert.ToHexString(finding.Input);
        return $"""
            {_target.Name}: {finding.Problem}
            seed {Seed}, execution {finding.Execution}, {finding.Input.Length} bytes: {(hex.Length > 8_192 ? hex[..8_192] + "…" : hex)}
            To repeat it: ./test fuzz {_target.Name} --seed {Seed}, or keep the input as a file in tests/data/fuzz/{_target.Name}, where every run takes it first.
            """;
    }

    private void Work(byte[][] first, Func<long, bool> goOn)
    {
        // Twice: what runs first also compiles and initialises, and that is not the input's doing.
        foreach (var input in first) Judge(input, measured: false);
        foreach (var input in first)
        {
            if (!Try(input)) return;
        }

        while (goOn(_executions))
        {
            var input = _target.Mutate(_mutator, Draw(), Draw());
            if (!Try(input)) return;
        }
    }

    private byte[] Draw() => _pool.Count == 0 ? [] : _pool[_mutator.Random.Next(_pool.Count)];

    private bool Try(byte[] input)
    {
        _current = input;
        Volatile.Write(ref _began, TimeProvider.System.GetTimestamp());
        Volatile.Write(ref _executions, _executions + 1);
        var problem = Judge(input, measured: true);
        if (problem is null) return true;
        _finding = new FuzzFinding(_executions, input, problem);
        return false;
    }

    private string? Judge(byte[] input, bool measured)
    {
        string? problem = null;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            // The clock first, since it costs nothing; where it says too much, the thread's own processor time, which other programs do not lengthen.
            var (began, worked) = (TimeProvider.System.GetTimestamp(), attempt == 0 ? null : ProcessorTime());
            problem = Execute(input, out var answer);
            if (problem is not null) return problem;
            if (_known.Add(answer) && _pool.Count < MaxKept) _pool.Add(input);
            if (!measured) return null;

            // Allocations of a first time and interruptions of a busy machine do not come three times.
            var limit = _target.AllocationLimit(input.Length);
            if (_meter.Allocated > limit) problem = $"{_meter.Allocated:N0} bytes are allocated, {limit:N0} are allowed.";
            else if ((ProcessorTime(worked) ?? TimeProvider.System.GetElapsedTime(began)) > _target.TimeLimit) problem = $"It takes longer than {_target.TimeLimit.TotalSeconds} s.";
            else return null;
        }

        return problem;
    }

    // The first number of schedstat: nanoseconds on a processor (Linux only; null elsewhere).
    private static TimeSpan? ProcessorTime() =>
        File.Exists(Schedule) ? TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText(Schedule).Split(' ')[0], CultureInfo.InvariantCulture) / 1_000.0) : null;

    private static TimeSpan? ProcessorTime(TimeSpan? since) => since is null ? null : ProcessorTime() - since;

    private string? Execute(byte[] input, out ulong answer)
    {
        _meter.Reset();
        try
        {
            answer = _target.Execute(input, _meter);
            return null;
        }
        catch (FuzzFailure failure)
        {
            answer = 0;
            return failure.Message;
        }
        catch (Exception unexpected)
        {
            answer = 0;
            return $"An exception that nobody expects: {unexpected}";
        }
    }
}

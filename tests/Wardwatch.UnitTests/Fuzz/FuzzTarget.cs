namespace Wardwatch.UnitTests.Fuzz;

/// <summary>
/// One parser under fuzz: valid inputs to begin with, the words of its format, and what must hold for any bytes at all. <see cref="Execute"/> throws where
/// something does not hold; an exception of the parser that it does not expect is a finding as well.
/// </summary>
internal abstract class FuzzTarget
{
    /// <summary>The parser's name on the command line, and its folder under <c>tests/data/fuzz</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Valid inputs, and some just beside.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Pieces that mean something in this format.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>Longer inputs are cut.</summary>
    public virtual int MaxBytes => 1024;

    /// <summary>How many inputs the quick run of <c>./test</c> tries; about a third of a second.</summary>
    public virtual int QuickExecutions => 12_000;

    /// <summary>The most that may be allocated while an input of this length is parsed: a multiple of what came, never of what it declares.</summary>
    public abstract long AllocationLimit(int inputBytes);

    /// <summary>The most time that one input may take, measured again before it counts: machines are busy.</summary>
    public virtual TimeSpan TimeLimit => TimeSpan.FromSeconds(1);

    /// <summary>
    /// Parses and judges. The answer stands for what was found (which fields, which fault): an input with a new answer is kept and mutated further, which is
    /// how a run finds its way into the format without instrumented code.
    /// </summary>
    /// <param name="input">Any bytes.</param>
    /// <param name="meter">Encloses the parsing itself, so that what the judging allocates does not count.</param>
    public abstract ulong Execute(byte[] input, FuzzMeter meter);

    /// <summary>A new input out of a known one; formats with lengths or sums of their own mend them here, or mutations would never get past them.</summary>
    public virtual byte[] Mutate(FuzzMutator mutator, byte[] input, byte[] other) => mutator.Mutate(input, other);
}

/// <summary>Counts what this thread allocates between <see cref="Begin"/> and <see cref="End"/>.</summary>
internal sealed class FuzzMeter
{
    private long _began;

    public long Allocated { get; private set; }

    public void Reset() => Allocated = 0;

    public void Begin() => _began = GC.GetAllocatedBytesForCurrentThread();

    public void End() => Allocated += GC.GetAllocatedBytesForCurrentThread() - _began;
}

/// <summary>Something that must hold does not.</summary>
internal sealed class FuzzFailure(string message) : Exception(message);

/// <summary>Folds what an input led to into one number.</summary>
internal struct Signature()
{
    private const ulong Prime = 1_099_511_628_211;

    public ulong Value { get; private set; } = 14_695_981_039_346_656_037;

    public void Add(ulong part) => Value = (Value ^ part) * Prime;

    public void Add(bool part) => Add(part ? 1UL : 2UL);

    /// <summary>Letters outside quotes only: a message may hold numbers, and pieces of the input, which are no new state.</summary>
    public void AddShape(string? text)
    {
        var quoted = false;
        foreach (var c in text.AsSpan(0, Math.Min(text?.Length ?? 0, 60)))
        {
            if (c is '\'' or '"') quoted = !quoted;
            else if (!quoted && char.IsAsciiLetter(c)) Add(c);
        }
    }

    /// <summary>The order of magnitude, which is new only now and then.</summary>
    public void AddSize(long size) => Add((ulong)(64 - long.LeadingZeroCount(size)));
}

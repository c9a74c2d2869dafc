using System.Buffers.Binary;
using System.Numerics;
using Wardwatch.Clinical.Vitals;

namespace Wardwatch.Clinical.Scores;

/// <summary>The two oxygen-saturation scales of NEWS2.</summary>
public enum SpO2Scale : byte
{
    /// <summary>For everybody unless a clinician has ordered the other.</summary>
    One,

    /// <summary>Target 88 to 92 %, for hypercapnic respiratory failure; only when a competent clinician has ordered it.</summary>
    Two,
}

/// <summary>
/// A NEWS2 score as bounds: what is certain given the inputs that are known. With all seven inputs <see cref="Min"/> equals <see cref="Max"/>; each missing or
/// too old input widens them by what it could still score. <c>default</c> knows nothing and says 0 to 20.
/// </summary>
public readonly record struct News2Score
{
    /// <summary>The highest total that NEWS2 can give.</summary>
    public const int HighestTotal = 20;

    // The most that each parameter can score: 3, and 2 for supplemental oxygen.
    private const ulong HighestPoints = 0x03_03_03_03_02_03_03;

    // A byte per parameter in the order of News2.Parameters. The upper side is kept as points below the highest possible,
    // so that default(News2Score) reads as "nothing known" and can never pass for a complete score of zero.
    private readonly ulong _minPoints;
    private readonly ulong _belowTopPoints;
    private readonly byte _known;
    private readonly byte _min;
    private readonly byte _belowTop;

    internal News2Score(ulong minPoints, ulong belowTopPoints, int known, int min, int belowTop, SpO2Scale scale, long oldestInputMicros)
    {
        _minPoints = minPoints;
        _belowTopPoints = belowTopPoints;
        _known = (byte)known;
        _min = (byte)min;
        _belowTop = (byte)belowTop;
        Scale = scale;
        OldestInputMicros = oldestInputMicros;
    }

    /// <summary>The least total that any completion of the missing inputs gives, 0 to 20.</summary>
    public int Min => _min;

    /// <summary>The greatest total that any completion of the missing inputs gives, 0 to 20.</summary>
    public int Max => HighestTotal - _belowTop;

    /// <summary>All seven inputs were present and fresh; only then is there a score rather than bounds.</summary>
    public bool Complete => _known == News2.AllKnown;

    /// <summary>How many of the seven inputs were present and fresh.</summary>
    public int KnownInputs => BitOperations.PopCount(_known);

    /// <summary>The oxygen-saturation scale that was used.</summary>
    public SpO2Scale Scale { get; }

    /// <summary>When the oldest input that was used was measured (Unix microseconds); 0 if none was used. The score is no younger than that.</summary>
    public long OldestInputMicros { get; }

    /// <summary>Whether a single parameter certainly scores 3 (missing inputs could not change that).</summary>
    public bool AnySingleThree => FirstSingleThree is not null;

    /// <summary>The first parameter, in the chart's order, that certainly scores 3; null if there is none.</summary>
    public Vital? FirstSingleThree
    {
        get
        {
            foreach (var vital in News2.Parameters)
            {
                if (MinOf(vital) == 3)
                    return vital;
            }

            return null;
        }
    }

    /// <summary>A bit per known input, in the order of <see cref="News2.Parameters"/>.</summary>
    internal int KnownMask => _known;

    /// <summary>The parameters that certainly score 3: a bit in each parameter's byte, in the order of <see cref="News2.Parameters"/>.</summary>
    internal ulong CertainThrees => ThreesOf(_minPoints);

    /// <summary>The parameters that score 3 or, being unknown, might.</summary>
    internal ulong PossibleThrees => ThreesOf(HighestPoints - _belowTopPoints);

    /// <summary>Whether the input of this parameter was present and fresh.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The vital is not a NEWS2 parameter.</exception>
    public bool IsKnown(Vital parameter) => (_known & (1 << News2.IndexOf(parameter))) != 0;

    /// <summary>The least points this parameter can score, given what is known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The vital is not a NEWS2 parameter.</exception>
    public int MinOf(Vital parameter) => (byte)(_minPoints >> (8 * News2.IndexOf(parameter)));

    /// <summary>The most points this parameter can score, given what is known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The vital is not a NEWS2 parameter.</exception>
    public int MaxOf(Vital parameter)
    {
        int index = News2.IndexOf(parameter);
        return News2.HighestPoints(index) - (byte)(_belowTopPoints >> (8 * index));
    }

    /// <summary>How many bytes <see cref="Write"/> writes.</summary>
    public const int EncodedBytes = 28;

    /// <summary>Writes the score so that another process reads the same: <c>least points (8) ‖ below top (8) ‖ known (1) ‖ least (1) ‖ below top (1) ‖ scale (1) ‖ oldest input (8)</c>, big-endian.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _minPoints);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _belowTopPoints);
        destination[16] = _known;
        destination[17] = _min;
        destination[18] = _belowTop;
        destination[19] = (byte)Scale;
        BinaryPrimitives.WriteInt64BigEndian(destination[20..], OldestInputMicros);
    }

    /// <summary>Reads what <see cref="Write"/> wrote. False if no score looks like that.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out News2Score score)
    {
        score = default;
        if (source.Length < EncodedBytes || (source[16] & ~News2.AllKnown) != 0 || source[17] > HighestTotal || source[18] > HighestTotal - source[17] || source[19] > (byte)SpO2Scale.Two)
            return false;
        score = new News2Score(
            BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]), source[16], source[17], source[18], (SpO2Scale)source[19],
            BinaryPrimitives.ReadInt64BigEndian(source[20..]));
        return true;
    }

    // No byte is above 3, so that 3 is where both of its lowest bits are set.
    private static ulong ThreesOf(ulong points) => points & (points >> 1) & 0x01_01_01_01_01_01_01;

    /// <summary>"5" if complete, else "5..12".</summary>
    public override string ToString() => Complete ? $"{Min}" : $"{Min}..{Max}";
}

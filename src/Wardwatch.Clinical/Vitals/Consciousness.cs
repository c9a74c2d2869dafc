namespace Wardwatch.Clinical.Vitals;

/// <summary>
/// Level of consciousness on the ACVPU scale of NEWS2 (Royal College of Physicians, 2017). Confusion means new confusion.
/// </summary>
public enum Consciousness : byte
{
    /// <summary>A: fully awake.</summary>
    Alert,

    /// <summary>C: newly confused.</summary>
    Confusion,

    /// <summary>V: responds to voice.</summary>
    Voice,

    /// <summary>P: responds to pain only.</summary>
    Pain,

    /// <summary>U: unresponsive.</summary>
    Unresponsive,
}

/// <summary>The one-letter codes of <see cref="Consciousness"/>, as devices send them.</summary>
public static class ConsciousnessCodes
{
    private const string Letters = "ACVPU";

    /// <summary>The letter of a level: A, C, V, P or U.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a level of the scale.</exception>
    public static char ToLetter(Consciousness level)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)level, (int)Consciousness.Unresponsive, nameof(level));
        return Letters[(int)level];
    }

    /// <summary>Reads a letter in upper case. False for anything else: a level is never guessed.</summary>
    public static bool TryParse(char letter, out Consciousness level)
    {
        int index = Letters.IndexOf(letter, StringComparison.Ordinal);
        level = index < 0 ? Consciousness.Alert : (Consciousness)index;
        return index >= 0;
    }
}

using Wardwatch.Devices.Ascon;

namespace Wardwatch.Server.Devices;

/// <summary>The names of the ciphers in the database and in the API.</summary>
internal static class DeviceAlgorithms
{
    /// <summary>The cipher of new keys: Ascon-AEAD128 (NIST SP 800-232).</summary>
    public const string Standard = "ascon-aead128";

    /// <summary>The older Ascon-128 (v1.2).</summary>
    public const string Older = "ascon-128";

    /// <summary>Whether a cipher of this name is known.</summary>
    public static bool IsKnown(string name) => name is Standard or Older;

    /// <summary>The cipher with this name; throws <see cref="ArgumentOutOfRangeException"/> for another.</summary>
    public static AeadAlgorithm Parse(string name) => name switch
    {
        Standard => AeadAlgorithm.AsconAead128,
        Older => AeadAlgorithm.Ascon128,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such cipher."),
    };
}

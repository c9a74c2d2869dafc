namespace Wardwatch.Devices.Ascon;

/// <summary>
/// The ciphers that a device key may name. The numbers are stored beside keys and must not change.
/// Which one a message uses is decided by its key's entry, never guessed from its bytes.
/// </summary>
public enum AeadAlgorithm : byte
{
    /// <summary>Ascon-AEAD128 as in NIST SP 800-232 (2025).</summary>
    AsconAead128 = 1,

    /// <summary>Ascon-128 as in the Ascon submission v1.2 (2021), for older devices.</summary>
    Ascon128 = 2,
}

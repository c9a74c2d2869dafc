namespace Wardwatch.Devices.Ascon;

/// <summary>
/// Authenticated encryption with a 16-byte key, a 16-byte nonce and a 16-byte tag. Implementations are immutable and may be used by
/// several threads at once; they allocate nothing, and their time depends on lengths only.
/// </summary>
public interface IAeadCipher
{
    AeadAlgorithm Algorithm { get; }

    /// <summary>Writes ciphertext ‖ tag. A nonce must never serve twice under one key.</summary>
    /// <param name="nonce">Exactly <see cref="AeadCipher.NonceBytes"/> bytes.</param>
    /// <param name="associatedData">Authenticated, not encrypted; may be empty.</param>
    /// <param name="plaintext">May be empty.</param>
    /// <param name="destination">Exactly the plaintext's length + <see cref="AeadCipher.TagBytes"/>. May begin where <paramref name="plaintext"/> begins; any other overlap is refused.</param>
    /// <exception cref="ArgumentException">A length or an overlap is wrong.</exception>
    void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> destination);

    /// <summary>Decrypts ciphertext ‖ tag. False where the tag is wrong or missing; the destination then holds zeros.</summary>
    /// <param name="nonce">Exactly <see cref="AeadCipher.NonceBytes"/> bytes.</param>
    /// <param name="associatedData">The same bytes that were given to <see cref="Encrypt"/>.</param>
    /// <param name="ciphertextAndTag">Input from outside: any length is answered, none throws.</param>
    /// <param name="plaintext">Exactly the ciphertext's length without the tag. May begin where <paramref name="ciphertextAndTag"/> begins; any other overlap is refused.</param>
    /// <exception cref="ArgumentException">A length or an overlap of what the caller provides is wrong.</exception>
    bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, Span<byte> plaintext);
}

using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Devices.Ascon;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Ascon;

public class CipherTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private static readonly byte[] Nonce = [.. Enumerable.Range(101, 16).Select(i => (byte)i)];

    public static TheoryData<AeadAlgorithm> Algorithms => [AeadAlgorithm.AsconAead128, AeadAlgorithm.Ascon128];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void What_is_encrypted_is_decrypted_and_any_changed_bit_is_found(AeadAlgorithm algorithm)
    {
        var property = Prop.ForAll<byte[], byte[], int>((associatedData, plaintext, bit) =>
        {
            var cipher = AeadCipher.Create(algorithm, Key);
            var bytes = new byte[plaintext.Length + AeadCipher.TagBytes];
            cipher.Encrypt(Nonce, associatedData, plaintext, bytes);
            var opened = new byte[plaintext.Length];
            var whole = cipher.TryDecrypt(Nonce, associatedData, bytes, opened) && opened.AsSpan().SequenceEqual(plaintext);

            var place = (int)((uint)bit % (bytes.Length * 8));
            bytes[place / 8] ^= (byte)(1 << (place % 8));
            var changed = cipher.TryDecrypt(Nonce, associatedData, bytes, opened);
            return whole && !changed && !opened.AsSpan().ContainsAnyExcept((byte)0);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(20261120, 7), property);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Encrypting_and_decrypting_in_place_gives_the_same_bytes(AeadAlgorithm algorithm)
    {
        var cipher = AeadCipher.Create(algorithm, Key);
        for (var length = 0; length <= 50; length++)
        {
            var plaintext = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            var apart = new byte[length + AeadCipher.TagBytes];
            cipher.Encrypt(Nonce, [1, 2, 3], plaintext, apart);

            var inPlace = new byte[length + AeadCipher.TagBytes];
            plaintext.CopyTo(inPlace, 0);
            cipher.Encrypt(Nonce, [1, 2, 3], inPlace.AsSpan(0, length), inPlace);
            inPlace.ShouldBe(apart);
            cipher.TryDecrypt(Nonce, [1, 2, 3], inPlace, inPlace.AsSpan(0, length)).ShouldBeTrue();
            inPlace.AsSpan(0, length).ToArray().ShouldBe(plaintext);
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_message_shorter_than_a_tag_is_refused(AeadAlgorithm algorithm)
    {
        var cipher = AeadCipher.Create(algorithm, Key);
        for (var length = 0; length < AeadCipher.TagBytes; length++) cipher.TryDecrypt(Nonce, [], new byte[length], []).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Wrong_lengths_and_shifted_overlaps_of_the_caller_are_refused(AeadAlgorithm algorithm)
    {
        var cipher = AeadCipher.Create(algorithm, Key);
        var buffer = new byte[64];
        Should.Throw<ArgumentException>(() => AeadCipher.Create(algorithm, new byte[15]));
        Should.Throw<ArgumentException>(() => cipher.Encrypt(new byte[12], [], [], new byte[16]));
        Should.Throw<ArgumentException>(() => cipher.Encrypt(Nonce, [], new byte[4], new byte[19]));
        Should.Throw<ArgumentException>(() => cipher.TryDecrypt(Nonce, [], new byte[20], new byte[5]));
        Should.Throw<ArgumentException>(() => cipher.Encrypt(Nonce, [], buffer.AsSpan(1, 32), buffer.AsSpan(0, 48)));
    }

    [Fact]
    public void The_two_algorithms_do_not_open_each_others_messages()
    {
        var bytes = new byte[20];
        AeadCipher.Create(AeadAlgorithm.Ascon128, Key).Encrypt(Nonce, [], [1, 2, 3, 4], bytes);
        AeadCipher.Create(AeadAlgorithm.AsconAead128, Key).TryDecrypt(Nonce, [], bytes, new byte[4]).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => AeadCipher.Create(default, Key));
    }
}

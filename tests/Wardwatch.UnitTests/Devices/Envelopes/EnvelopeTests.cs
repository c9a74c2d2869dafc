using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Envelopes;

public class EnvelopeTests
{
    // Also computed with an implementation in another language, written from SP 800-232.
    private const string Golden =
        "01" + "01" + "01020304" + "1112131415161718" + "191A1B1C1D1E1F20" + "217B" + "EF824956D757DF53C82E459B4D1DE027";

    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
    private static readonly IAeadCipher Cipher = AeadCipher.Create(AeadAlgorithm.AsconAead128, Key);
    private static readonly EnvelopeHeader Header = new(EnvelopeKind.Vitals, 0x01020304, 0x1112131415161718, 0x191A1B1C1D1E1F20);

    private static ReadOnlySpan<byte> Topic => "hospital/h1/ward/w1/patient/p1"u8;

    [Fact]
    public void An_envelope_is_header_ciphertext_and_tag_over_header_and_topic()
    {
        var envelope = Seal("{}"u8);

        // The header, drawn by hand; the rest by the cipher itself, given nonce and associated data as wire.md words them.
        var header = Convert.FromHexString("01" + "01" + "01020304" + "1112131415161718" + "191A1B1C1D1E1F20");
        var sealedBytes = new byte[2 + 16];
        Cipher.Encrypt(header.AsSpan(6), [.. header, .. Topic], "{}"u8, sealedBytes);
        envelope.ShouldBe([.. header, .. sealedBytes]);
    }

    [Fact]
    public void The_bytes_of_an_envelope_never_change() =>
        Convert.ToHexString(Seal("{}"u8)).ShouldBe(Golden);

    [Fact]
    public void An_opened_envelope_gives_back_what_was_sealed()
    {
        var property = Prop.ForAll<byte[], ulong, uint>((plaintext, boot, keyId) =>
        {
            var header = new EnvelopeHeader(EnvelopeKind.EcgWaveform, keyId, boot, boot | 1);
            var envelope = new byte[plaintext.Length + Envelope.Overhead];
            Envelope.Seal(Cipher, header, Topic, plaintext, envelope).ShouldBe(envelope.Length);
            EnvelopeHeader.TryRead(envelope, out var read, out _).ShouldBeTrue();
            var opened = new byte[Envelope.PlaintextLength(envelope.Length)];
            return Envelope.TryOpen(Cipher, envelope, Topic, opened, out var written, out _)
                && read == header && written == plaintext.Length && opened.AsSpan().SequenceEqual(plaintext);
        });
        Check.One(Config.QuickThrowOnFailure.WithReplay(20261120, 7), property);
    }

    [Fact]
    public void A_change_anywhere_is_found()
    {
        var envelope = Seal("{\"t\":\"\"}"u8);
        for (var i = 0; i < envelope.Length; i++)
        {
            envelope[i] ^= 0x40;
            Open(envelope, Topic).ShouldBe(i switch
            {
                0 => EnvelopeProblem.UnsupportedVersion,
                1 => EnvelopeProblem.UnknownKind,
                _ => EnvelopeProblem.WrongTag,
            });
            envelope[i] ^= 0x40;
        }

        Open(envelope, Topic).ShouldBe(EnvelopeProblem.None);
    }

    [Fact]
    public void An_envelope_does_not_open_under_another_patients_topic() =>
        Open(Seal("{}"u8), "hospital/h1/ward/w1/patient/p2"u8).ShouldBe(EnvelopeProblem.WrongTag);

    [Fact]
    public void An_envelope_cut_anywhere_is_refused()
    {
        var envelope = Seal("{}"u8);
        for (var length = 0; length < envelope.Length; length++)
        {
            Open(envelope.AsSpan(0, length), Topic).ShouldBe(length < Envelope.Overhead ? EnvelopeProblem.TooShort : EnvelopeProblem.WrongTag);
        }
    }

    [Fact]
    public void A_counter_of_zero_an_endless_topic_and_a_short_buffer_are_refused()
    {
        var envelope = Seal("{}"u8);
        Open(envelope, new byte[Envelope.MaxTopicBytes + 1]).ShouldBe(EnvelopeProblem.TopicTooLong);
        envelope.AsSpan(14, 8).Clear();
        Open(envelope, Topic).ShouldBe(EnvelopeProblem.CounterZero);
        Should.Throw<ArgumentException>(() => Envelope.Seal(Cipher, Header with { Counter = 0 }, "t"u8, [], new byte[64]));
        Should.Throw<ArgumentException>(() => Envelope.Seal(Cipher, Header, new byte[Envelope.MaxTopicBytes + 1], [], new byte[64]));
        Should.Throw<ArgumentException>(() => Envelope.Seal(Cipher, Header, "t"u8, [], new byte[37]));
    }

    private static byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        var envelope = new byte[plaintext.Length + Envelope.Overhead];
        Envelope.Seal(Cipher, Header, Topic, plaintext, envelope).ShouldBe(envelope.Length);
        return envelope;
    }

    private static EnvelopeProblem Open(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> topic)
    {
        var plaintext = new byte[envelope.Length];
        var opened = Envelope.TryOpen(Cipher, envelope, topic, plaintext, out var written, out var problem);
        opened.ShouldBe(problem == EnvelopeProblem.None);
        if (!opened) (written, plaintext.All(b => b == 0)).ShouldBe((0, true));
        return problem;
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Wardwatch.Server.Notifications.Push;
using Xunit;

namespace Wardwatch.UnitTests.Notifications;

/// <summary>Messages to browsers are those of RFC 8291, and only the browser opens them.</summary>
public sealed class PushCipherTests
{
    // RFC 8291, section 5 and appendix A.
    private const string ReceiverPrivate = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
    private const string ReceiverPublic = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    private const string Authentication = "BTBZMqHH6r4Tts7J_aSIgg";
    private const string SenderPrivate = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    private const string SenderPublic = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private const string Salt = "DGv6ra1nlYgDCS1FRnbzlw";
    private const string Plain = "When I grow up, I want to be a watermelon";

    private const string Body =
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

    [Fact]
    public void The_example_of_the_standard_comes_out_byte_by_byte()
    {
        using var sender = Key(SenderPrivate, SenderPublic);
        var message = Encoding.UTF8.GetBytes(Plain);
        Base64Url.EncodeToString(PushCipher.Encrypt(message, Bytes(ReceiverPublic), Bytes(Authentication), sender, Bytes(Salt), message.Length + 1)).ShouldBe(Body);
    }

    [Fact]
    public void The_example_of_the_standard_is_opened()
    {
        using var receiver = Key(ReceiverPrivate, ReceiverPublic);
        Encoding.UTF8.GetString(PushCipher.Decrypt(Bytes(Body), receiver, Bytes(Authentication))!).ShouldBe(Plain);
    }

    [Fact]
    public void What_is_encrypted_for_any_browser_is_opened_by_it_and_by_no_other_and_every_length_looks_the_same()
    {
        for (var length = 0; length < PushCipher.PaddedBytes; length += 37)
        {
            using var receiver = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            var (secret, message) = (RandomNumberGenerator.GetBytes(PushCipher.AuthenticationBytes), RandomNumberGenerator.GetBytes(length));
            var body = PushCipher.Encrypt(message, P256Point.Write(receiver.ExportParameters(false).Q), secret);
            PushCipher.Decrypt(body, receiver, secret).ShouldBe(message);
            PushCipher.Decrypt(body, other, secret).ShouldBeNull();
            PushCipher.Decrypt(body, receiver, RandomNumberGenerator.GetBytes(PushCipher.AuthenticationBytes)).ShouldBeNull();
            body.Length.ShouldBe(86 + PushCipher.PaddedBytes + 16);
        }
    }

    [Fact]
    public void No_two_messages_share_a_key_or_a_salt()
    {
        var one = PushCipher.Encrypt("x"u8, Bytes(ReceiverPublic), Bytes(Authentication));
        var two = PushCipher.Encrypt("x"u8, Bytes(ReceiverPublic), Bytes(Authentication));
        one.AsSpan(0, 16).SequenceEqual(two.AsSpan(0, 16)).ShouldBeFalse();
        one.AsSpan(21, 65).SequenceEqual(two.AsSpan(21, 65)).ShouldBeFalse();
    }

    [Fact]
    public void A_point_must_lie_on_the_curve()
    {
        var good = Bytes(ReceiverPublic);
        P256Point.IsValid(good).ShouldBeTrue();
        for (var i = 0; i < good.Length; i++)
        {
            var bad = (byte[])good.Clone();
            bad[i] ^= 1;
            P256Point.IsValid(bad).ShouldBeFalse($"byte {i}");
        }

        P256Point.IsValid(good.AsSpan(0, 64)).ShouldBeFalse();
        P256Point.IsValid(new byte[65]).ShouldBeFalse();
        P256Point.IsValid([4, .. new byte[64]]).ShouldBeFalse("the point at (0, 0) is none");
        P256Point.IsValid([4, .. Enumerable.Repeat((byte)255, 64)]).ShouldBeFalse("coordinates beyond the field");
    }

    [Theory]
    [InlineData("http://push.example/x", ReceiverPublic, Authentication)]
    [InlineData("https://user:secret@push.example/x", ReceiverPublic, Authentication)]
    [InlineData("file:///etc/passwd", ReceiverPublic, Authentication)]
    [InlineData("/x", ReceiverPublic, Authentication)]
    [InlineData("https://push.example/x y", ReceiverPublic, Authentication)]
    [InlineData(null, ReceiverPublic, Authentication)]
    [InlineData("https://push.example/x", "BCVxsr7N", Authentication)]
    [InlineData("https://push.example/x", null, Authentication)]
    [InlineData("https://push.example/x", "!!!", Authentication)]
    [InlineData("https://push.example/x", ReceiverPublic, "BTBZMqHH6r4Tts7J_aSI")]
    [InlineData("https://push.example/x", ReceiverPublic, null)]
    public void A_subscription_that_cannot_work_is_refused_with_a_reason(string? endpoint, string? key, string? secret)
    {
        PushSubscription.Parse(endpoint, key, secret, out var fault).ShouldBeNull();
        fault.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Services_may_be_limited_to_some_hosts_and_what_is_below_them()
    {
        var browser = PushSubscription.Parse("https://web.push.example:8443/abc", ReceiverPublic + "==", Authentication, out _)!;
        browser.IsOf(null).ShouldBeTrue();
        browser.IsOf("push.example").ShouldBeTrue();
        browser.IsOf("other.example, WEB.push.example").ShouldBeTrue();
        browser.IsOf("sh.example").ShouldBeFalse();
        browser.IsOf("").ShouldBeFalse();
    }

    [Fact]
    public void The_token_says_to_whom_from_whom_and_until_when_and_is_signed_with_the_key_that_goes_with_it()
    {
        var now = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);
        using var identity = new PushIdentity(PushIdentity.Draw());
        var value = identity.Authorization("https://push.example", "mailto:it@ward.example", now);
        value.ShouldStartWith("vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.");
        var (token, key) = (value[8..value.IndexOf(',', StringComparison.Ordinal)].Split('.'), value[(value.IndexOf("k=", StringComparison.Ordinal) + 2)..]);
        Encoding.UTF8.GetString(Bytes(token[1])).ShouldBe($$"""{"aud":"https://push.example","exp":{{now.AddHours(12).ToUnixTimeSeconds()}},"sub":"mailto:it@ward.example"}""");
        P256Point.IsValid(Bytes(key)).ShouldBeTrue();
        using var verifier = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = P256Point.Read(Bytes(key)) });
        verifier.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Bytes(token[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation).ShouldBeTrue();
        identity.Authorization("https://push.example", "mailto:it@ward.example", now.AddHours(5)).ShouldBe(value, "a token serves for some hours");
        identity.Authorization("https://push.example", "mailto:it@ward.example", now.AddHours(7)).ShouldNotBe(value);
        identity.Authorization("https://other.example", null, now).ShouldNotContain(token[1]);
    }

    private static byte[] Bytes(string text) => Base64Url.DecodeFromChars(text);

    private static ECDiffieHellman Key(string secret, string point) =>
        ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = Bytes(secret), Q = P256Point.Read(Bytes(point)) });
}

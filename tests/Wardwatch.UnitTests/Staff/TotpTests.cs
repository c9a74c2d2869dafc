using System.Text;
using Shouldly;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Factors;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_111_111_109);

    // RFC 6238, appendix B, SHA-1.
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1_111_111_109, "07081804")]
    [InlineData(1_111_111_111, "14050471")]
    [InlineData(1_234_567_890, "89005924")]
    [InlineData(2_000_000_000, "69279037")]
    [InlineData(20_000_000_000, "65353130")]
    public void The_codes_are_those_of_the_standard(long seconds, string code)
    {
        var step = Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds));
        Totp.Code(Secret, step, digits: 8).ShouldBe(code);
        Totp.Code(Secret, step).ShouldBe(code[2..]);
    }

    [Fact]
    public void A_code_may_be_one_step_off_and_no_more()
    {
        var step = Totp.StepAt(Now);
        for (var off = -3; off <= 3; off++)
        {
            Totp.Match(Secret, Totp.Code(Secret, step + off), Now).ShouldBe(Math.Abs(off) <= 1 ? step + off : null, $"{off} steps off");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("07081804")]
    [InlineData("８１８０４０")]
    [InlineData("081804 ")]
    [InlineData("-81804")]
    public void What_is_no_code_is_none(string code) => Totp.Match(Secret, code, Now).ShouldBeNull();

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base_32_is_that_of_RFC_4648_without_padding(string text, string encoded) => Totp.ToBase32(Encoding.ASCII.GetBytes(text)).ShouldBe(encoded);

    [Fact]
    public void The_address_escapes_what_a_name_may_hold() =>
        Totp.Uri("Wardwatch", "a b&secret=X", "ABC").ShouldBe("otpauth://totp/Wardwatch:a%20b%26secret%3DX?secret=ABC&issuer=Wardwatch&algorithm=SHA1&digits=6&period=30");

    [Fact]
    public void Recovery_codes_are_found_again_however_they_are_typed()
    {
        var codes = RecoveryCodes.Draw();
        codes.Distinct(StringComparer.Ordinal).Count().ShouldBe(RecoveryCodes.Count);
        foreach (var code in codes)
        {
            RecoveryCodes.Normalize(code).ShouldBe(code);
            RecoveryCodes.Normalize($" {code.ToUpperInvariant().Replace('0', 'O').Replace('1', 'l')} ").ShouldBe(code);
        }

        RecoveryCodes.Normalize("123456").ShouldBeNull();
        RecoveryCodes.Normalize("uuuuu-uuuuu").ShouldBeNull();
    }

    [Fact]
    public void The_same_recovery_code_is_stored_differently_for_each_account_and_hospital()
    {
        using var one = new DataKey(new byte[32], new LeasedNonces(1));
        using var two = new DataKey(Enumerable.Repeat((byte)1, 32).ToArray(), new LeasedNonces(1));
        var (anna, bert) = (Guid.NewGuid(), Guid.NewGuid());
        byte[][] hashes = [RecoveryCodes.Hash(one, anna, "a"), RecoveryCodes.Hash(one, bert, "a"), RecoveryCodes.Hash(two, anna, "a"), RecoveryCodes.Hash(one, anna, "b")];
        hashes.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count().ShouldBe(4);
        RecoveryCodes.Hash(one, anna, "a").ShouldBe(hashes[0]);
    }
}

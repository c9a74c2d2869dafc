using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Wardwatch.Server.Staff.Tokens;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class AccessTokensTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    private readonly SigningKey _key = new("key-1", tenantId: 7, SigningKey.Draw());

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_token_says_who_it_is_for()
    {
        var token = Token();
        Read(AccessTokens.Write(token, _key)).ShouldBe(token);
    }

    [Fact]
    public void A_token_is_a_JSON_web_signature_with_ES256()
    {
        var parts = AccessTokens.Write(Token(), _key).Split('.');
        Text(parts[0]).ShouldBe("""{"alg":"ES256","kid":"key-1","typ":"JWT"}""");
        Text(parts[1]).ShouldContain("\"sub\":\"00000000-0000-0000-0000-000000000005\"");
        Base64Url.DecodeFromChars(parts[2]).Length.ShouldBe(64);
    }

    [Fact]
    public void A_token_is_good_from_its_first_second_until_just_before_its_last()
    {
        var text = AccessTokens.Write(Token(), _key);
        Read(text, Now.AddSeconds(-1)).ShouldBeNull();
        Read(text, Now).ShouldNotBeNull();
        Read(text, Now.AddSeconds(899)).ShouldNotBeNull();
        Read(text, Now.AddSeconds(900)).ShouldBeNull();
    }

    [Fact]
    public void A_token_with_any_character_changed_is_refused()
    {
        var text = AccessTokens.Write(Token(), _key);
        for (var i = 0; i < text.Length; i++)
        {
            // The last character of a segment carries spare bits; a change of the case or of a letter's second bit moves others.
            var other = text[i] == 'A' ? 'w' : 'A';
            Read(string.Concat(text.AsSpan(0, i), other.ToString(), text.AsSpan(i + 1))).ShouldBeNull($"character {i}");
        }
    }

    [Fact]
    public void A_token_cut_anywhere_is_refused()
    {
        var text = AccessTokens.Write(Token(), _key);
        for (var length = 0; length < text.Length; length++)
        {
            Read(text[..length]).ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":"none","kid":"key-1","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","kid":"key-1","typ":"JWT"}""")]
    [InlineData("""{"kid":"key-1","alg":"ES256","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"../../../../dev/null","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"key-1' union select 'x","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"KEY-1","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"key-1","typ":"JWT","jku":"https://attacker.example/keys"}""")]
    [InlineData("""{"alg":"ES256","kid":"key-1","typ":"JWT","x5u":"https://attacker.example/cert"}""")]
    [InlineData("""{"alg":"ES256","kid":"key-1","typ":"JWT","crit":["b64"],"b64":false}""")]
    [InlineData("""{"alg":"none","alg":"ES256","kid":"key-1","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","kid":"key-1","typ":"JWT" }""")]
    public void A_header_other_than_ours_is_refused_whatever_the_signature(string header)
    {
        var claims = AccessTokens.Write(Token(), _key).Split('.')[1];
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{claims}";
        Read($"{signed}.{Base64Url.EncodeToString(_key.Sign(Encoding.ASCII.GetBytes(signed)))}").ShouldBeNull();
        Read($"{signed}.").ShouldBeNull();
    }

    [Fact]
    public void The_public_key_is_no_secret_with_which_a_token_could_be_signed()
    {
        var text = AccessTokens.Write(Token(), _key).Split('.');
        var header = Base64Url.EncodeToString("""{"alg":"HS256","kid":"key-1","typ":"JWT"}"""u8);
        foreach (var head in new[] { header, text[0] })
        {
            foreach (var secret in new[] { _key.PublicKey(), Encoding.ASCII.GetBytes(new string(PemEncoding.Write("PUBLIC KEY", _key.PublicKey()))) })
            {
                var signed = $"{head}.{text[1]}";
                Read($"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}").ShouldBeNull();
            }
        }
    }

    [Fact]
    public void A_key_that_comes_with_the_token_is_not_used()
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = own.ExportParameters(includePrivateParameters: false).Q;
        var key = $$"""{"kty":"EC","crv":"P-256","x":"{{Base64Url.EncodeToString(point.X)}}","y":"{{Base64Url.EncodeToString(point.Y)}}"}""";
        foreach (var header in new[] { $$"""{"alg":"ES256","jwk":{{key}},"typ":"JWT"}""", $$"""{"alg":"ES256","kid":"key-1","typ":"JWT","jwk":{{key}}}""" })
        {
            var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{AccessTokens.Write(Token(), _key).Split('.')[1]}";
            var signature = own.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            Read($"{signed}.{Base64Url.EncodeToString(signature)}").ShouldBeNull();
        }
    }

    [Fact]
    public void A_signature_of_zeros_is_refused()
    {
        var text = AccessTokens.Write(Token(), _key);
        Read($"{text[..text.LastIndexOf('.')]}.{Base64Url.EncodeToString(new byte[64])}").ShouldBeNull();
    }

    [Fact]
    public void A_token_under_another_key_of_the_same_name_is_refused()
    {
        using var other = new SigningKey("key-1", tenantId: 7, SigningKey.Draw());
        Read(AccessTokens.Write(Token(), other)).ShouldBeNull();
    }

    [Fact]
    public void A_hospitals_key_cannot_sign_for_another_hospital() =>
        Read(AccessTokens.Write(Token() with { TenantId = 8 }, _key)).ShouldBeNull();

    [Fact]
    public void Another_issuer_or_audience_is_refused()
    {
        Read(AccessTokens.Write(Token() with { Issuer = "somebody" }, _key)).ShouldBeNull();
        Read(AccessTokens.Write(Token() with { Audience = "something" }, _key)).ShouldBeNull();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("""{"iss":"wardwatch","iss":"wardwatch"}""")]
    public void Claims_that_are_not_ours_are_refused_even_when_signed(string claims)
    {
        var signed = $"{_key.Header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        Read($"{signed}.{Base64Url.EncodeToString(_key.Sign(Encoding.ASCII.GetBytes(signed)))}").ShouldBeNull();
    }

    [Fact]
    public void No_text_at_all_makes_the_check_throw() =>
        Prop.ForAll<string>(text =>
        {
            Read(text ?? "").ShouldBeNull();
            Read($"{_key.Header}.{text}").ShouldBeNull();
            Read($"{_key.Header}.{text}.{text}").ShouldBeNull();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_drawn_key_is_on_the_curve_P_256()
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(SigningKey.Draw(), out _);
        key.KeySize.ShouldBe(256);
    }

    private static AccessToken Token() => new()
    {
        Issuer = AccessToken.OurIssuer,
        Audience = AccessToken.OurAudience,
        Account = new("00000000-0000-0000-0000-000000000005"),
        Session = new("00000000-0000-0000-0000-000000000006"),
        TenantId = 7,
        NotBefore = Now.ToUnixTimeSeconds(),
        Expires = Now.AddSeconds(900).ToUnixTimeSeconds(),
    };

    private AccessToken? Read(string text, DateTimeOffset? now = null) =>
        AccessTokens.Read(text, header => header == _key.Header ? _key : null, now ?? Now);

    private static string Text(string part) => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part));
}

using System.Globalization;
using System.Text.Json;
using Shouldly;
using Wardwatch.Devices.Ascon;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Ascon;

public class KnownAnswerTests
{
    [Theory]
    [InlineData(AeadAlgorithm.AsconAead128, "SP800-232_AsconAEAD128_LWC_AEAD_KAT_128_128.txt")]
    [InlineData(AeadAlgorithm.Ascon128, "v1.2_ascon128_LWC_AEAD_KAT_128_128.txt")]
    public void Every_known_answer_of_the_designers_is_met_in_both_directions(AeadAlgorithm algorithm, string file)
    {
        var entry = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var checkedCount = 0;
        foreach (var line in File.ReadLines(SharedData.PathOrSkip("ascon", file)))
        {
            var (name, value) = line.Split('=') is [var n, var v] ? (n.Trim(), v.Trim()) : ("", "");
            if (name is "Key" or "Nonce" or "PT" or "AD" or "CT") entry[name] = Convert.FromHexString(value);
            if (name is not "CT") continue;

            var cipher = AeadCipher.Create(algorithm, entry["Key"]);
            CheckBothDirections(cipher, entry["Nonce"], entry["AD"], entry["PT"], entry["CT"]);
            checkedCount++;
        }

        checkedCount.ShouldBe(1089);
    }

    [Theory]
    [InlineData(AeadAlgorithm.AsconAead128, "wycheproof_ascon_sp800_232_aead128_test.json")]
    [InlineData(AeadAlgorithm.Ascon128, "wycheproof_ascon128_test.json")]
    public void Every_wycheproof_case_is_accepted_or_refused_as_it_says(AeadAlgorithm algorithm, string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOrSkip("ascon", file)));
        int valid = 0, invalid = 0;
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var name = test.GetProperty("tcId").GetInt32().ToString(CultureInfo.InvariantCulture);
                var cipher = AeadCipher.Create(algorithm, Hex(test, "key"));
                byte[] sealedBytes = [.. Hex(test, "ct"), .. Hex(test, "tag")];
                if (test.GetProperty("result").GetString() == "valid")
                {
                    CheckBothDirections(cipher, Hex(test, "iv"), Hex(test, "aad"), Hex(test, "msg"), sealedBytes);
                    valid++;
                    continue;
                }

                var plaintext = new byte[Math.Max(0, sealedBytes.Length - AeadCipher.TagBytes)];
                plaintext.AsSpan().Fill(0xAA);
                cipher.TryDecrypt(Hex(test, "iv"), Hex(test, "aad"), sealedBytes, plaintext).ShouldBeFalse(name);
                plaintext.ShouldAllBe(b => b == 0, name);
                invalid++;
            }
        }

        (valid + invalid).ShouldBe(document.RootElement.GetProperty("numberOfTests").GetInt32());
        valid.ShouldBeGreaterThan(0);
        invalid.ShouldBeGreaterThan(0);
    }

    private static byte[] Hex(JsonElement test, string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);

    private static void CheckBothDirections(IAeadCipher cipher, byte[] nonce, byte[] associatedData, byte[] plaintext, byte[] expected)
    {
        var produced = new byte[expected.Length];
        cipher.Encrypt(nonce, associatedData, plaintext, produced);
        produced.ShouldBe(expected);

        var opened = new byte[plaintext.Length];
        cipher.TryDecrypt(nonce, associatedData, expected, opened).ShouldBeTrue();
        opened.ShouldBe(plaintext);
    }
}

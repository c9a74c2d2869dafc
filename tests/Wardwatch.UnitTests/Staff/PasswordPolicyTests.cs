using System.Security.Cryptography;
using Shouldly;
using Wardwatch.Server.Staff.Passwords;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class PasswordPolicyTests
{
    [Theory]
    [InlineData("correct horse battery")]
    [InlineData("mule-rinds-cobalt")]
    [InlineData("xK7#pQz9!mW2")]
    [InlineData("bado-kemi-ruta-sono")]
    [InlineData("sieben Pferde im Regen")]
    [InlineData("пароль для больницы")]
    [InlineData("my dog ate 3 tangerines")]
    public void A_long_password_of_ones_own_is_taken(string password) => Refuse(password).ShouldBeNull();

    [Theory]
    [InlineData("xK7#pQz9!mW")]
    [InlineData("")]
    [InlineData("😀😀😀😀😀😀")]
    public void Length_counts_in_characters(string password) => Refuse(password).ShouldNotBeNull().ShouldContain("at least 12");

    [Theory]
    [InlineData("password1234")]
    [InlineData("Password123!")]
    [InlineData("P@ssw0rd1234")]
    [InlineData("P4$$w0rd!!!!")]
    [InlineData("passwordpassword")]
    [InlineData("iloveyou12345")]
    [InlineData("iloveyou-forever")]
    [InlineData("Summer2026!!")]
    [InlineData("Sommer-2026-!")]
    [InlineData("welcome@hospital1")]
    [InlineData("Hospital2026!")]
    [InlineData("nurse-password")]
    [InlineData("letmein123456")]
    [InlineData("administrator1")]
    [InlineData("qwertyuiop123")]
    [InlineData("1q2w3e4r5t6y")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("zaq12wsxcde3")]
    [InlineData("abcdefghijkl")]
    [InlineData("123456789012")]
    [InlineData("987654321098")]
    [InlineData("asdfghjkl;12")]
    [InlineData("qwertzuiop12")]
    [InlineData("1234567890ab")]
    [InlineData("01.02.1987.12")]
    [InlineData("correcthorsebatterystaple")]
    [InlineData("CorrectHorseBatteryStaple1!")]
    [InlineData("michaeljackson")]
    [InlineData("manchesterunited1")]
    [InlineData("liverpool2019!!")]
    [InlineData("7777777password")]
    public void What_anybody_would_try_is_refused(string password) => Refuse(password).ShouldNotBeNull();

    [Theory]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("abababababab")]
    [InlineData("xyz7xyz7xyz7")]
    [InlineData("k9Pwk9Pwk9Pwk9Pw")]
    public void Repetition_is_not_length(string password) => Refuse(password).ShouldNotBeNull();

    [Theory]
    [InlineData("nurse.falk.2026")]
    [InlineData("InesFalk-1987")]
    [InlineData("wardwatch-2026")]
    [InlineData("WardWatch12345")]
    [InlineData("falk-wardwatch-1")]
    public void Ones_own_name_and_the_programs_are_no_secret(string password) => Refuse(password).ShouldNotBeNull().ShouldContain("your own name");

    [Fact]
    public void A_name_within_something_longer_is_no_harm() => Refuse("ines prefers tangerine marmalade").ShouldBeNull();

    [Fact]
    public void Passwords_that_are_drawn_are_taken()
    {
        for (var i = 0; i < 2_000; i++)
        {
            Refuse(Convert.ToBase64String(RandomNumberGenerator.GetBytes(18))).ShouldBeNull();
            Refuse(Wardwatch.Server.Cli.Seed.DemoFiles.DrawPassword()).ShouldBeNull();
        }
    }

    [Fact]
    public void Nothing_that_is_typed_takes_long_to_judge()
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var text in new[] { new string('p', 256), string.Concat(Enumerable.Repeat("password", 32)), string.Concat(Enumerable.Repeat("pass1word2", 25)), string.Concat(Enumerable.Repeat("abcd", 64)) })
        {
            Refuse(text);
        }

        TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(30), "milliseconds, and what a busy machine adds; what tries out all ways takes for ever");
    }

    private static string? Refuse(string password) => PasswordPolicy.Refuse(password, "nurse.falk", "Ines Falk");
}

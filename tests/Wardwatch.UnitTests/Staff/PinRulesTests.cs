using Shouldly;
using Wardwatch.Server.Staff.Factors;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class PinRulesTests
{
    [Theory]
    [InlineData("8314")]
    [InlineData("83147")]
    [InlineData("902817")]
    [InlineData("60427193")]
    public void A_PIN_that_is_not_easy_is_taken(string pin) => PinRules.Refuse(pin).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("831")]
    [InlineData("831470293")]
    [InlineData("83a4")]
    [InlineData("83 4")]
    [InlineData("８３１４")]
    public void A_PIN_has_four_to_eight_digits(string pin) => PinRules.Refuse(pin).ShouldNotBeNull().ShouldContain("4 to 8");

    [Theory]
    [InlineData("0000")]
    [InlineData("777777")]
    [InlineData("1234")]
    [InlineData("7890")]
    [InlineData("98765432")]
    [InlineData("3210")]
    [InlineData("1212")]
    [InlineData("123123")]
    [InlineData("84318431")]
    [InlineData("4334")]
    [InlineData("1965")]
    [InlineData("2024")]
    [InlineData("2580")]
    [InlineData("11122212")]
    public void A_PIN_that_anybody_would_try_is_refused(string pin) => PinRules.Refuse(pin).ShouldNotBeNull().ShouldContain("anybody would try");

    [Fact]
    public void Most_PINs_can_be_taken() =>
        Enumerable.Range(0, 10_000).Count(number => PinRules.Refuse($"{number:D4}") is null).ShouldBeInRange(9_300, 9_800);
}

using System.Text;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Xunit;

namespace Wardwatch.UnitTests.Devices.Mqtt;

public class TopicTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("/", true)]
    [InlineData("a b/ä/$", true)]
    [InlineData("$SYS/x", true)]
    [InlineData("", false)]
    [InlineData("a/+", false)]
    [InlineData("a#", false)]
    [InlineData("a\0", false)]
    public void Names_have_no_wildcards(string name, bool valid) => MqttTopics.IsValidName(Utf8(name)).ShouldBe(valid);

    [Theory]
    [InlineData("#", true)]
    [InlineData("+", true)]
    [InlineData("/", true)]
    [InlineData("a/#", true)]
    [InlineData("+/a/+/#", true)]
    [InlineData("/+", true)]
    [InlineData("+/", true)]
    [InlineData("", false)]
    [InlineData("a#", false)]
    [InlineData("#/a", false)]
    [InlineData("a/#/b", false)]
    [InlineData("a+", false)]
    [InlineData("+a", false)]
    [InlineData("a/+b/c", false)]
    [InlineData("##", false)]
    [InlineData("a\0", false)]
    [InlineData("$share/group/a/+", true)]
    [InlineData("$share/group/#", true)]
    [InlineData("$share", true)]
    [InlineData("$shared/x", true)]
    [InlineData("$share/", false)]
    [InlineData("$share/group", false)]
    [InlineData("$share/group/", false)]
    [InlineData("$share//a", false)]
    [InlineData("$share/gr+up/a", false)]
    [InlineData("$share/#/a", false)]
    public void Filters_hold_wildcards_as_whole_levels(string filter, bool valid) => MqttTopics.IsValidFilter(Utf8(filter), MqttVersion.V500).ShouldBe(valid);

    [Theory]
    [InlineData("$share/group", true)]
    [InlineData("$share//a", true)]
    [InlineData("$share/gr+up/a", false)]
    public void In_3_1_1_nothing_is_shared(string filter, bool valid) => MqttTopics.IsValidFilter(Utf8(filter), MqttVersion.V311).ShouldBe(valid);

    [Theory]
    [InlineData("a/b", "a/b", true)]
    [InlineData("a/b", "a/B", false)]
    [InlineData("a/b", "a/b/c", false)]
    [InlineData("a/b/c", "a/b", false)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player2", false)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("#", "a/b", true)]
    [InlineData("#", "/", true)]
    [InlineData("#", "$SYS/a", false)]
    [InlineData("+/monitor", "$SYS/monitor", false)]
    [InlineData("$SYS/#", "$SYS/a", true)]
    [InlineData("$SYS/+", "$SYS/a", true)]
    [InlineData("a//b", "a//b", true)]
    [InlineData("a/+/b", "a//b", true)]
    [InlineData("", "", false)]
    public void Filters_match_as_the_standard_shows(string filter, string name, bool matches) => MqttTopics.Matches(Utf8(filter), Utf8(name)).ShouldBe(matches);

    [Fact]
    public void A_shared_filter_comes_apart_into_its_group_and_what_it_filters()
    {
        MqttTopics.TrySplitShared("$share/screens/hospital/#"u8, out var group, out var filter).ShouldBeTrue();
        Encoding.UTF8.GetString(group).ShouldBe("screens");
        Encoding.UTF8.GetString(filter).ShouldBe("hospital/#");
        MqttTopics.TrySplitShared("hospital/#"u8, out _, out _).ShouldBeFalse();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}

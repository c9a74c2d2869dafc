using System.Net;
using Shouldly;
using Wardwatch.Server.Gateway;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>Who is let in, who is not, and who has to make room.</summary>
public class ConnectionLimitsTests
{
    private static readonly SourceAddress Ward = Address("10.0.0.1");
    private static readonly SourceAddress Stranger = Address("192.0.2.7");
    private readonly SteppedClock _clock = new();
    private readonly List<int> _aborted = [];

    [Fact]
    public void As_many_as_may_be_there_are_let_in_and_a_place_that_is_left_is_free_again()
    {
        var limits = Limits(new GatewayOptions(), inAll: 2);
        var first = Admit(limits, Ward, 1);
        Admit(limits, Stranger, 2).Authenticated();
        Refused(limits, Ward).ShouldBe(Refusal.All);
        limits.Count.ShouldBe(2);
        first.Dispose();
        first.Dispose(); // must not free two places
        limits.Count.ShouldBe(1);
        Admit(limits, Ward, 3);
        Refused(limits, Ward).ShouldBe(Refusal.All);
    }

    [Fact]
    public void One_address_has_its_share_and_others_theirs()
    {
        var limits = Limits(new GatewayOptions { MaxConnectionsPerAddress = 2 });
        Admit(limits, Stranger, 1).Authenticated();
        var second = Admit(limits, Stranger, 2);
        Refused(limits, Stranger).ShouldBe(Refusal.Address);
        Admit(limits, Ward, 3);
        second.Dispose();
        Admit(limits, Stranger, 4);
    }

    [Fact]
    public void Unauthenticated_connections_of_one_address_have_a_limit_of_their_own_that_authenticating_frees()
    {
        var limits = Limits(new GatewayOptions { MaxUnauthenticatedPerAddress = 2 });
        var first = Admit(limits, Stranger, 1);
        Admit(limits, Stranger, 2);
        Refused(limits, Stranger).ShouldBe(Refusal.AddressUnauthenticated);
        Admit(limits, Ward, 3);
        first.Authenticated();
        Admit(limits, Stranger, 4);
        Refused(limits, Stranger).ShouldBe(Refusal.AddressUnauthenticated);
        limits.Unauthenticated.ShouldBe(3);
    }

    [Fact]
    public void Silent_connections_from_many_addresses_give_way_to_a_newcomer_oldest_first()
    {
        var limits = Limits(new GatewayOptions { MaxUnauthenticated = 3 });
        for (var i = 1; i <= 3; i++)
        {
            Admit(limits, Address($"192.0.2.{i}"), i);
            _clock.Step(0.1);
        }

        Refused(limits, Ward).ShouldBe(Refusal.Unauthenticated, "nobody has lingered yet");
        _clock.Step(1.75);
        Admit(limits, Ward, 4, gaveWay: 1);
        Refused(limits, Ward).ShouldBe(Refusal.Unauthenticated, "the second has been there for less than two seconds");
        _aborted.ShouldBe([1]);
    }

    [Fact]
    public void Within_one_address_it_is_one_of_its_own_that_gives_way()
    {
        var limits = Limits(new GatewayOptions { MaxUnauthenticatedPerAddress = 2 });
        Admit(limits, Ward, 1);
        Admit(limits, Stranger, 2);
        Admit(limits, Stranger, 3);
        _clock.Step(2);
        Admit(limits, Stranger, 4, gaveWay: 2);
        _aborted.ShouldBe([2]);
    }

    [Fact]
    public void Whoever_gave_way_counts_until_it_has_gone_and_only_once()
    {
        var limits = Limits(new GatewayOptions { MaxUnauthenticated = 1 }, inAll: 2);
        var silent = Admit(limits, Stranger, 1);
        _clock.Step(2);
        Admit(limits, Ward, 2, gaveWay: 1);
        _clock.Step(2);
        Refused(limits, Ward).ShouldBe(Refusal.All);
        silent.Authenticated(); // too late, and without effect
        silent.Dispose();
        limits.Count.ShouldBe(1);
        limits.Unauthenticated.ShouldBe(1);
    }

    [Fact]
    public void Authenticated_connections_never_give_way()
    {
        var limits = Limits(new GatewayOptions { MaxUnauthenticated = 1, MaxUnauthenticatedPerAddress = 1 });
        Admit(limits, Ward, 1).Authenticated();
        _clock.Step(3600);
        for (var i = 2; i < 50; i++)
        {
            Admit(limits, Ward, i, gaveWay: i > 2 ? i - 1 : null);
            _clock.Step(2);
        }

        _aborted.ShouldNotContain(1);
    }

    [Theory]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::5", "2001:db8:1:3::5", false)]
    [InlineData("::1", "127.0.0.1", false)]
    public void An_address_is_one_of_IPv4_or_a_network_of_IPv6(string one, string other, bool same) => (Address(one) == Address(other)).ShouldBe(same);

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("2001:db8:1:2::5", "2001:db8:1:2::/64")]
    public void An_address_reads_as_people_write_it(string address, string text) => Address(address).ToString().ShouldBe(text);

    private ConnectionLimits Limits(GatewayOptions options, int inAll = 1000) => new(options, inAll, _clock);

    private static SourceAddress Address(string text) => SourceAddress.Of(new IPEndPoint(IPAddress.Parse(text), 1));

    private ConnectionLimits.Connection Admit(ConnectionLimits limits, SourceAddress address, int number, int? gaveWay = null)
    {
        var before = _aborted.Count;
        limits.TryAdmit(address, () => _aborted.Add(number), out var connection, out var lingerer).ShouldBe(Refusal.None);
        (lingerer is null).ShouldBe(gaveWay is null);
        _aborted.Skip(before).ShouldBe(gaveWay is { } one ? [one] : []);
        return connection.ShouldNotBeNull();
    }

    private static Refusal Refused(ConnectionLimits limits, SourceAddress address)
    {
        var refusal = limits.TryAdmit(address, () => { }, out var connection, out var lingerer);
        connection.ShouldBeNull();
        lingerer.ShouldBeNull();
        return refusal;
    }
}

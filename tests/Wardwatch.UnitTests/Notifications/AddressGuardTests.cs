using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Wardwatch.Server.Notifications.Outside;
using Xunit;

namespace Wardwatch.UnitTests.Notifications;

/// <summary>Nobody reaches through the server what they cannot reach themselves.</summary>
public sealed class AddressGuardTests
{
    private static readonly AddressGuard Closed = new([]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("100.127.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.1.2.3")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::a00:1")]
    [InlineData("100::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    public void An_address_that_is_not_public_is_refused(string address) => Closed.Allows(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:81b::200a")]
    [InlineData("::ffff:1.1.1.1")]
    public void A_public_address_is_allowed(string address) => Closed.Allows(IPAddress.Parse(address)).ShouldBeTrue();

    [Fact]
    public void What_the_installation_allows_is_allowed_and_nothing_beside_it()
    {
        var guard = new AddressGuard(AddressGuard.Parse("10.1.0.0/16, fd00:1::/32")!);
        guard.Allows(IPAddress.Parse("10.1.255.255")).ShouldBeTrue();
        guard.Allows(IPAddress.Parse("::ffff:10.1.2.3")).ShouldBeTrue();
        guard.Allows(IPAddress.Parse("10.2.0.0")).ShouldBeFalse();
        guard.Allows(IPAddress.Parse("fd00:1::5")).ShouldBeTrue();
        guard.Allows(IPAddress.Parse("fd00:2::5")).ShouldBeFalse();
        guard.IsInside(IPAddress.Parse("10.1.0.1")).ShouldBeTrue();
        guard.IsInside(IPAddress.Parse("1.1.1.1")).ShouldBeFalse("public is not inside");
        AddressGuard.Parse("10.1.0.0/33").ShouldBeNull();
        AddressGuard.Parse("everything").ShouldBeNull();
        AddressGuard.Parse(null)!.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("https://127.0.0.1/x")]
    [InlineData("https://127.1/x")]
    [InlineData("https://2130706433/x")]
    [InlineData("https://0x7f000001/x")]
    [InlineData("https://0177.0.0.1/x")]
    [InlineData("https://[::1]/x")]
    [InlineData("https://[::ffff:127.0.0.1]/x")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("http://1.1.1.1/in-clear")]
    public async Task However_an_address_is_written_it_is_refused(string address)
    {
        using var http = new GuardedHttp(Closed, (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        (await http.MayReachAsync(OutsideAddress.Parse(address, mayBePlain: true)!, Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_with_one_bad_address_among_good_ones_is_refused_and_one_that_is_unknown_as_well()
    {
        using var mixed = new GuardedHttp(Closed, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("1.1.1.1"), IPAddress.Loopback]));
        (await mixed.MayReachAsync(new Uri("https://trap.example/"), Cancellation)).ShouldBeFalse();
        using var none = new GuardedHttp(Closed, (_, _) => Task.FromResult<IPAddress[]>([]));
        (await none.MayReachAsync(new Uri("https://none.example/"), Cancellation)).ShouldBeFalse();
        using var good = new GuardedHttp(Closed, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("1.1.1.1")]));
        (await good.MayReachAsync(new Uri("https://good.example/"), Cancellation)).ShouldBeTrue();
        (await good.MayReachAsync(new Uri("http://good.example/"), Cancellation)).ShouldBeFalse("in clear only within the house");
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_a_moment_later_leads_nowhere()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = 0;
        using var http = new GuardedHttp(Closed, (_, _) => Task.FromResult<IPAddress[]>([asked++ == 0 ? IPAddress.Parse("1.1.1.1") : IPAddress.Loopback]));
        var address = new Uri($"https://rebind.example:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        (await http.MayReachAsync(address, Cancellation)).ShouldBeTrue("when it was given it was public");
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        var failure = await Should.ThrowAsync<HttpRequestException>(() => http.PostAsync(request, default, Cancellation));
        failure.InnerException.ShouldBeOfType<AddressRefusedException>();
        listener.Pending().ShouldBeFalse("nobody has even connected");
    }

    [Fact]
    public async Task A_redirect_is_not_followed_an_endless_answer_is_not_read_and_the_wish_to_be_asked_later_is_heard()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var http = new GuardedHttp(new AddressGuard([IPNetwork.Parse("127.0.0.0/8")]), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        var address = new Uri($"http://inside.example:{((IPEndPoint)listener.LocalEndpoint).Port}/hook");
        var serving = AnswerAsync(listener, "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        using (var request = Post(address))
        {
            (await http.PostAsync(request, default, Cancellation)).Status.ShouldBe(302);
        }

        (await serving).ShouldStartWith("POST /hook HTTP/1.1\r\n");
        serving = AnswerAsync(listener, "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n" + new string('x', 100_000));
        using (var request = Post(address))
        {
            (await http.PostAsync(request, default, Cancellation)).ShouldBe((503, TimeSpan.FromSeconds(7)));
        }

        (await serving).ShouldNotContain("traceparent", Case.Insensitive);
    }

    private static HttpRequestMessage Post(Uri address) => new(HttpMethod.Post, address) { Content = new StringContent("{}", MediaTypeHeaderValue.Parse("application/json")) };

    private static async Task<string> AnswerAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(Cancellation);
        var stream = client.GetStream();
        var buffer = new byte[4096];
        var request = new StringBuilder();
        while (!request.ToString().Contains("\r\n\r\n{}", StringComparison.Ordinal))
        {
            request.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, Cancellation)));
        }

        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Cancellation);
        }
        catch (IOException)
        {
            // It has heard enough.
        }

        return request.ToString();
    }
}

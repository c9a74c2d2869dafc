using System.Net;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Wardwatch.Server.Access;
using Wardwatch.Server.Access.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Access;

public sealed class RequestLimitsTests
{
    private static readonly Guid Account = Guid.Parse("0198f000-0000-7000-8000-000000000001");

    [Theory]
    [InlineData("/api/dashboard-data", "Anonymous")]
    [InlineData("/API/patients", "Anonymous")]
    [InlineData("/ws/vitals", "Anonymous")]
    [InlineData("/hubs/ward", "Anonymous")]
    [InlineData("/api/auth/login", "Entrance")]
    [InlineData("/api/auth/refresh", "Entrance")]
    [InlineData("/", "Free")]
    [InlineData("/assets/index.js", "Free")]
    [InlineData("/health/ready", "Free")]
    [InlineData("/metrics", "Free")]
    [InlineData("/openapi/v1.json", "Free")]
    [InlineData("/api-docs/index.html", "Free")]
    public void Whoever_is_not_signed_in_is_counted_by_address_where_anything_is_told(string path, string expected) =>
        RequestLimits.KeyOf(Request(path)).Class.ToString().ShouldBe(expected);

    [Theory]
    [InlineData("GET", "/api/dashboard-data", "nurse", "Staff")]
    [InlineData("POST", "/api/auth/refresh", "nurse", "Staff")]
    [InlineData("GET", "/api/patients", "service", "Staff")]
    [InlineData("GET", "/api/patients", "patient", "Patient")]
    [InlineData("GET", "/ws/vitals", "nurse", "Live")]
    [InlineData("GET", "/ws/vitals", "patient", "Live")]
    [InlineData("CONNECT", "/hubs/ward", "nurse", "Live")]
    [InlineData("GET", "/sse/events", "nurse", "Live")]
    [InlineData("POST", "/hubs/ward/negotiate", "nurse", "Staff")]
    [InlineData("GET", "/health", "nurse", "Free")]
    public void Whoever_is_signed_in_is_counted_by_account_wherever_they_are(string method, string path, string role, string expected)
    {
        var (here, there) = (Request(path, method, role, "192.0.2.1"), Request(path, method, role, "192.0.2.2"));
        RequestLimits.KeyOf(here).Class.ToString().ShouldBe(expected);
        RequestLimits.KeyOf(here).ShouldBe(RequestLimits.KeyOf(there));
        RequestLimits.KeyOf(here).Address.ShouldBe(default);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void Addresses_of_one_network_of_IPv6_count_together(string one, string other, bool together) =>
        (RequestLimits.KeyOf(Request("/api/demo", address: one)) == RequestLimits.KeyOf(Request("/api/demo", address: other))).ShouldBe(together);

    private static DefaultHttpContext Request(string path, string method = "GET", string? role = null, string address = "192.0.2.1")
    {
        var context = new DefaultHttpContext { Request = { Method = method, Path = path }, Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
        if (role is not null)
        {
            context.User = new CallerPrincipal(
                new Caller { AccountId = Account, TenantId = 1, User = "x", Name = "X", Role = role, SessionId = Guid.Empty, Until = DateTimeOffset.UnixEpoch }, "test");
        }

        return context;
    }
}

using System.Net;
using Microsoft.Net.Http.Headers;

namespace Wardwatch.Server.Staff.Sessions;

/// <summary>From where, and with what, a session is used.</summary>
internal sealed record ClientOf(IPAddress? Address, string? Name)
{
    /// <summary>Of a request.</summary>
    public static ClientOf Request(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return new(address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address, ClientName.Of(context.Request.Headers[HeaderNames.UserAgent]));
    }
}

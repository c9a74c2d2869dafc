using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Devices.Contracts;

namespace Wardwatch.Server.Gateway.Http;

/// <summary>Marks an endpoint that devices may call with their own token, besides accounts with theirs.</summary>
internal sealed record DevicesMayCall
{
    public static DevicesMayCall Mark { get; } = new();
}

/// <summary>
/// Recognises the device of the path by its token: <c>Authorization: Bearer TOKEN</c>, or <c>Basic</c> with the device's id as user and the token as password.
/// </summary>
internal sealed class DeviceAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, IDeviceDirectory devices)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "Device";

    private const string Bearer = "Bearer ";
    private const string Basic = "Basic ";

    /// <summary>Whether a request shows a device's token: accounts' tokens have three parts with dots between, devices' have none.</summary>
    public static bool IsMeant(HttpContext context)
    {
        var header = context.Request.Headers[HeaderNames.Authorization].ToString();
        return context.GetEndpoint()?.Metadata.GetMetadata<DevicesMayCall>() is not null
            && (header.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
                || (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && !header.Contains('.', StringComparison.Ordinal)));
    }

    /// <inheritdoc />
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var id = Request.RouteValues["id"] as string;
        var device = id is null ? null : devices.Find(id);
        if (!TryRead(id, out var token) || !DeviceTokens.Matches(device, token))
        {
            return Task.FromResult(AuthenticateResult.Fail("The device's token is not good."));
        }

        var caller = new Caller
        {
            AccountId = IdOf(device!),
            TenantId = device!.TenantId,
            User = device.Id,
            Name = device.Id,
            Role = AccountRoles.Device,
            SessionId = Guid.Empty,
            Until = DateTimeOffset.MaxValue,
        };
        return Task.FromResult(AuthenticateResult.Success(new(new CallerPrincipal(caller, SchemeName), SchemeName)));
    }

    /// <inheritdoc />
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Basic realm=\"wardwatch-device\", charset=\"UTF-8\"";
        return TypedResults.Problem(statusCode: 401, type: "urn:wardwatch:sign-in-required", title: "The device's token is not good").ExecuteAsync(Context);
    }

    /// <inheritdoc />
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        TypedResults.Problem(statusCode: 403, type: "urn:wardwatch:not-permitted", title: "A device may send its own readings, and nothing else").ExecuteAsync(Context);

    private bool TryRead(string? id, out byte[] token)
    {
        token = [];
        var header = Request.Headers[HeaderNames.Authorization].ToString();
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            token = Encoding.UTF8.GetBytes(header[Bearer.Length..].Trim());
            return true;
        }

        var encoded = header[Basic.Length..].Trim();
        var content = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, content, out var length))
        {
            return false;
        }

        var text = content.AsSpan(0, length);
        var colon = text.IndexOf((byte)':');
        if (colon < 0 || !text[..colon].SequenceEqual(Encoding.UTF8.GetBytes(id ?? "")))
        {
            return false;
        }

        token = text[(colon + 1)..].ToArray();
        return true;
    }

    // Limits count callers by a number of this form; no account has such a one.
    private static Guid IdOf(DeviceEntry device)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], device.Number);
        return new Guid(bytes, bigEndian: true);
    }
}

using System.Buffers.Text;
using System.Text.Json;
using Wardwatch.Server.Notifications.Outside;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Push;

/// <summary>Where and how to reach one browser.</summary>
/// <param name="Endpoint">An https address of its push service.</param>
/// <param name="Key">The browser's public key: a point of P-256.</param>
/// <param name="Authentication">The browser's secret: 16 bytes.</param>
internal sealed record PushSubscription(Uri Endpoint, byte[] Key, byte[] Authentication)
{
    /// <summary>The push service's host.</summary>
    public string Service => Endpoint.IdnHost;

    /// <summary>Reads what a browser gave; null and what is wrong with it.</summary>
    public static PushSubscription? Parse(string? endpoint, string? key, string? authentication, out string? fault)
    {
        fault = null;
        if (OutsideAddress.Parse(endpoint, mayBePlain: false) is not { } address)
        {
            fault = "endpoint must be an https address, as the browser's PushSubscription has it.";
            return null;
        }

        if (Decode(key) is not { } point || !P256Point.IsValid(point))
        {
            fault = "keys.p256dh must be a point of P-256: 65 bytes in base64url.";
            return null;
        }

        if (Decode(authentication) is not { Length: PushCipher.AuthenticationBytes } secret)
        {
            fault = "keys.auth must have 16 bytes in base64url.";
            return null;
        }

        return new(address, point, secret);
    }

    /// <summary>Whether the service is among those that the installation allows.</summary>
    /// <param name="services">Hosts, separated by commas; null: all.</param>
    public bool IsOf(string? services) => services is null || services.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Any(host => string.Equals(Service, host, StringComparison.OrdinalIgnoreCase) || Service.EndsWith("." + host, StringComparison.OrdinalIgnoreCase));

    /// <summary>Seals it for its row.</summary>
    public byte[] Seal(DataKey key, int tenantId, Guid id) => key.SealText(Place(tenantId, id), JsonSerializer.Serialize(new Stored(Endpoint.AbsoluteUri, Key, Authentication)));

    /// <summary>Opens what <see cref="Seal"/> wrote; null if it was changed.</summary>
    public static PushSubscription? Open(DataKey key, int tenantId, Guid id, byte[] content) =>
        key.OpenText(Place(tenantId, id), content) is { } text && JsonSerializer.Deserialize<Stored>(text) is { } stored ? new(new Uri(stored.Endpoint), stored.Key, stored.Authentication) : null;

    private static string Place(int tenantId, Guid id) => $"wardwatch/push/{tenantId}/{id:N}";

    private static byte[]? Decode(string? text)
    {
        var plain = text?.TrimEnd('=');
        return plain is { Length: > 0 and < 200 } && Base64Url.IsValid(plain) ? Base64Url.DecodeFromChars(plain) : null;
    }

    private sealed record Stored(string Endpoint, byte[] Key, byte[] Authentication);
}

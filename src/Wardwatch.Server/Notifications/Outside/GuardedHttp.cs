using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Notifications.Outside;

/// <summary>An address that may not be connected to. It is told by its kind alone: the address stays in the house.</summary>
internal sealed class AddressRefusedException() : IOException("The address is not public.");

/// <summary>
/// HTTP to addresses that people gave. A name is looked up here, what it leads to is checked, and the connection goes to what was checked: a name that leads elsewhere a
/// moment later leads nowhere. No redirects, no proxies, no cookies; of an answer its first bytes at most.
/// </summary>
internal sealed class GuardedHttp : IDisposable
{
    private const int MostAnswerBytes = 4096;
    private const int MostHeaderKilobytes = 16;
    private static readonly HttpRequestOptionsKey<bool> IsPlain = new("wardwatch.plain");

    private readonly AddressGuard _guard;
    private readonly HttpMessageInvoker _client;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;

    public GuardedHttp(IOptions<NotificationsOptions> options)
        : this(new AddressGuard(AddressGuard.Parse(options.Value.AllowedNetworks)!), Dns.GetHostAddressesAsync)
    {
    }

    /// <param name="guard">Says which addresses are good.</param>
    /// <param name="resolve">Looks a name up.</param>
    internal GuardedHttp(AddressGuard guard, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        (_guard, _resolve) = (guard, resolve);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = MostHeaderKilobytes,
            MaxResponseDrainSize = MostAnswerBytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        });
    }

    /// <summary>Whether the name may be sent to now; with each message it is asked again. False too where it leads nowhere.</summary>
    public async Task<bool> MayReachAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            return (await LookUpAsync(address.IdnHost, address.Scheme == Uri.UriSchemeHttp, cancellation)).Length > 0;
        }
        catch (Exception failure) when (failure is SocketException or AddressRefusedException)
        {
            return false;
        }
    }

    /// <summary>Posts a body.</summary>
    /// <returns>The status, and after how many seconds to come again if the answer says so.</returns>
    /// <exception cref="AddressRefusedException">In an <see cref="HttpRequestException"/>: the name leads to an address that is not allowed.</exception>
    /// <exception cref="HttpRequestException">There is no connection, or no answer that can be read.</exception>
    public async Task<(int Status, TimeSpan? RetryAfter)> PostAsync(HttpRequestMessage request, DateTimeOffset now, CancellationToken cancellation)
    {
        request.Options.Set(IsPlain, request.RequestUri!.Scheme == Uri.UriSchemeHttp);
        using var response = await _client.SendAsync(request, cancellation);
        return ((int)response.StatusCode, RetryAfterOf(response.Headers.RetryAfter, now));
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private static TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header, DateTimeOffset now) =>
        header?.Delta ?? (header?.Date is { } date && date > now ? date - now : null);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        context.InitialRequestMessage.Options.TryGetValue(IsPlain, out var isPlain);
        var addresses = await LookUpAsync(context.DnsEndPoint.Host, isPlain, cancellation);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // One bad address among good ones is a trap: all must be good. In clear only within the house.
    private async Task<IPAddress[]> LookUpAsync(string host, bool isPlain, CancellationToken cancellation)
    {
        var addresses = IPAddress.TryParse(host, out var number) ? [number] : await _resolve(host, cancellation);
        return addresses.Length > 0 && addresses.All(address => isPlain ? _guard.IsInside(address) : _guard.Allows(address)) ? addresses : throw new AddressRefusedException();
    }
}

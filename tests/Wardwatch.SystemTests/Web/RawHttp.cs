using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;

namespace Wardwatch.SystemTests.Web;

/// <summary>HTTP as an attacker writes it: bytes on a socket, from an address of choice.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan EndsWithin = Poll.Patience;

    /// <summary>A connection from one of this machine's addresses.</summary>
    public static async Task<NetworkStream> ConnectAsync(ServerProcess server, string from, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, server.HttpPort, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Sends a text and reads what comes until the server closes.</summary>
    public static async Task<string> ExchangeAsync(ServerProcess server, string request, CancellationToken cancellation)
    {
        await using var stream = await ConnectAsync(server, "127.0.0.1", cancellation);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), cancellation);
        return await ReadToEndAsync(stream, cancellation);
    }

    /// <summary>What comes until the server closes.</summary>
    public static async Task<string> ReadToEndAsync(NetworkStream stream, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(EndsWithin);
        var (buffer, text) = (new byte[8192], new StringBuilder());
        try
        {
            while (await stream.ReadAsync(buffer, deadline.Token) is > 0 and var count)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
            // Reset: the server had no more to say.
        }

        return text.ToString();
    }

    /// <summary>A client whose connections come from an address of choice.</summary>
    public static HttpClient ClientFrom(ServerProcess server, string from)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => await ConnectAsync(server, from, cancellation),
        };
        return new(handler) { BaseAddress = server.BaseAddress, Timeout = Poll.Patience };
    }

    /// <summary>Signs a client in as a demo account.</summary>
    public static async Task<string> SignInAsync(HttpClient client, ServerProcess server, string user, CancellationToken cancellation)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(server.Data, "demo-credentials.json"), cancellation));
        var password = file.RootElement.EnumerateArray().First(entry => entry.Text("user") == user).Text("password");
        using var answer = await client.PostAsJsonAsync("/api/auth/login", new { user, password }, cancellation);
        var token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation)).Text("access_token");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return token;
    }
}

using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Wardwatch.SystemTests.Harness;

/// <summary><c>/ws/vitals</c> as any plain client reads it.</summary>
public sealed class VitalsListener : IDisposable
{
    private static readonly TimeSpan ComesWithin = Poll.Patience;
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <summary>Connects.</summary>
    /// <param name="server">The server.</param>
    /// <param name="pathAndQuery">Path and query without the token.</param>
    /// <param name="token">The access token; null sends none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="through">Makes the connection; null for the usual way.</param>
    /// <exception cref="WebSocketException">Refused; the message names the status.</exception>
    public static async Task<VitalsListener> OpenAsync(ServerProcess server, string pathAndQuery, string? token, CancellationToken cancellation, HttpMessageInvoker? through = null)
    {
        var listener = new VitalsListener();
        try
        {
            var address = $"ws://localhost:{server.HttpPort}{pathAndQuery}";
            var query = token is null ? "" : $"{(address.Contains('?') ? '&' : '?')}access_token={token}";
            await listener._socket.ConnectAsync(new Uri(address + query), through, cancellation);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>The next frame's text; null once the server closed.</summary>
    public async Task<string?> TextAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ComesWithin);
        var length = 0;
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), deadline.Token);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(_buffer, 0, length);
            }
        }
    }

    /// <summary>The next frame.</summary>
    public async Task<JsonElement> NextAsync(CancellationToken cancellation) =>
        JsonSerializer.Deserialize<JsonElement>(await TextAsync(cancellation) ?? throw new IOException("The server closed the socket."));

    /// <summary>Sends a text.</summary>
    public Task SendAsync(string text, CancellationToken cancellation) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellation);

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();
}

/// <summary>One server-sent event.</summary>
public sealed record ServerEvent(string Name, string? Id, JsonElement Data);

/// <summary><c>/sse/events</c>, line by line.</summary>
public sealed class EventListener : IDisposable
{
    private static readonly TimeSpan ComesWithin = Poll.Patience;
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private EventListener(HttpResponseMessage answer, StreamReader lines) => (_answer, _lines) = (answer, lines);

    /// <summary>Opens the stream, after <paramref name="lastEventId"/> if it is given.</summary>
    public static async Task<EventListener> OpenAsync(HttpClient client, string query, string? lastEventId, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sse/events" + query);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        answer.EnsureSuccessStatusCode();
        return new EventListener(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation)));
    }

    /// <summary>The next event of which <paramref name="wanted"/> is true; others are passed over.</summary>
    public async Task<ServerEvent> NextAsync(Func<ServerEvent, bool> wanted, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ComesWithin);
        while (true)
        {
            var next = await ReadAsync(deadline.Token);
            if (wanted(next))
            {
                return next;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _lines.Dispose();
        _answer.Dispose();
    }

    private async Task<ServerEvent> ReadAsync(CancellationToken cancellation)
    {
        var (name, id, data) = ("message", (string?)null, new StringBuilder());
        while (true)
        {
            var line = await _lines.ReadLineAsync(cancellation) ?? throw new IOException("The server ended the stream.");
            if (line.Length == 0 && data.Length > 0)
            {
                return new ServerEvent(name, id, JsonSerializer.Deserialize<JsonElement>(data.ToString()));
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = colon < 0 ? "" : line[(colon + 1)..].TrimStart();
            switch (colon < 0 ? line : line[..colon])
            {
                case "event":
                    name = value;
                    break;
                case "id":
                    id = value;
                    break;
                case "data":
                    data.Append(value);
                    break;
            }
        }
    }
}

/// <summary>
/// A client of the SignalR hub by the published protocol alone (negotiate, handshake, JSON records ended by 0x1E), so that the server's side is not tested
/// against its own library.
/// </summary>
public sealed class HubListener : IDisposable
{
    private static readonly TimeSpan ComesWithin = Poll.Patience;
    private const char RecordEnd = '\u001e';
    private readonly VitalsListener _socket;
    private readonly Queue<string> _records = new();

    private HubListener(VitalsListener socket) => _socket = socket;

    /// <summary>Negotiates, connects, shakes hands, and waits for the first heartbeat: from then on nothing is missed.</summary>
    public static async Task<HubListener> OpenAsync(ServerProcess server, string query, string token, CancellationToken cancellation, HttpMessageInvoker? through = null)
    {
        using var client = server.CreateClient();
        var separator = query.Length > 0 ? $"{query}&" : "?";
        using var answer = await client.PostAsync($"/hubs/ward/negotiate{separator}negotiateVersion=1&access_token={token}", content: null, cancellation);
        var negotiated = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var id = Uri.EscapeDataString(negotiated.GetProperty("connectionToken").GetString()!);
        var hub = new HubListener(await VitalsListener.OpenAsync(server, $"/hubs/ward{separator}id={id}", token, cancellation, through));
        await hub._socket.SendAsync($$"""{"protocol":"json","version":1}{{RecordEnd}}""", cancellation);
        if (await hub.RecordAsync(cancellation) is var shaken && shaken != "{}")
        {
            throw new IOException($"The hub answered the handshake with {shaken}");
        }

        await hub.NextAsync("Heartbeat", cancellation);
        return hub;
    }

    /// <summary>The methods that are called until one of this name is, without heartbeats, and with it.</summary>
    public async Task<List<string>> CallsUntilAsync(string method, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ComesWithin);
        var calls = new List<string>();
        while (calls.Count == 0 || calls[^1] != method)
        {
            var record = JsonSerializer.Deserialize<JsonElement>(await RecordAsync(deadline.Token));
            if (record.TryGetProperty("target", out var target) && target.GetString() is { } called && called != "Heartbeat")
            {
                calls.Add(called);
            }
        }

        return calls;
    }

    /// <summary>The argument of the next call of a method; other calls and pings are passed over.</summary>
    public async Task<JsonElement> NextAsync(string method, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ComesWithin);
        while (true)
        {
            var record = JsonSerializer.Deserialize<JsonElement>(await RecordAsync(deadline.Token));
            if (record.TryGetProperty("target", out var target) && target.GetString() == method)
            {
                return record.GetProperty("arguments")[0];
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    private async Task<string> RecordAsync(CancellationToken cancellation)
    {
        while (_records.Count == 0)
        {
            var text = await _socket.TextAsync(cancellation) ?? throw new IOException("The hub closed the connection.");
            foreach (var record in text.Split(RecordEnd, StringSplitOptions.RemoveEmptyEntries))
            {
                _records.Enqueue(record);
            }
        }

        return _records.Dequeue();
    }
}

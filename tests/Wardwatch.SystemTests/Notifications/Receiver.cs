using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Wardwatch.SystemTests.Notifications;

/// <summary>A request as it came.</summary>
public sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>Takes webhooks, or messages for browsers: HTTP on a loopback port, over TLS with a certificate. Each answer is the test's to give.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    public Receiver(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What is answered: a status, and a header line or null.</summary>
    public Func<Received, Task<(int Status, string? Header)>> Answer { get; set; } = _ => Task.FromResult((204, (string?)null));

    /// <summary>What came, in order.</summary>
    public IReadOnlyList<Received> Requests => [.. _received];

    /// <summary>An address of it.</summary>
    public string At(string path) => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_serving);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secured = new SslStream(stream);
                    await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stopping.Token);
                    stream = secured;
                }

                var request = await ReadAsync(stream);
                _received.Enqueue(request);
                var (status, header) = await Answer(request).WaitAsync(_stopping.Token);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Said\r\n{(header is null ? "" : header + "\r\n")}Content-Length: 0\r\nConnection: close\r\n\r\n"), _stopping.Token);
            }
            catch (Exception over) when (over is OperationCanceledException or IOException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                // Whoever sent has gone, or the test is over.
            }
        }
    }

    private async Task<Received> ReadAsync(Stream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[4096];
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. bytes]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end > 0)
            {
                var lines = text[..end].Split("\r\n");
                var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.OrdinalIgnoreCase);
                var length = int.Parse(headers.GetValueOrDefault("Content-Length", "0"));
                if (bytes.Count >= end + 4 + length)
                {
                    return new(lines[0].Split(' ')[1], headers, [.. bytes.Skip(end + 4).Take(length)]);
                }
            }

            var read = await stream.ReadAsync(buffer, _stopping.Token);
            bytes.AddRange(read > 0 ? buffer[..read] : throw new IOException("Gone in the middle."));
        }
    }
}

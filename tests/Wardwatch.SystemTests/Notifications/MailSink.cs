using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Wardwatch.SystemTests.Notifications;

/// <summary>A mail as a server took it.</summary>
public sealed record TakenMail(string From, string To, string Content, bool Secured, string? Login)
{
    /// <summary>A header's value.</summary>
    public string Header(string name) => Content.Split("\r\n").First(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];

    /// <summary>The text.</summary>
    public string Text => Encoding.UTF8.GetString(Convert.FromBase64String(Content[(Content.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
}

/// <summary>A mail server (RFC 5321) on a loopback port: takes what comes, with STARTTLS, with TLS from the first byte, or in clear.</summary>
public sealed class MailSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<TakenMail> _mails = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly X509Certificate2? _certificate;
    private readonly bool _atOnce;
    private readonly Task _accepting;

    /// <param name="certificate">For TLS; null: none is offered.</param>
    /// <param name="atOnce">TLS from the first byte.</param>
    public MailSink(X509Certificate2? certificate = null, bool atOnce = false)
    {
        (_certificate, _atOnce) = (certificate, atOnce);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Answers a recipient: 250 takes it.</summary>
    public Func<string, int> Recipient { get; set; } = _ => 250;

    /// <summary>Said in the same breath as "go on" with STARTTLS, as somebody in between would.</summary>
    public string Injected { get; init; } = "";

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>What was taken, in order.</summary>
    public IReadOnlyList<TakenMail> Mails => [.. _mails];

    /// <summary>Every command of every client.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

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
                await TalkAsync(client.GetStream());
            }
            catch (Exception over) when (over is OperationCanceledException or IOException or SocketException or AuthenticationException)
            {
                // Whoever sent has gone, or the test is over.
            }
        }
    }

    private async Task TalkAsync(Stream stream)
    {
        var secured = false;
        if (_atOnce)
        {
            (stream, secured) = (await SecureAsync(stream), true);
        }

        string? from = null, to = null, login = null;
        await SayAsync(stream, "220 sink.example ready\r\n");
        while (true)
        {
            var line = await LineAsync(stream);
            _lines.Enqueue(line);
            switch (line.Split(' ', ':')[0])
            {
                case "EHLO":
                    await SayAsync(stream, $"250-sink.example\r\n{(_certificate is not null && !secured ? "250-STARTTLS\r\n" : "")}250-AUTH PLAIN\r\n250 8BITMIME\r\n");
                    break;
                case "STARTTLS" when _certificate is not null && !secured:
                    await SayAsync(stream, "220 go on\r\n" + Injected);
                    (stream, secured) = (await SecureAsync(stream), true);
                    break;
                case "AUTH":
                    login = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2]));
                    await SayAsync(stream, "235 welcome\r\n");
                    break;
                case "MAIL":
                    from = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..^1];
                    await SayAsync(stream, "250 fine\r\n");
                    break;
                case "RCPT":
                    to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..^1];
                    await SayAsync(stream, $"{Recipient(to)} said\r\n");
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go on\r\n");
                    var content = new StringBuilder();
                    for (var text = await LineAsync(stream); text != "."; text = await LineAsync(stream))
                    {
                        content.Append(text).Append("\r\n");
                    }

                    _mails.Enqueue(new(from!, to!, content.ToString(), secured, login));
                    await SayAsync(stream, "250 taken\r\n");
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 bye\r\n");
                    return;
                default:
                    await SayAsync(stream, "502 what?\r\n");
                    break;
            }
        }
    }

    private async Task<Stream> SecureAsync(Stream stream)
    {
        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stopping.Token);
        return secured;
    }

    private Task SayAsync(Stream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), _stopping.Token).AsTask();

    private async Task<string> LineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line is not [.., (byte)'\r', (byte)'\n'])
        {
            line.Add(await stream.ReadAsync(one, _stopping.Token) > 0 ? one[0] : throw new IOException("Gone."));
        }

        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r', '\n');
    }
}

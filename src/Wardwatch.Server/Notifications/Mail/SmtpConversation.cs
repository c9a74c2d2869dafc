using System.Text;

namespace Wardwatch.Server.Notifications.Mail;

/// <summary>A mail server said no, or something that is no answer.</summary>
/// <param name="code">Its three digits; 0: no answer that can be read.</param>
internal sealed class SmtpException(int code) : IOException(code == 0 ? "The mail server's answer cannot be read." : $"The mail server answered {code}.")
{
    /// <summary>Its three digits; 0: no answer that can be read.</summary>
    public int Code { get; } = code;

    /// <summary>Whether it will say the same again: 5xx of RFC 5321.</summary>
    public bool IsFinal => Code is >= 500 and < 600;
}

/// <summary>Talks SMTP (RFC 5321) over a stream: a line there, an answer back. Not thread-safe; whoever gave the stream closes it.</summary>
internal sealed class SmtpConversation(Stream stream)
{
    private const int MostLineBytes = 2048;
    private const int MostLines = 100;

    private readonly byte[] _buffer = new byte[MostLineBytes];
    private int _from;
    private int _until;

    /// <summary>Whether the server has said more than it was asked: what came in clear before TLS must not count as said under it.</summary>
    public bool HasUnread => _from < _until;

    /// <summary>Sends a command and reads the answer.</summary>
    /// <param name="command">One line, without its end.</param>
    /// <param name="wanted">The first digit of the answer that is wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The texts of the answer's lines.</returns>
    /// <exception cref="SmtpException">Another answer.</exception>
    public async Task<IReadOnlyList<string>> SayAsync(string command, int wanted, CancellationToken cancellation)
    {
        if (command.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            throw new ArgumentException("A command is one line.", nameof(command));
        }

        await SendAsync(command + "\r\n", cancellation);
        return await ReadAsync(wanted, cancellation);
    }

    /// <summary>Sends text as it is.</summary>
    public async Task SendAsync(string text, CancellationToken cancellation)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>Reads an answer: <c>250-one</c>, <c>250-another</c>, <c>250 the last</c>.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(int wanted, CancellationToken cancellation)
    {
        var texts = new List<string>();
        for (var lines = 0; lines < MostLines; lines++)
        {
            var line = await LineAsync(cancellation);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), System.Globalization.NumberStyles.None, null, out var code))
            {
                throw new SmtpException(0);
            }

            texts.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ')
            {
                return code / 100 == wanted ? texts : throw new SmtpException(code);
            }
        }

        throw new SmtpException(0);
    }

    private async Task<string> LineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var end = Array.IndexOf(_buffer, (byte)'\n', _from, _until - _from);
            if (end >= 0)
            {
                var line = Encoding.ASCII.GetString(_buffer, _from, end - _from).TrimEnd('\r');
                _from = end + 1;
                return line;
            }

            _buffer.AsSpan(_from, _until - _from).CopyTo(_buffer);
            (_from, _until) = (0, _until - _from);
            if (_until == _buffer.Length)
            {
                throw new SmtpException(0);
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_until), cancellation);
            _until += read > 0 ? read : throw new SmtpException(0);
        }
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Wardwatch.Benchmarks.Proof.Order;

/// <summary>What a trace says of the order of acknowledgements and the disk.</summary>
/// <param name="Sends">Writes to the device's socket, in order of their beginning: each is an acknowledgement.</param>
/// <param name="InOrder">Those before which the reading's write-ahead log was on disk.</param>
/// <param name="LogSyncs">Calls that brought the write-ahead log to disk and returned success.</param>
/// <param name="FirstFault">The first that was not in order; null if there is none.</param>
internal sealed record TraceSummary(int Sends, int InOrder, int LogSyncs, string? FirstFault);

/// <summary>
/// Reads a trace of server and PostgreSQL that one strace wrote (<c>-f -yy</c>), so that its lines have one order. A process stands still while its call's
/// beginning or end is written, therefore "the end of fdatasync stands above the beginning of the send" means that it had returned before a byte was sent.
/// <code>
/// 10049 recvfrom(356&lt;TCPv6:[[::ffff:127.0.0.1]:8883->…]>, "\27\3\3\0"..., 4096, 0, NULL, NULL) = 154      a reading arrives
/// 10142 pwrite64(53&lt;/…/pg_wal/000000010000000000000001>, "\20\321\5\0"..., 16384, 12828672) = 16384       its transaction is written …
/// 10142 fdatasync(53&lt;/…/pg_wal/000000010000000000000001>) = 0                                             … and brought to disk
/// 10050 sendto(356&lt;TCPv6:[[::ffff:127.0.0.1]:8883->…]>, "\27\3\3\0\25Pn\230"..., 26, 0, NULL, 0) = 26     only then PUBACK
/// </code>
/// A call that another's line interrupts is cut in two: <c>fdatasync(… &lt;unfinished ...></c>, later <c>&lt;... fdatasync resumed>) = 0</c>.
/// </summary>
internal sealed partial class TraceOrder
{
    private readonly string _socket;
    private readonly string _wal;
    private readonly Dictionary<int, Call> _open = [];
    private long _line;
    private long _arrival;
    private long _firstWrite;
    private long _durable; // the greatest line at which a call began that brought the log to disk and has returned
    private int _sends;
    private int _inOrder;
    private int _syncs;
    private string? _firstFault;

    /// <param name="mqttPort">The server's port: one device only may be connected to it.</param>
    /// <param name="walFolder">Where PostgreSQL keeps its write-ahead log.</param>
    public TraceOrder(int mqttPort, string walFolder) =>
        (_socket, _wal) = (string.Create(CultureInfo.InvariantCulture, $":{mqttPort}->"), walFolder.TrimEnd('/') + "/");

    private enum CallKind
    {
        Other,
        Receive,
        Send,
        LogWrite,
        LogSync,
    }

    private readonly record struct Call(CallKind Kind, long BeganAt);

    /// <summary>Reads a whole trace, of one device that had one reading under way at a time.</summary>
    public static TraceSummary Read(IEnumerable<string> lines, int mqttPort, string walFolder)
    {
        var order = new TraceOrder(mqttPort, walFolder);
        foreach (var line in lines) order.Take(line);
        return new TraceSummary(order._sends, order._inOrder, order._syncs, order._firstFault);
    }

    private void Take(string line)
    {
        _line++;
        var match = Line().Match(line);
        if (!match.Success) return;
        var process = int.Parse(match.Groups["process"].ValueSpan, CultureInfo.InvariantCulture);
        var unfinished = line.EndsWith("<unfinished ...>", StringComparison.Ordinal);
        Call call;
        if (match.Groups["resumed"].Success)
        {
            if (!_open.Remove(process, out call)) return; // it began before the trace did
        }
        else
        {
            call = new Call(KindOf(match.Groups["name"].Value, line), _line);
            if (call.Kind == CallKind.Send) JudgeSend();
            if (unfinished) _open[process] = call;
        }

        if (!unfinished && ResultOf(line) is { } result) Finish(call, result, line);
    }

    private CallKind KindOf(string name, string line)
    {
        // What is between the first parenthesis and the first '>, ' or '>)' says what the descriptor is.
        if (name is "fdatasync" or "fsync") return line.Contains(_wal, StringComparison.Ordinal) ? CallKind.LogSync : CallKind.Other;
        if (name is "pwrite64" or "pwritev" or "pwritev2") return line.Contains(_wal, StringComparison.Ordinal) ? CallKind.LogWrite : CallKind.Other;
        if (!Descriptor().IsMatch(line) || !Descriptor().Match(line).Value.Contains(_socket, StringComparison.Ordinal)) return CallKind.Other;
        return name is "sendto" or "sendmsg" or "write" or "writev" ? CallKind.Send : CallKind.Receive;
    }

    private void JudgeSend()
    {
        _sends++;

        // The second half keeps one reading's call from standing for the next reading's as well.
        if (_firstWrite > _arrival && _durable > _firstWrite && _syncs >= _sends)
        {
            _inOrder++;
        }
        else
        {
            _firstFault ??= string.Create(CultureInfo.InvariantCulture,
                $"acknowledgement {_sends} (line {_line}): the log was {(_firstWrite > _arrival ? "written and not yet on disk" : "not yet written")}; {_syncs} syncs before it");
        }
    }

    private void Finish(Call call, long result, string line)
    {
        switch (call.Kind)
        {
            case CallKind.Receive when result > 0 && !line.Contains("MSG_PEEK", StringComparison.Ordinal):
                (_arrival, _firstWrite) = (_line, 0);
                break;
            case CallKind.LogWrite when result > 0 && _firstWrite == 0:
                _firstWrite = _line;
                break;
            case CallKind.LogSync when result == 0:
                _syncs++;
                _durable = Math.Max(_durable, call.BeganAt);
                break;
        }
    }

    private static long? ResultOf(string line)
    {
        var match = Result().Match(line);
        return match.Success ? long.Parse(match.Groups["result"].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"^(?<process>\d+) +(?:(?<resumed><\.\.\. )(?<name>\w+) resumed>|(?<name>\w+)\()", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"\(\d+<[^""]*?>(?=,|\)| <)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Descriptor();

    [GeneratedRegex(@"\) += (?<result>-?\d+)(?: [A-Z(].*)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Result();
}

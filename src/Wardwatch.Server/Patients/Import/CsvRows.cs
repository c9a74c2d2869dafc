using System.Text;

namespace Wardwatch.Server.Patients.Import;

/// <summary>Why a table cannot be read on.</summary>
internal enum CsvFault
{
    /// <summary>It can.</summary>
    None,

    /// <summary>A cell is too long.</summary>
    CellTooLong,

    /// <summary>A row has too many cells.</summary>
    TooManyCells,

    /// <summary>A quotation mark stands where none belongs, or is never closed.</summary>
    Quotes,

    /// <summary>The bytes are not UTF-8.</summary>
    NotUtf8,
}

/// <summary>
/// Reads separated values as RFC 4180 has them: cells may be quoted, a quotation mark within is doubled, lines end with CR LF or LF. Takes memory for one row and a
/// buffer, whatever comes.
/// </summary>
/// <param name="text">The characters; its caller closes it.</param>
/// <param name="separator">Between cells.</param>
internal sealed class CsvRows(TextReader text, char separator)
{
    /// <summary>The most characters of a cell, and the most cells of a row.</summary>
    public const int MostCharacters = 1000, MostCells = 50;

    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _cell = new();
    private readonly List<string> _cells = [];
    private int _length;
    private int _next;

    private enum State
    {
        Start,
        Plain,
        Quoted,
        Closed,
    }

    /// <summary>Why there is no next row; none: the table is at its end.</summary>
    public CsvFault Fault { get; private set; }

    /// <summary>The next row; null at the end, or where <see cref="Fault"/> says why.</summary>
    public async ValueTask<string[]?> NextAsync(CancellationToken cancellation)
    {
        _cells.Clear();
        _cell.Clear();
        var (state, any) = (State.Start, false);
        while (Fault == CsvFault.None)
        {
            if (_next == _length && !await FillAsync(cancellation))
            {
                return End(state, any);
            }

            var character = _buffer[_next++];
            any = true;
            if (state == State.Quoted)
            {
                state = character == '"' ? State.Closed : Add(character, state);
            }
            else if (character == '\n')
            {
                return TakeCell(state, endsLine: true) ? [.. _cells] : null;
            }
            else if (character == separator)
            {
                TakeCell(state, endsLine: false);
                state = State.Start;
            }
            else
            {
                state = Step(state, character);
            }
        }

        return null;
    }

    private State Step(State state, char character)
    {
        switch (state)
        {
            case State.Start when character == '"':
                return State.Quoted;
            case State.Closed when character == '"':
                return Add('"', State.Quoted);
            case State.Closed when character == '\r':
                return State.Closed;
            case State.Closed:
            case State.Plain when character == '"':
                Fault = CsvFault.Quotes;
                return state;
            default:
                return Add(character, State.Plain);
        }
    }

    private State Add(char character, State state)
    {
        _cell.Append(character);
        if (_cell.Length > MostCharacters)
        {
            Fault = CsvFault.CellTooLong;
        }

        return state;
    }

    private bool TakeCell(State state, bool endsLine)
    {
        if (endsLine && state == State.Plain && _cell[^1] == '\r')
        {
            _cell.Length--;
        }

        if (_cells.Count == MostCells)
        {
            Fault = CsvFault.TooManyCells;
            return false;
        }

        _cells.Add(_cell.ToString());
        _cell.Clear();
        return true;
    }

    private string[]? End(State state, bool any)
    {
        if (Fault == CsvFault.None && state == State.Quoted)
        {
            Fault = CsvFault.Quotes;
        }

        return Fault == CsvFault.None && any && TakeCell(state, endsLine: true) ? [.. _cells] : null;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        try
        {
            (_next, _length) = (0, await text.ReadAsync(_buffer.AsMemory(), cancellation));
        }
        catch (DecoderFallbackException)
        {
            Fault = CsvFault.NotUtf8;
            (_next, _length) = (0, 0);
        }

        return _length > 0;
    }
}

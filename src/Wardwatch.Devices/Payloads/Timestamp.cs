namespace Wardwatch.Devices.Payloads;

/// <summary>
/// ISO 8601 times as RFC 3339 narrows them: <c>2026-11-20T09:00:00[.f…](Z|±hh:mm)</c>, upper case, with 1 to 9 digits of
/// fraction, of which six are kept. A time without an offset is refused: nobody could say when it was.
/// </summary>
public static class Timestamp
{
    /// <summary>The longest text that <see cref="TryWrite"/> produces: 2026-11-20T09:00:00.123456Z.</summary>
    public const int MaxWrittenBytes = 27;

    /// <summary>The longest text that <see cref="TryRead"/> accepts: nine digits of fraction and a numeric offset.</summary>
    public const int MaxReadBytes = 35;

    private const int SecondsPerDay = 86_400;
    private const long FirstSecond = -62_135_596_800; // 0001-01-01T00:00:00Z
    private const long LastSecond = 253_402_300_799; // 9999-12-31T23:59:59Z
    private const int UnixEpochDayNumber = 719_162; // as DateOnly counts
    private const int DaysFromYearZeroToUnixEpoch = 719_468; // counted from 1 March of the year 0

    /// <summary>Reads the whole text as unix microseconds; false where it is anything else than such a time.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long unixMicroseconds)
    {
        unixMicroseconds = 0;
        if (text.Length is < 20 or > MaxReadBytes) return false;
        if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return false;

        // Digits gather in `wrong` whatever is not one, so that a single comparison judges them all.
        var wrong = 0u;
        var year = (Two(text, 0, ref wrong) * 100) + Two(text, 2, ref wrong);
        var month = Two(text, 5, ref wrong);
        var day = Two(text, 8, ref wrong);
        var hour = Two(text, 11, ref wrong);
        var minute = Two(text, 14, ref wrong);
        var second = Two(text, 17, ref wrong);
        if (wrong != 0 || year == 0 || month is 0 or > 12 || day == 0 || day > DaysInMonth(year, month)) return false;
        if (hour > 23 || minute > 59 || second > 59) return false;

        if (!TryReadFraction(text[19..], out var microseconds, out var rest)) return false;
        if (!TryReadOffset(rest, out var offsetMinutes)) return false;

        var seconds = (DaysSinceUnixEpoch((int)year, (int)month, (int)day) * SecondsPerDay) + (hour * 3600) + (minute * 60) + second - (offsetMinutes * 60);
        if (seconds is < FirstSecond or > LastSecond) return false; // an offset may carry the ends of the calendar out of it
        unixMicroseconds = (seconds * 1_000_000) + microseconds;
        return true;
    }

    /// <summary>Writes a time in UTC with milliseconds, or with microseconds where it has them. False where the destination is too short or the year not within 1 to 9999.</summary>
    public static bool TryWrite(long unixMicroseconds, Span<byte> destination, out int written)
    {
        written = 0;
        var seconds = Math.DivRem(unixMicroseconds, 1_000_000, out var microseconds);
        if (microseconds < 0) (seconds, microseconds) = (seconds - 1, microseconds + 1_000_000);
        if (seconds is < FirstSecond or > LastSecond) return false;
        var day = Math.DivRem(seconds, SecondsPerDay, out var secondOfDay);
        if (secondOfDay < 0) (day, secondOfDay) = (day - 1, secondOfDay + SecondsPerDay);

        var fractionDigits = microseconds % 1000 == 0 ? 3 : 6;
        var length = 21 + fractionDigits;
        if (destination.Length < length) return false;

        var date = DateOnly.FromDayNumber((int)day + UnixEpochDayNumber);
        PutDigits(destination[..4], date.Year);
        destination[4] = (byte)'-';
        PutDigits(destination[5..7], date.Month);
        destination[7] = (byte)'-';
        PutDigits(destination[8..10], date.Day);
        destination[10] = (byte)'T';
        PutDigits(destination[11..13], (int)(secondOfDay / 3600));
        destination[13] = (byte)':';
        PutDigits(destination[14..16], (int)(secondOfDay / 60 % 60));
        destination[16] = (byte)':';
        PutDigits(destination[17..19], (int)(secondOfDay % 60));
        destination[19] = (byte)'.';
        PutDigits(destination.Slice(20, fractionDigits), (int)(fractionDigits == 3 ? microseconds / 1000 : microseconds));
        destination[20 + fractionDigits] = (byte)'Z';
        written = length;
        return true;
    }

    private static bool TryReadFraction(ReadOnlySpan<byte> text, out long microseconds, out ReadOnlySpan<byte> rest)
    {
        microseconds = 0;
        rest = text;
        if (text[0] != '.') return true;
        var i = 1;
        for (; i < text.Length && char.IsAsciiDigit((char)text[i]); i++)
        {
            if (i <= 6) microseconds = (microseconds * 10) + (text[i] - '0');
        }

        if (i is 1 or > 10) return false;
        for (var digit = i; digit <= 6; digit++) microseconds *= 10;
        rest = text[i..];
        return true;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> text, out long minutes)
    {
        minutes = 0;
        if (text.Length == 1) return text[0] == 'Z';
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':') return false;
        var wrong = 0u;
        var hour = Two(text, 1, ref wrong);
        var minute = Two(text, 4, ref wrong);
        if (wrong != 0 || hour > 23 || minute > 59) return false;
        minutes = (hour * 60) + minute;
        if (text[0] == '-') minutes = -minutes;
        return true;
    }

    private static uint Two(ReadOnlySpan<byte> text, int at, ref uint wrong)
    {
        var tens = (uint)text[at] - '0';
        var ones = (uint)text[at + 1] - '0';
        if (tens > 9 || ones > 9) wrong = 1;
        return (tens * 10) + ones;
    }

    private static uint DaysInMonth(uint year, uint month) => month switch
    {
        2 => DateTime.IsLeapYear((int)year) ? 29u : 28u,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    /// <summary>Counts from 1 March, so that the leap day is the year's last and needs no case of its own.</summary>
    private static long DaysSinceUnixEpoch(int year, int month, int day)
    {
        var marchYear = month <= 2 ? year - 1 : year;
        var marchMonth = month <= 2 ? month + 9 : month - 3;
        var leapDays = (marchYear / 4) - (marchYear / 100) + (marchYear / 400);
        return (365L * marchYear) + leapDays + (((153 * marchMonth) + 2) / 5) + day - 1 - DaysFromYearZeroToUnixEpoch;
    }

    private static void PutDigits(Span<byte> destination, int value)
    {
        for (var i = destination.Length - 1; i >= 0; i--)
        {
            destination[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}

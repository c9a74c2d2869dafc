using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.History;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>Times on the wire, and what the history is asked by: ranges, lengths of buckets, cursors. The first letter chooses.</summary>
internal sealed partial class TimeTarget : FuzzTarget
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    public override string Name => "times";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "t2026-11-20T09:00:00Z", "t2026-11-20T09:00:00.123456789+05:30", "t0001-01-01T00:00:00.000-00:00", "t9999-12-31T23:59:59.999999Z", "t2000-02-29T23:59:59.1-23:59",
            "r2026-11-20T09:00:00Z|2026-11-20T10:00:00+01:00", "r2026-11-20|", "r|9998-12-31", "b60", "b5m", "b1h", "b1d", "bauto", "b0.001", "b86.4", "c1795683600000000.3", "c0.0", "c253402300799999999.2147483647",
        }.Select(Encoding.ASCII.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "t", "r", "b", "c", "Z", "+00:00", "-23:59", ".", ":", "-", "T", "|", "s", "m", "h", "d", "auto", "02-29", "02-30", "12-31", "9999", "0000", "1970-01-01", "24:00:00", "GMT", "Mon, ", " ", "٣" }.Select(Encoding.UTF8.GetBytes)];

    public override int MaxBytes => 96;

    public override int QuickExecutions => 30_000;

    // Ranges and cursors are read from strings by the platform.
    public override long AllocationLimit(int inputBytes) => 1_024 + (64L * inputBytes);

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        if (input.Length == 0) return 0;
        var signature = new Signature();
        signature.Add(input[0]);
        switch ((char)input[0])
        {
            case 't': Wire(input.AsSpan(1), meter, ref signature); break;
            case 'r': Range(Encoding.UTF8.GetString(input, 1, input.Length - 1), meter, ref signature); break;
            case 'b': Bucket(Encoding.UTF8.GetString(input, 1, input.Length - 1), meter, ref signature); break;
            case 'c': Cursor(Encoding.UTF8.GetString(input, 1, input.Length - 1), meter, ref signature); break;
        }

        return signature.Value;
    }

    private static void Wire(ReadOnlySpan<byte> text, FuzzMeter meter, ref Signature signature)
    {
        meter.Begin();
        var read = Timestamp.TryRead(text, out var microseconds);
        meter.End();

        // The platform knows the same times, but for seven digits of fraction at most, and offsets up to 14 hours.
        var shape = Rfc3339().Match(Encoding.Latin1.GetString(text));
        var expected = shape.Success && DateTime.TryParseExact(shape.Groups["time"].Value, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? (long?)(UnixTime.FromDateTime(time) + Fraction(shape.Groups["fraction"].Value) - (OffsetMinutes(shape.Groups["offset"].Value) * 60_000_000L))
            : null;
        if (expected is { } value && value is < -62_135_596_800_000_000 or > 253_402_300_799_999_999) expected = null;
        if (read != expected.HasValue || (read && microseconds != expected)) throw new FuzzFailure($"'{Encoding.Latin1.GetString(text)}' is read as {(read ? microseconds : null)}, not as {expected}.");
        signature.Add(read);
        signature.Add((ulong)text.Length);
        if (!read) return;
        Span<byte> written = stackalloc byte[Timestamp.MaxWrittenBytes];
        if (!Timestamp.TryWrite(microseconds, written, out var length) || !Timestamp.TryRead(written[..length], out var again) || again != microseconds)
            throw new FuzzFailure($"'{Encoding.Latin1.GetString(text)}' is written as '{Encoding.Latin1.GetString(written[..length])}'.");
    }

    private static long Fraction(string digits) => digits.Length == 0 ? 0 : long.Parse(digits.PadRight(9, '0')[..6], CultureInfo.InvariantCulture);

    private static int OffsetMinutes(string offset) => offset == "Z" ? 0 : (offset[0] == '-' ? -1 : 1) * ((int.Parse(offset[1..3], CultureInfo.InvariantCulture) * 60) + int.Parse(offset[4..6], CultureInfo.InvariantCulture));

    private static void Range(string text, FuzzMeter meter, ref Signature signature)
    {
        var parts = text.Split('|');
        var (start, end) = (parts[0].Length > 0 ? parts[0] : null, parts.Length > 1 && parts[1].Length > 0 ? parts[1] : null);
        meter.Begin();
        var wrong = HistoryRange.Parse(start, end, Now, out var range);
        meter.End();
        signature.AddShape(wrong);
        if (wrong is not null) return;
        if (range.From >= range.Until) throw new FuzzFailure($"'{text}' is the range {range}.");

        // What is asked of the database and of the answer must have a form.
        if (UnixTime.FromDateTime(UnixTime.ToDateTime(range.From)) != range.From || UnixTime.FromDateTimeOffset(UnixTime.ToDateTimeOffset(range.Until)) != range.Until) throw new FuzzFailure($"The range {range} changes on its way.");
        signature.AddSize(range.Until - range.From);
    }

    private static void Bucket(string text, FuzzMeter meter, ref Signature signature)
    {
        var range = new HistoryRange(UnixTime.FromDateTimeOffset(Now.AddDays(-1)), UnixTime.FromDateTimeOffset(Now));
        meter.Begin();
        var read = HistoryRange.TryParseBucket(text, range, 600, out var microseconds);
        meter.End();
        signature.Add(read);
        signature.AddSize(microseconds);
        if (read && microseconds is < 1_000 or > 366L * 86_400_000_000) throw new FuzzFailure($"'{text}' is a bucket of {microseconds} µs.");
        if (!read) return;
        if (!HistoryRange.TryParseBucket(string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1e6:0.000000}"), range, 600, out var again) || again != microseconds) throw new FuzzFailure($"'{text}' is a bucket of {microseconds} µs, and {again} when that is asked for.");
        var first = range.From / microseconds * microseconds;
        if (first > range.From || range.From - first >= microseconds) throw new FuzzFailure($"'{text}' gives a first bucket at {first}.");
    }

    private static void Cursor(string text, FuzzMeter meter, ref Signature signature)
    {
        meter.Begin();
        var read = HistoryCursor.TryParse(text, out var cursor);
        meter.End();
        signature.Add(read);
        signature.AddSize(cursor.MeasuredAt);
        if (!read) return;
        if (cursor.MeasuredAt < 0 || cursor.Delivered < 0) throw new FuzzFailure($"'{text}' is the cursor {cursor}.");
        if (!HistoryCursor.TryParse(cursor.ToString(), out var again) || again != cursor) throw new FuzzFailure($"'{text}' is the cursor {cursor}, which is read as {again}.");
        UnixTime.ToDateTime(cursor.MeasuredAt);
    }

    [GeneratedRegex(@"\A(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]{1,9}))?(?<offset>Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rfc3339();
}

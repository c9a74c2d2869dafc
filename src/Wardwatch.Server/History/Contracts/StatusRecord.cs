using Wardwatch.Devices.Payloads;

namespace Wardwatch.Server.History.Contracts;

/// <summary>
/// The bytes of a device's status before they are sealed. They stand in the history as readings do, so that a status is durable, recognised when it is sent again and bound to
/// its patient in the same way; <see cref="ReadingFlags.Status"/> tells the two apart.
/// <code>| version 2 | the payload as it came, JSON, to the end |</code>
/// </summary>
public static class StatusRecord
{
    private const byte Version = 2;

    /// <summary>Writes a record and returns its length.</summary>
    public static int Write(ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        destination[0] = Version;
        payload.CopyTo(destination[1..]);
        return payload.Length + 1;
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false if the bytes are no status of a known version.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out StatusPayload status)
    {
        status = default;
        return source.Length > 0 && source[0] == Version && StatusReader.TryRead(source[1..], out status, out _);
    }
}

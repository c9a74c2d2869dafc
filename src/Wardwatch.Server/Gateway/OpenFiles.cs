using System.Globalization;

namespace Wardwatch.Server.Gateway;

/// <summary>
/// How many files, and so connections, the operating system lets this process have open. The run-time raises the limit as far as it may at its start; what
/// is left of a higher setting must be known, since a server that cannot accept for want of files refuses devices in silence.
/// </summary>
internal static class OpenFiles
{
    // The database, screens, logs and the run-time itself.
    private const int ForOthers = 512;

    /// <summary>How many connections of devices there is room for; <see cref="int.MaxValue"/> where that cannot be known.</summary>
    public static int RoomForConnections() => Limit() is { } limit ? (int)Math.Clamp(limit - ForOthers, limit / 2, int.MaxValue) : int.MaxValue;

    /// <summary>The limit from a process's <c>limits</c> file; null if it has none.</summary>
    internal static long? Parse(IEnumerable<string> lines)
    {
        // "Max open files            1024                 524288               files"
        const string name = "Max open files";
        var line = lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        var soft = line?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }

    private static long? Limit()
    {
        try
        {
            return Parse(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // not Linux
        }
    }
}

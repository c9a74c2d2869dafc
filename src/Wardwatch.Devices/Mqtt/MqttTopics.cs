namespace Wardwatch.Devices.Mqtt;

/// <summary>Topic names and filters (MQTT 5.0, 4.7 and 4.8), as well-formed UTF-8.</summary>
public static class MqttTopics
{
    private static ReadOnlySpan<byte> SharedPrefix => "$share/"u8;

    /// <summary>A name to publish to: not empty, no wildcard, no U+0000, at most 65,535 bytes.</summary>
    public static bool IsValidName(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= ushort.MaxValue && name.IndexOfAny((byte)'+', (byte)'#', (byte)0) < 0;

    /// <summary>A filter to subscribe to: <c>#</c> is a level of its own and the last, <c>+</c> a level of its own; in 5.0, <c>$share/name/filter</c> is whole.</summary>
    public static bool IsValidFilter(ReadOnlySpan<byte> filter, MqttVersion version)
    {
        if (filter.Length is 0 or > ushort.MaxValue || filter.Contains((byte)0)) return false;
        if (version == MqttVersion.V500 && filter.StartsWith(SharedPrefix))
        {
            if (!TrySplitShared(filter, out _, out filter)) return false;
        }

        for (var i = 0; i < filter.Length; i++)
        {
            if (filter[i] is not ((byte)'+' or (byte)'#')) continue;
            if (i > 0 && filter[i - 1] != '/') return false;
            var last = i == filter.Length - 1;
            if (filter[i] == '#' ? !last : !last && filter[i + 1] != '/') return false;
        }

        return true;
    }

    /// <summary>Takes <c>$share/{name}/{filter}</c> apart (5.0 only). False where it is no such filter, or the name is empty or has wildcards, or the filter is empty.</summary>
    public static bool TrySplitShared(ReadOnlySpan<byte> shared, out ReadOnlySpan<byte> shareName, out ReadOnlySpan<byte> filter)
    {
        shareName = default;
        filter = default;
        if (!shared.StartsWith(SharedPrefix)) return false;
        var rest = shared[SharedPrefix.Length..];
        var slash = rest.IndexOf((byte)'/');
        if (slash < 1 || slash == rest.Length - 1 || rest[..slash].ContainsAny((byte)'+', (byte)'#')) return false;
        shareName = rest[..slash];
        filter = rest[(slash + 1)..];
        return true;
    }

    /// <summary>
    /// Whether a valid filter (without its <c>$share</c> part) matches a valid name. A leading wildcard does not match names that
    /// begin with <c>$</c> (MQTT-4.7.2-1); <c>a/#</c> matches <c>a</c> too.
    /// </summary>
    public static bool Matches(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> name)
    {
        if (filter.IsEmpty || name.IsEmpty) return false;
        if (name[0] == '$' && (filter[0] is (byte)'+' or (byte)'#')) return false;

        while (true)
        {
            if (filter is [(byte)'#']) return true;
            var filterSlash = filter.IndexOf((byte)'/');
            var nameSlash = name.IndexOf((byte)'/');
            var filterLevel = filterSlash < 0 ? filter : filter[..filterSlash];
            var nameLevel = nameSlash < 0 ? name : name[..nameSlash];
            if (filterLevel is not [(byte)'+'] && !filterLevel.SequenceEqual(nameLevel)) return false;
            if (filterSlash < 0) return nameSlash < 0;
            filter = filter[(filterSlash + 1)..];
            if (nameSlash < 0) return filter is [(byte)'#'];
            name = name[(nameSlash + 1)..];
        }
    }
}

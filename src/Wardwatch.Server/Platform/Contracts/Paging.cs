using System.Globalization;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>How lists are answered page by page: one item more than asked for is read, and tells that there is a next page.</summary>
public static class Paging
{
    /// <summary>Reads a <c>?after=</c> that is a number; null where there is none. False: it is not the next of an earlier answer.</summary>
    public static bool TryReadCursor(string? after, out long? before)
    {
        before = null;
        if (string.IsNullOrEmpty(after))
        {
            return true;
        }

        if (!long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        before = number;
        return true;
    }

    /// <summary>Cuts what was read down to a page; answers what goes into <c>next</c>, null at the end.</summary>
    /// <param name="items">At most one more than <paramref name="limit"/>.</param>
    /// <param name="limit">The length of a page.</param>
    /// <param name="cursorOf">By which the page after an item is asked for.</param>
    public static string? Cut<T>(List<T> items, int limit, Func<T, string> cursorOf)
    {
        if (items.Count <= limit)
        {
            return null;
        }

        items.RemoveAt(limit);
        return cursorOf(items[^1]);
    }
}

namespace Wardwatch.Server.Staff;

/// <summary>A browser's name in a few words, for the list of one's sessions: what a User-Agent says of itself, shortened. Nothing is decided by it.</summary>
internal static class ClientName
{
    private const int Longest = 60;

    // The order matters: each says that it is the ones below as well.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Version/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Macintosh", "macOS"), ("Linux", "Linux")];

    /// <summary>Such as <c>Firefox 140 on Windows</c>; for what is no browser, the beginning of what it says; null if it says nothing.</summary>
    public static string? Of(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
        {
            return null;
        }

        foreach (var (mark, name) in Browsers)
        {
            var at = userAgent.IndexOf(mark, StringComparison.Ordinal);
            if (at >= 0)
            {
                var version = new string([.. userAgent[(at + mark.Length)..].TakeWhile(char.IsAsciiDigit).Take(4)]);
                var system = Array.Find(Systems, system => userAgent.Contains(system.Mark, StringComparison.Ordinal)).Name;
                return $"{name} {version}".TrimEnd() + (system is null ? "" : $" on {system}");
            }
        }

        var shown = new string([.. userAgent.Where(letter => !char.IsControl(letter)).Take(Longest)]).Trim();
        return shown.Length == 0 ? null : shown;
    }
}

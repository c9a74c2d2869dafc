using System.Globalization;

namespace Wardwatch.Simulator;

/// <summary>
/// What is asked for in one word on the command line: <c>NAME[:target][@every][,key=number]…</c>, for stories and faults.
/// </summary>
internal sealed class RequestText
{
    private readonly Dictionary<string, double> _numbers;
    private readonly string _what;

    private RequestText(string what, string name, string? target, double? every, Dictionary<string, double> numbers)
    {
        _what = what;
        Name = name;
        Target = target;
        Every = every;
        _numbers = numbers;
    }

    public string Name { get; }

    public string? Target { get; }

    public double? Every { get; }

    /// <summary>Whether any number is given by name.</summary>
    public bool HasNumbers => _numbers.Count > 0;

    /// <exception cref="SimulatorException">A number is none, or not more than zero where it must be.</exception>
    public static RequestText Parse(string text, string what)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        var head = parts[0];
        double? every = null;
        if (head.IndexOf('@', StringComparison.Ordinal) is var at and >= 0)
        {
            every = Number(head[(at + 1)..], what, text);
            if (every <= 0) throw SimulatorException.Usage($"--{what} {text}: what comes every {every} seconds?");
            head = head[..at];
        }

        string? target = null;
        if (head.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0)
        {
            target = head[(colon + 1)..];
            head = head[..colon];
            if (target.Length == 0) target = null;
        }

        var numbers = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in parts.Skip(1))
        {
            if (part.Split('=') is not [var key, var value]) throw SimulatorException.Usage($"--{what} {text}: '{part}' is not of the form name=number.");
            numbers[key.Trim()] = Number(value, what, text);
        }

        return new RequestText(what, head.Trim(), target, every, numbers);
    }

    /// <summary>A number by its name, or null.</summary>
    public double? Take(string name, double least)
    {
        if (!_numbers.TryGetValue(name, out var value)) return null;
        return value >= least ? value : throw SimulatorException.Usage($"--{_what} {Name}: {name} must be at least {least}.");
    }

    private static double Number(string text, string what, string whole) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw SimulatorException.Usage($"--{what} {whole}: '{text}' is not a number.");
}

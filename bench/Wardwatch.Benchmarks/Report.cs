using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Wardwatch.Benchmarks;

/// <summary>Where results and progress go: the one table, or with <c>--json</c> the one object, to standard output; what goes on meanwhile to standard error.</summary>
internal sealed class Report(bool json)
{
    // A table of several runs does not fit the 80 columns that are assumed where there is no terminal.
    private const int WidthWithoutTerminal = 160;

    // What could not be measured is "NaN"; plain JSON has no number for it.
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly IAnsiConsole _output = Create(Console.Out, Console.IsOutputRedirected);
    private readonly IAnsiConsole _progress = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>Does a piece of work and says that it goes on.</summary>
    public async Task<T> DoAsync<T>(string what, Func<Task<T>> work) =>
        await _progress.Status().StartAsync(Markup.Escape(what) + " …", async _ => await work());

    /// <inheritdoc cref="DoAsync{T}"/>
    public async Task DoAsync(string what, Func<Task> work) =>
        await _progress.Status().StartAsync(Markup.Escape(what) + " …", async _ => await work());

    /// <summary>Something that whoever reads the result should know.</summary>
    public void Note(string text) => _progress.MarkupLineInterpolated($"[yellow]{text}[/]");

    /// <summary>A line of progress; it stays one line, however long.</summary>
    public static void Line(string text) => Console.Error.WriteLine(text);

    /// <summary>The result.</summary>
    public void Result(Table table, object document)
    {
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(document, Indented));
        else _output.Write(table);
    }

    /// <summary>A number with thousands separated and as many decimals as it deserves.</summary>
    public static string Number(double value) => !double.IsFinite(value) ? "–"
        : Math.Abs(value) >= 100 ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : Math.Abs(value) >= 10 ? value.ToString("0.0", CultureInfo.InvariantCulture)
        : value.ToString("0.00", CultureInfo.InvariantCulture);

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect });
        if (redirected) console.Profile.Width = WidthWithoutTerminal;
        return console;
    }
}

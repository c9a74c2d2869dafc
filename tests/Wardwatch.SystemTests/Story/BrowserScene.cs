using System.Diagnostics;
using System.Text.Json;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Story;

/// <summary>
/// A page in a real browser, played by <c>web/e2e/story.mjs</c>: a scene is asked for with a line of JSON, and answered with one when everything that it waits for has been seen.
/// What a page looks like is known there, what the hospital does, here.
/// </summary>
internal sealed class BrowserScene : IAsyncDisposable
{
    private static readonly string[] Browsers = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

    // Longer than any of its waits: those say what they did not see.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(6);

    private readonly Process _process;
    private readonly Task<string> _problems;

    private BrowserScene(Process process) => (_process, _problems) = (process, process.StandardError.ReadToEndAsync(CancellationToken.None));

    /// <summary>Why there is no browser here; null: there is.</summary>
    public static string? Missing => !Tool.IsInstalled("node") ? "Node.js is not installed."
        : !Browsers.Any(Tool.IsInstalled) ? "Chromium is not installed."
        : !Directory.Exists(Path.Combine(Programs.Root, "web/node_modules/playwright-core")) ? "Run npm ci in web/ first."
        : !File.Exists(Path.Combine(Programs.Root, "web/dist/index.html")) ? "Run npm run build in web/ first."
        : null;

    /// <summary>Opens a browser on an address, for somebody of the staff.</summary>
    public static BrowserScene Open(Uri address, string user, string password)
    {
        var start = new ProcessStartInfo("node", ["e2e/story.mjs"])
        {
            WorkingDirectory = Path.Combine(Programs.Root, "web"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WARDWATCH_URL"] = address.ToString().TrimEnd('/');
        start.Environment["WARDWATCH_USER"] = user;
        start.Environment["WARDWATCH_PASSWORD"] = password;
        return new(Process.Start(start)!);
    }

    /// <summary>Plays a scene; answers what was seen.</summary>
    /// <exception cref="InvalidOperationException">Something was not seen; the message says what.</exception>
    public async Task<JsonElement> PlayAsync(string scene, object? given = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { scene, given }).AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
        var answer = await _process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(Longest, cancellation);
        if (answer is null)
        {
            throw new InvalidOperationException($"The browser has ended in the scene '{scene}': {await _problems}");
        }

        var seen = JsonSerializer.Deserialize<JsonElement>(answer);
        return seen.TryGetProperty("missed", out var missed) ? throw new InvalidOperationException($"{scene}: {missed.GetString()}") : seen.GetProperty("seen");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}

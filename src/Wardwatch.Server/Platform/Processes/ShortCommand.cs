using System.Diagnostics;

namespace Wardwatch.Server.Platform.Processes;

/// <summary>Commands that end by themselves, run to their end.</summary>
internal static class ShortCommand
{
    /// <summary>Exit code and everything written.</summary>
    public sealed record Result(int ExitCode, string Output, string Error)
    {
        /// <summary>The last line that says something, for an error message.</summary>
        public string LastLine => (Error + "\n" + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"exit code {ExitCode}";
    }

    /// <summary>Runs a command in <c>/</c> without input.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program does not exist or must not be run.</exception>
    public static async Task<Result> RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C";
        using var process = new Process { StartInfo = start };
        process.Start();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new Result(process.ExitCode, await output, await error);
    }
}

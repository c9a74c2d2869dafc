using System.Diagnostics;

namespace Wardwatch.SystemTests.Harness;

/// <summary>Other people's programs, as a hospital would use them: mosquitto_pub, psql, openssl.</summary>
public static class Tool
{
    /// <summary>What a program wrote and its exit code.</summary>
    public sealed record Result(int ExitCode, string Output, string Error);

    /// <summary>True if a program is installed; a test that needs it is skipped otherwise.</summary>
    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Kills it.</param>
    public static Task<Result> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellation) =>
        RunAsync(program, arguments, input: default, cancellation);

    /// <summary>Runs a program to its end, with standard input.</summary>
    public static async Task<Result> RunAsync(string program, IEnumerable<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellation);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new Result(process.ExitCode, await output, await error);
    }

    /// <summary>The arguments with which <c>mosquitto_pub</c> and <c>mosquitto_sub</c> reach the server as a device.</summary>
    /// <param name="server">The server.</param>
    /// <param name="device">The device's id.</param>
    /// <param name="token">The device's token.</param>
    public static IReadOnlyList<string> MosquittoArguments(ServerProcess server, string device, string token) =>
        ["-h", "localhost", "-p", server.MqttPort.ToString(), "--cafile", Path.Combine(server.Data, "ca.pem"), "-i", device, "-u", device, "-P", token];
}

using System.CommandLine;
using Wardwatch.Server.Platform;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward health</c>: asks a running server whether it is ready; for containers, which have no other program to ask with.</summary>
internal static class HealthVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var live = new Option<bool>("--live") { Description = "Ask only whether the process answers, not whether it is ready." };
        var url = new Option<string?>("--url") { HelpName = "URL", Description = "The server's address (default: this machine, at the port for HTTP of its settings)." };
        var command = new Command("health", "Ask a running server how it is: exit code 0 if it is ready, 1 if it is not or does not answer.") { live, url };
        command.SetAction(async (arguments, cancellation) =>
        {
            var options = PlatformModule.ReadOptions(PlatformModule.CreateBuilder([]).Configuration);
            var address = (arguments.GetValue(url) ?? $"http://localhost:{options.HttpPort}").TrimEnd('/') + (arguments.GetValue(live) ? "/health/live" : "/health/ready");
            return await AskAsync(address, cancellation);
        });
        return command;
    }

    private static async Task<int> AskAsync(string address, CancellationToken cancellation)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(address, cancellation);
            await Console.Out.WriteLineAsync(await answer.Content.ReadAsStringAsync(cancellation));
            return answer.IsSuccessStatusCode ? CommandLine.Success : CommandLine.Failure;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or InvalidOperationException or UriFormatException && !cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"{address} does not answer: {failure.Message}");
            return CommandLine.Failure;
        }
    }
}
